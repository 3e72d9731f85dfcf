// The shape of named numbers: how they merge. Merging is the same in any order.
import type { Microseconds, Numbers, NumberSummary } from 'liveprofiler-sampler/wire';
import { MOST } from './varint.ts';

/** Names in one sum: a window's worth. Hosts that make up new ones all the time are not followed. */
export const MAX_NAMES = 1000;

/** Names with when the last of their observations was made, which decides whose `last` it is. */
export class NumberSums {
  readonly #sums = new Map<string, Sum>();

  /** `endUs`: when the observations ended. */
  add(numbers: Numbers, endUs: Microseconds): void {
    for (const name of Object.keys(numbers)) {
      const summary = numbers[name];
      if (summary === undefined) continue;
      const known = this.#sums.get(name);
      if (known !== undefined) take(known, summary, endUs);
      else if (this.#sums.size < MAX_NAMES) this.#sums.set(name, { min: summary.min, max: summary.max, sum: summary.sum, count: summary.count, last: summary.last, lastUs: endUs });
    }
  }

  numbers(): Numbers {
    return Object.fromEntries([...this.#sums].map(([name, { min, max, sum, count, last }]) => [name, { min, max, sum, count, last }]));
  }
}

type Sum = { -readonly [K in keyof NumberSummary]: NumberSummary[K] } & { lastUs: Microseconds };

function take(into: Sum, { min, max, sum, count, last }: NumberSummary, endUs: Microseconds): void {
  into.min = Math.min(into.min, min);
  into.max = Math.max(into.max, max);
  into.sum = finite(into.sum + sum);
  into.count = Math.min(MOST, into.count + count);
  into.last = into.lastUs === endUs ? Math.max(into.last, last) : into.lastUs > endUs ? into.last : last;
  into.lastUs = Math.max(into.lastUs, endUs);
}

function finite(sum: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, sum));
}
