// Which named numbers of a process are shown, and what of a step's observations is told of each. Pure.
import { FACTS } from 'liveprofiler-sampler/wire';
import type { NumberColumns, NumberSeries, Selector } from '../../collector/store/contract.ts';
import type { Selection } from '../selection.ts';
import { selectorOf } from '../selection.ts';

type Of = 'mean' | 'least' | 'most';

const MEASURES: Readonly<Record<string, Of>> = {
  rssBytes: 'mean',
  heapUsedBytes: 'mean',
  heapAfterGcBytes: 'least',
  heapLimitBytes: 'most',
  externalBytes: 'mean',
  arrayBufferBytes: 'mean',
  loopDelayP50Us: 'mean',
  loopDelayP99Us: 'most',
  loopDelayMaxUs: 'most',
  busyShare: 'mean',
};

/** Shares of time, by the µs that were observed of them. */
const TIMES: Readonly<Record<string, RegExp>> = { gcShare: /^gc(?!\w*Longest)\w+Us$/, cpuShare: /^cpu(?:User|System)Us$/ };

/** The main thread tells what is the process's. */
export function processFacts(selection: Selection): Selector {
  const selector = { ...selectorOf(selection), kind: FACTS };
  return selector.threads === undefined ? { ...selector, threads: [0] } : selector;
}

/** By name, one value per step; null where nothing was observed. Names of which nothing was observed are left out. */
export function toldOf(numbers: NumberSeries['numbers'], coveredUs: readonly number[]): Readonly<Record<string, readonly (number | null)[]>> {
  const levels = Object.entries(MEASURES).flatMap(([name, of]) => {
    const column = columnOf(numbers, name);
    return column === undefined ? [] : [[name, level(column, of)] as const];
  });
  const shares = Object.entries(TIMES).flatMap(([name, pattern]) => {
    const columns = Object.entries(numbers).filter(([key]) => pattern.test(key)).map(([, column]) => column);
    return columns.length === 0 ? [] : [[name, coveredUs.map((us, step) => (us === 0 ? null : columns.reduce((sum, column) => sum + (column.sum[step] ?? 0), 0) / us))] as const];
  });
  return Object.fromEntries([...levels, ...shares]);
}

export function columnOf(numbers: NumberSeries['numbers'], name: string): NumberColumns | undefined {
  return Object.hasOwn(numbers, name) ? numbers[name] : undefined;
}

function level({ min, max, sum, count }: NumberColumns, of: Of): (number | null)[] {
  return count.map((observed, step) => (observed === 0 ? null : of === 'least' ? (min[step] ?? null) : of === 'most' ? (max[step] ?? null) : (sum[step] ?? 0) / observed));
}
