// What is odd about a host that answers, in words for the overview page.
import type { Milliseconds, WireProcess } from 'liveprofiler-sampler/wire';
import { TRUSTED_MS } from './clocks.ts';
import type { HostAnswer } from './dialects/answer.ts';
import type { Placed } from './windows.ts';

export interface Note {
  readonly code: 'not-started' | 'not-running' | 'lost' | 'malformed' | 'refused' | 'clock-off' | 'clock-jumped';
  readonly sentence: string;
}

export function notesOf(answer: HostAnswer): Note[] {
  if (answer.speaks === 'liveprofiler') return answer.wire.processes.flatMap(processNotes);
  if (answer.totals === undefined) {
    return [{ code: 'not-started', sentence: 'The sampler at the host was not started, or this is not the address of one: its answer is empty.' }];
  }
  const { malformed } = answer.totals;
  return malformed === 0 ? [] : [{ code: 'malformed', sentence: `${malformed} entries of the last answer could not be read and are in no graph: does something change the answer on its way?` }];
}

/** `clockOffsetMs`: the host's clock minus ours, as far as the time that the answer took lets one say. */
export function placingNotes({ lost, jumpsMs }: Placed, { clockOffsetMs, uncertainMs }: { readonly clockOffsetMs: Milliseconds; readonly uncertainMs: Milliseconds }): Note[] {
  const notes: Note[] = [];
  if (lost > 0) notes.push({ code: 'lost', sentence: `${lost} samples left the host's memory before anybody read them: shorten interval, or raise maxBytes of the sampler.` });
  if (Math.abs(clockOffsetMs) > TRUSTED_MS + uncertainMs) {
    notes.push({ code: 'clock-off', sentence: `Its clock is ${seconds(clockOffsetMs)} ${clockOffsetMs > 0 ? 'ahead of' : 'behind'} the collector's, and its graphs go by the collector's: check the time service of both.` });
  }
  const [jumpMs] = jumpsMs;
  if (jumpMs !== undefined) notes.push({ code: 'clock-jumped', sentence: `Its clock was set ${seconds(jumpMs)} ${jumpMs > 0 ? 'forward' : 'back'} since the pull before.` });
  return notes;
}

function processNotes({ state, reason, boot }: WireProcess): Note[] {
  if (state === 'running') return [];
  return [{ code: 'not-running', sentence: `The sampler of process ${boot.slice(0, 16)} is ${state}${reason === undefined ? '.' : `: ${reason}`}` }];
}

function seconds(ms: Milliseconds): string {
  return `${Math.round(Math.abs(ms) / 1000)} s`;
}
