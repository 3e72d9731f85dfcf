// Lists of half-open stretches of time, in order and apart. Pure.
import type { Microseconds } from 'liveprofiler-sampler/wire';

export interface Span {
  readonly fromUs: Microseconds;
  readonly untilUs: Microseconds;
}

/** Later than anything that is kept. */
export const FOREVER_US: Microseconds = 2 ** 52;
export const ALWAYS: readonly Span[] = [{ fromUs: 0, untilUs: FOREVER_US }];

export function holds(spans: readonly Span[], us: Microseconds): boolean {
  return spans.some(({ fromUs, untilUs }) => fromUs <= us && us < untilUs);
}

/** What of `spans` is in none of `others`. */
export function without(spans: readonly Span[], others: readonly Span[]): Span[] {
  let left = [...spans];
  for (const other of others) {
    left = left.flatMap(({ fromUs, untilUs }) => [
      { fromUs, untilUs: Math.min(untilUs, other.fromUs) },
      { fromUs: Math.max(fromUs, other.untilUs), untilUs },
    ]).filter(({ fromUs, untilUs }) => fromUs < untilUs);
  }
  return left;
}

/** The smallest span that holds this one and begins and ends where buckets of `stepUs` do. */
export function widened({ fromUs, untilUs }: Span, stepUs: Microseconds): Span {
  return { fromUs: Math.floor(fromUs / stepUs) * stepUs, untilUs: Math.ceil(untilUs / stepUs) * stepUs };
}
