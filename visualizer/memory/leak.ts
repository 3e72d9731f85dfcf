// What of a process leaks, if anything: its heap after garbage collection or buffers outside the heap, whichever grows
// more; its resident memory only when neither explains it. Pure.
import type { Bytes, Milliseconds } from 'liveprofiler-sampler/wire';
import type { NumberSeries, NumberTimeline } from '../../collector/store/contract.ts';
import type { Growth } from './growth.ts';
import { growthOf } from './growth.ts';
import { columnOf } from './measures.ts';
import type { Point } from './slope.ts';

/** What is looked back on, at which steps, from the longest to the shortest. */
export const SCALES: readonly Scale[] = [
  { lengthMs: 604_800_000, stepMs: 3_600_000, leastMs: 172_800_000 },
  { lengthMs: 86_400_000, stepMs: 600_000, leastMs: 10_800_000 },
  { lengthMs: 7_200_000, stepMs: 60_000, leastMs: 1_200_000 },
];

interface Scale {
  readonly lengthMs: Milliseconds;
  readonly stepMs: Milliseconds;
  /** Growth that lasts for less is not told. */
  readonly leastMs: Milliseconds;
}

/** `heap`: after garbage collection. `outside`: buffers and other things that objects of the heap hold outside of it. */
export type LeakOf = 'heap' | 'outside' | 'resident';

export interface ProcessLeak extends Growth {
  readonly of: LeakOf;
  readonly limitBytes?: Bytes;
  /** Until the limit is reached: likely, and with 99 % confidence not before and not after. `latest` is absent when that is years. */
  readonly fullInMs?: { readonly likely: Milliseconds; readonly soonest: Milliseconds; readonly latest: Milliseconds };
}

/** One process over each of the scales, in their order. */
export interface ProcessNumbers {
  readonly scales: readonly (Pick<NumberTimeline, 'fromMs' | 'stepMs'> & Pick<NumberSeries, 'numbers'>)[];
  /** Left out where it lies before all scales. */
  readonly startedMs: Milliseconds | undefined;
}

interface Measure {
  readonly of: LeakOf;
  readonly points: (numbers: NumberSeries['numbers'], times: Times) => Point[];
  readonly leastShare: number;
  readonly leastBytes: Bytes;
}

type Times = Pick<NumberTimeline, 'fromMs' | 'stepMs'>;

const MB = 1e6;
const MINUTE_MS = 60_000;
/** Code is loaded and compiled and caches fill while a process is young: so much of its life is left out, within bounds. */
const WARM_UP = { part: 0.25, leastMs: 5 * MINUTE_MS, mostMs: 30 * MINUTE_MS };
const YOUNG_MS = 6 * 3_600_000;
const STEADY = { young: 0.65, old: 0.55 };
const LEAST_POINTS = 10;
const LEAST_COARSE = 6;
/** Of the level, and how many of them. */
const DEEP = 0.1;
const FEWEST_NOTCHES = 3;
const MOST_YEARS_MS = 2 * 365 * 86_400_000;

/** The last one tells of what the others do not. */
const MEASURES: readonly Measure[] = [
  { of: 'heap', points: (numbers, times) => (has(numbers, 'heapAfterGcBytes') ? leastOf(numbers, 'heapAfterGcBytes', times) : collected(numbers, 'heapUsedBytes', times)), leastShare: 0.06, leastBytes: 2 * MB },
  { of: 'outside', points: (numbers, times) => collected(numbers, 'externalBytes', times), leastShare: 0.1, leastBytes: 4 * MB },
  // What malloc keeps of what was freed wanders more than what the heap says of itself.
  { of: 'resident', points: (numbers, times) => collected(numbers, 'rssBytes', times), leastShare: 0.15, leastBytes: 20 * MB },
];

/** Of the longest time over which something grows, because that tells most. */
export function leakOf({ scales, startedMs }: ProcessNumbers): ProcessLeak | undefined {
  const [finest] = scales.slice(-1);
  const ageMs = startedMs === undefined || finest === undefined ? Number.POSITIVE_INFINITY : finest.fromMs + lengthOf(finest.numbers) * finest.stepMs - startedMs;
  const warmMs = startedMs === undefined ? Number.NEGATIVE_INFINITY : startedMs + Math.min(WARM_UP.mostMs, Math.max(WARM_UP.leastMs, WARM_UP.part * ageMs));
  const steady = ageMs < YOUNG_MS ? STEADY.young : STEADY.old;
  const found = MEASURES.slice(0, -1).flatMap((measure) => growing(measure) ?? []).sort((a, b) => b.perHour - a.perHour);
  return found[0] ?? MEASURES.slice(-1).map(growing)[0];

  function growing({ of, points, leastShare, leastBytes }: Measure): ProcessLeak | undefined {
    const series = scales.map((scale) => points(scale.numbers, scale).filter(({ atMs }) => atMs >= warmMs));
    for (const [index, { leastMs }] of SCALES.entries()) {
      const options = { leastMs, leastPoints: LEAST_POINTS, leastShare, leastBytes, steady };
      const growth = growthOf(series[index] ?? [], { ...options, earlier: series.slice(0, index).flat() });
      if (growth === undefined) continue;
      // What grew before the first fine step is told by coarser ones, of which growth alone would need more.
      const longer = growth.fromFirst ? growthOf(series[index - 1] ?? [], { ...options, leastPoints: LEAST_COARSE, earlier: series.slice(0, Math.max(0, index - 1)).flat() }) : undefined;
      const begun = longer !== undefined && longer.sinceMs < growth.sinceMs ? { sinceMs: longer.sinceMs, fromFirst: longer.fromFirst } : {};
      return { of, ...growth, ...begun, ...(of === 'heap' ? forecast(growth, limitOf(scales)) : {}) };
    }
    return undefined;
  }
}

function forecast({ bytes, perHour, low, high }: Growth, limitBytes: number | undefined): Pick<ProcessLeak, 'limitBytes' | 'fullInMs'> {
  if (limitBytes === undefined) return {};
  const within = (rate: number): number => Math.min(MOST_YEARS_MS, (Math.max(0, limitBytes - bytes) / rate) * 3_600_000);
  return { limitBytes, fullInMs: { likely: within(perHour), soonest: within(high), latest: within(low) } };
}

function limitOf(scales: ProcessNumbers['scales']): number | undefined {
  return scales.flatMap(({ numbers }) => columnOf(numbers, 'heapLimitBytes')?.max ?? []).reduce<number | undefined>((most, bytes) => (bytes > (most ?? 0) ? bytes : most), undefined);
}

/** The least that was observed in each step. */
function leastOf(numbers: NumberSeries['numbers'], name: string, times: Times): Point[] {
  const column = columnOf(numbers, name);
  if (column === undefined) return [];
  const load = loadsOf(numbers, times);
  return column.min.flatMap((bytes, step) => ((column.count[step] ?? 0) === 0 ? [] : [{ atMs: times.fromMs + step * times.stepMs, bytes, load: load(step) }]));
}

/** The least of each step in which garbage was collected: between two collections everything grows. */
function collected(numbers: NumberSeries['numbers'], name: string, times: Times): Point[] {
  const points = leastOf(numbers, name, times);
  const gc = columnOf(numbers, 'gcMajorCount');
  if (gc !== undefined) return points.filter(({ atMs }) => (gc.sum[stepAt(atMs, times)] ?? 0) > 0);
  // Who tells of small collections and of no large one has had none.
  if (columnOf(numbers, 'gcMinorCount') !== undefined) return [];
  return undercut(points, columnOf(numbers, name)?.last ?? [], times);
}

/** Where nobody tells of collections: what is never undercut later, up to the last of several deep notches of a saw-tooth. */
function undercut(points: readonly Point[], last: readonly number[], times: Times): Point[] {
  const notches = points.map((_, index) => index).filter((index) => {
    const [point, before] = [points[index], points[index - 1]];
    return point !== undefined && before !== undefined && point.bytes < (1 - DEEP) * (last[stepAt(before.atMs, times)] ?? 0);
  });
  const end = notches.at(-1);
  if (end === undefined || notches.length < FEWEST_NOTCHES) return [];
  let floor = Number.POSITIVE_INFINITY;
  return points.slice(0, end + 1).toReversed().map((point) => ({ ...point, bytes: (floor = Math.min(floor, point.bytes)) })).toReversed();
}

/** What the process computed apart from collecting garbage: a heap that fills makes work of its own. */
function loadsOf(numbers: NumberSeries['numbers'], { stepMs }: Times): (step: number) => number | undefined {
  const busy = columnOf(numbers, 'busyShare');
  const gc = ['gcMinorUs', 'gcMajorUs'].map((name) => columnOf(numbers, name));
  return (step) => {
    const count = busy?.count[step] ?? 0;
    if (busy === undefined || count === 0) return undefined;
    const gcUs = gc.reduce((sum, column) => sum + (column?.sum[step] ?? 0), 0);
    return Math.max(0, (busy.sum[step] ?? 0) / count - gcUs / 1000 / stepMs);
  };
}

function stepAt(atMs: number, { fromMs, stepMs }: Times): number {
  return Math.round((atMs - fromMs) / stepMs);
}

function has(numbers: NumberSeries['numbers'], name: string): boolean {
  return columnOf(numbers, name)?.count.some((count) => count > 0) ?? false;
}

function lengthOf(numbers: NumberSeries['numbers']): number {
  return Math.max(0, ...Object.values(numbers).map(({ count }) => count.length));
}
