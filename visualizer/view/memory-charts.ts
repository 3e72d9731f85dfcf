// Which lines stand together on the page of memory, what they are called, and in what unit. Pure.
import type { MemoryAnswer, MemoryLine } from '../api.ts';
import { nameOf } from './lines.ts';
import { bytes, duration, percent } from './units.ts';

export type ChartUnit = 'bytes' | 'share' | 'us';

export interface Chart {
  readonly title: string;
  readonly about: string;
  readonly unit: ChartUnit;
  /** By the name of what is told; the first stands for the chart where lines are grouped. */
  readonly lines: Readonly<Record<string, string>>;
  /** Of `lines`, what is a bound: dashed, and in words where it is far above the others. */
  readonly bound?: string;
}

export interface ChartLine {
  readonly key: string;
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly summary: number | null;
  readonly narrows: boolean;
  readonly dashed: boolean;
}

export const CHARTS: readonly Chart[] = [
  { title: 'Resident memory', about: 'What the system counts as the process’s own', unit: 'bytes', lines: { rssBytes: 'resident' } },
  { title: 'Heap', about: 'Objects of JavaScript; after GC it is what is really held', unit: 'bytes', lines: { heapUsedBytes: 'used', heapAfterGcBytes: 'after GC', heapLimitBytes: 'limit' }, bound: 'heapLimitBytes' },
  { title: 'Outside the heap', about: 'Buffers and what native code holds for objects', unit: 'bytes', lines: { externalBytes: 'external', arrayBufferBytes: 'of it array buffers' } },
  { title: 'Garbage collection', about: 'Share of the time', unit: 'share', lines: { gcShare: 'collecting' } },
  { title: 'Event-loop delay', about: 'How much later than due its turns come', unit: 'us', lines: { loopDelayP99Us: '99 in 100 are below', loopDelayP50Us: 'half are below', loopDelayMaxUs: 'longest' } },
  { title: 'CPU', about: 'Of one core; busy is the main thread’s share of the time', unit: 'share', lines: { cpuShare: 'all threads', busyShare: 'busy' } },
];

/** A bound so many times above all else would press the other lines flat. */
const FAR = 3;
export const TOLD: Readonly<Record<ChartUnit, (value: number) => string>> = { bytes, share: percent, us: duration };

export interface Charted {
  readonly lines: readonly ChartLine[];
  readonly note: string;
}

/** What of an answer a chart shows; undefined when nothing of it is told. */
export function chartedOf(chart: Chart, { lines }: Pick<MemoryAnswer, 'lines'>, by: string): Charted | undefined {
  const names = Object.keys(chart.lines);
  if (lines.every(({ values }) => names.every((name) => !isTold(values[name])))) return undefined;
  const [only, ...others] = lines;
  if (by !== '' || only === undefined || others.length > 0) {
    const [first = ''] = names;
    return { lines: lines.filter(({ values }) => isTold(values[first])).map((line) => lineOf(line, first, line.name, nameOf(line, by), line.name !== '')), note: '' };
  }
  const told = names.filter((name) => isTold(only.values[name])).map((name) => ({ ...lineOf(only, name, name, chart.lines[name] ?? name, false), dashed: name === chart.bound }));
  const bound = told.find(({ dashed }) => dashed);
  const most = Math.max(...told.filter((line) => line !== bound).map(({ values }) => highest(values)));
  if (bound === undefined || highest(bound.values) <= FAR * most) return { lines: told, note: '' };
  return { lines: told.filter((line) => line !== bound), note: `${bound.name} ${TOLD[chart.unit](highest(bound.values))}` };
}

function lineOf({ values }: MemoryLine, of: string, key: string, name: string, narrows: boolean): ChartLine {
  const column = values[of] ?? [];
  return { key, name, values: column, summary: column.findLast((value) => value !== null) ?? null, narrows, dashed: false };
}

function isTold(column: readonly (number | null)[] = []): boolean {
  return column.some((value) => value !== null);
}

function highest(column: readonly (number | null)[]): number {
  return column.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}
