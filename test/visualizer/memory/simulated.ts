// A process minute by minute, as the store would tell of it over the scales that leaks are looked for on.
import type { NumberColumns } from '../../../collector/store/index.ts';
import type { ProcessNumbers } from '../../../visualizer/memory/leak.ts';
import { SCALES } from '../../../visualizer/memory/leak.ts';
import type { RecordedStep, Recording } from './recording.ts';

/** Bytes; `after`: the least after a major collection, when there was one in that minute. */
export interface Minute {
  readonly used: number;
  readonly after?: number;
  readonly external?: number;
  readonly rss?: number;
  readonly busy?: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS: number = 60 * MINUTE_MS;
export const START_MS: number = Date.UTC(2026, 10, 1);
const LIMIT_BYTES = 4e9;

/** As of the end of the last of these minutes; the first one is when the process started. `gc`: whether collections are told. */
export function processOf(minutes: readonly Minute[], { gc = true }: { readonly gc?: boolean } = {}): ProcessNumbers {
  const endMs = START_MS + minutes.length * MINUTE_MS;
  const scales = SCALES.map(({ lengthMs, stepMs }) => {
    const fromMs = Math.floor((endMs - lengthMs) / stepMs) * stepMs;
    const columns = new Map<string, Record<keyof NumberColumns, number[]>>();
    minutes.forEach(({ used, after, external, rss, busy }, index) => {
      const step = Math.floor((START_MS + index * MINUTE_MS - fromMs) / stepMs);
      if (step < 0) return;
      const observed = { heapUsedBytes: used, heapLimitBytes: LIMIT_BYTES, externalBytes: external, rssBytes: rss, busyShare: busy, ...(gc ? { heapAfterGcBytes: after, gcMajorCount: after === undefined ? 0 : 1 } : {}) };
      for (const [name, value] of Object.entries(observed)) if (value !== undefined) observe(name, step, value);
    });
    return { fromMs, stepMs, numbers: Object.fromEntries(columns) };

    function observe(name: string, step: number, value: number): void {
      const zeros = (): number[] => new Array<number>(Math.ceil((endMs - fromMs) / stepMs)).fill(0);
      const column = columns.get(name) ?? { min: zeros(), max: zeros(), sum: zeros(), count: zeros(), last: zeros() };
      columns.set(name, column);
      const first = column.count[step] === 0;
      column.min[step] = first ? value : Math.min(column.min[step] ?? 0, value);
      column.max[step] = first ? value : Math.max(column.max[step] ?? 0, value);
      column.sum[step] = (column.sum[step] ?? 0) + value;
      column.count[step] = (column.count[step] ?? 0) + 1;
      column.last[step] = value;
    }
  });
  return { scales, startedMs: START_MS };
}

export function minuteOf({ used, after, external, rss, busy }: RecordedStep): Minute {
  return { used: used * 1000, ...(after === null ? {} : { after: after * 1000 }), external: external * 1000, rss: rss * 1000, busy };
}

/** What was recorded, second by second taken for minutes, over and over, a little different every time. `random`: 0 to 1. */
export function repeated({ steps }: Recording, hours: number, random: () => number): Minute[] {
  const warm = steps.slice(15);
  return Array.from({ length: hours * 60 }, (_, minute) => {
    const step = warm[minute % warm.length];
    if (step === undefined) throw new RangeError('nothing is recorded');
    const { used, after, external = 0, rss = 0, busy = 0 } = minuteOf(step);
    const noise = (): number => 1 + (random() - 0.5) * 0.03;
    return { used: used * noise(), ...(after === undefined ? {} : { after: after * noise() }), external: external * noise(), rss: rss * noise(), busy };
  });
}

/** The same numbers for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
