// Windows of named numbers, for tests of what processes tell of themselves.
import type { Labels, Numbers } from 'liveprofiler-sampler/wire';
import type { Window } from '../../collector/store/index.ts';

export interface FactsText {
  readonly host?: string;
  readonly boot?: string;
  readonly thread?: number;
  readonly seq: number;
  readonly startMs: number;
  readonly durationMs?: number;
  readonly labels?: Labels;
  /** By name: what was observed once, or all that was. */
  readonly numbers: Readonly<Record<string, number | readonly number[]>>;
}

export function factsOf({ host = 'web', boot = 'boot-a', thread = 0, seq, startMs, durationMs = 10_000, labels = { service: 'shop' }, numbers }: FactsText): Window {
  return {
    host, boot, thread, kind: 'facts', firstSeq: seq, lastSeq: seq,
    processLabels: labels, threadName: 'main', startUs: startMs * 1000, endUs: (startMs + durationMs) * 1000, epoch: 0,
    numbers: Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, summaryOf(typeof value === 'number' ? [value] : value)])) satisfies Numbers,
  };
}

function summaryOf(values: readonly number[]): Numbers[string] {
  return { min: Math.min(...values), max: Math.max(...values), sum: values.reduce((sum, value) => sum + value, 0), count: values.length, last: values.at(-1) ?? 0 };
}
