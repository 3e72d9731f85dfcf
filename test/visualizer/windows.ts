// Windows from a few lines of text, for tests of what is shown.
import type { Frame, Labels } from 'liveprofiler-sampler/wire';
import type { Window } from '../../collector/store/index.ts';

export interface WindowText {
  readonly host?: string;
  readonly boot?: string;
  readonly thread?: number;
  readonly threadName?: string;
  readonly seq: number;
  readonly startMs: number;
  readonly durationMs?: number;
  readonly labels?: Labels;
  /** `main /app/main.js:1 < work /app/work.js:7`, root first → how many samples; each stands for 10 ms. */
  readonly stacks: Readonly<Record<string, number>>;
  /** By the text of a stack: the labels that its samples carry. */
  readonly ranFor?: Readonly<Record<string, Labels>>;
  /** A frame as above → line → hits. */
  readonly lines?: Readonly<Record<string, Readonly<Record<number, number>>>>;
}

export const SAMPLE_US = 10_000;

/** What the stacks do not fill is idle. */
export function windowOf({ host = 'web', boot = 'boot-a', thread = 0, threadName = 'main', seq, startMs, durationMs = 10_000, labels = { service: 'shop' }, stacks, ranFor = {}, lines = {} }: WindowText): Window {
  const names: string[] = [];
  const indexOf = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1);
  const table = { parent: [0], frame: [0] };
  const labelSets: Labels[] = [{}];
  const rows = { stack: [] as number[], labels: [] as number[], count: [] as number[], weight: [] as number[] };
  for (const [text, count] of Object.entries(stacks)) {
    let at = 0;
    for (const part of text.split(' < ')) {
      table.frame.push(indexOf(part));
      at = table.parent.push(at) - 1;
    }
    rows.stack.push(at);
    const own = ranFor[text];
    rows.labels.push(own === undefined ? 0 : labelSets.push(own) - 1);
    rows.count.push(count);
    rows.weight.push(count * SAMPLE_US);
  }
  const hits = Object.entries(lines).flatMap(([name, counts]) => Object.entries(counts).map(([line, count]) => ({ frame: indexOf(name), line: Number(line), count })));
  const busyCount = rows.count.reduce((sum, count) => sum + count, 0);
  const idleUs = durationMs * 1000 - busyCount * SAMPLE_US;
  return {
    host, boot, thread, kind: 'cpu', firstSeq: seq, lastSeq: seq,
    processLabels: labels, threadName, startUs: startMs * 1000, endUs: (startMs + durationMs) * 1000, epoch: 0,
    idle: { count: Math.round(idleUs / SAMPLE_US), weight: idleUs },
    dropped: { count: 0, weight: 0 },
    processCpuUs: 0,
    profile: { frames: names.map(frameOf), stacks: table, labelSets, rows },
    ...(hits.length > 0 && { lines: { frame: hits.map(({ frame }) => frame), line: hits.map(({ line }) => line), count: hits.map(({ count }) => count) } }),
    sections: {},
  };
}

/** The place is what follows the last space, when it reads like one. */
function frameOf(text: string): Frame {
  const [, name = text, url = '', line = '0'] = /^(.*) (\S+):(\d+)$/.exec(text) ?? [];
  return { name, url, line: Number(line), column: 0 };
}
