// What is odd about a host that answers, in words for the overview page.
import type { WireProcess } from 'liveprofiler-sampler/wire';
import type { HostAnswer } from './dialects/answer.ts';

export interface Note {
  readonly code: 'not-started' | 'not-running' | 'lost' | 'malformed' | 'refused' | 'clock';
  readonly sentence: string;
}

/** Remembers what each process said it lost, so that only new losses are told. */
export type LossWatch = (process: WireProcess) => number;

export function createLossWatch(): LossWatch {
  let known = new Map<string, number>();
  return ({ boot, cost }) => {
    const before = known.get(boot) ?? 0;
    // One boot at a time is the rule; a host that invents boots must not grow this.
    if (known.size > 100) known = new Map();
    known.set(boot, cost.lost.count);
    return Math.max(0, cost.lost.count - before);
  };
}

export function notesOf(answer: HostAnswer, lossOf: LossWatch): Note[] {
  if (answer.speaks === 'liveprofiler') return answer.wire.processes.flatMap((process) => processNotes(process, lossOf(process)));
  if (answer.totals === undefined) {
    return [{ code: 'not-started', sentence: 'The sampler at the host was not started, or this is not the address of one: its answer is empty.' }];
  }
  const { malformed } = answer.totals;
  return malformed === 0 ? [] : [{ code: 'malformed', sentence: `${malformed} entries of the last answer could not be read and are in no graph: does something change the answer on its way?` }];
}

function processNotes({ state, reason, boot }: WireProcess, lost: number): Note[] {
  const notes: Note[] = [];
  if (state !== 'running') notes.push({ code: 'not-running', sentence: `The sampler of process ${boot.slice(0, 16)} is ${state}${reason === undefined ? '.' : `: ${reason}`}` });
  if (lost > 0) notes.push({ code: 'lost', sentence: `${lost} samples left the host's memory before anybody read them: shorten interval, or raise maxBytes of the sampler.` });
  return notes;
}
