// The shape of named numbers: how they merge. Merging is the same in any order.
import type { Microseconds, Numbers, NumberSummary } from 'liveprofiler-sampler/wire';
import { MOST } from './varint.ts';

/** Names in one sum: a window's worth. Hosts that make up new ones all the time are not followed. */
export const MAX_NAMES = 1000;

/** Names with when the last of their observations was made, which decides whose `last` it is. */
export class NumberSums {
  readonly #sums = new Map<string, { summary: NumberSummary; lastUs: Microseconds }>();

  /** `endUs`: when the observations ended. */
  add(numbers: Numbers, endUs: Microseconds): void {
    for (const [name, summary] of Object.entries(numbers)) {
      const known = this.#sums.get(name);
      if (known === undefined && this.#sums.size >= MAX_NAMES) continue;
      this.#sums.set(name, known === undefined ? { summary, lastUs: endUs } : { summary: merged(known, { summary, lastUs: endUs }), lastUs: Math.max(known.lastUs, endUs) });
    }
  }

  numbers(): Numbers {
    return Object.fromEntries([...this.#sums].map(([name, { summary }]) => [name, summary]));
  }
}

interface Timed {
  readonly summary: NumberSummary;
  readonly lastUs: Microseconds;
}

function merged(a: Timed, b: Timed): NumberSummary {
  const [first, second] = [a.summary, b.summary];
  const last = a.lastUs === b.lastUs ? Math.max(first.last, second.last) : a.lastUs > b.lastUs ? first.last : second.last;
  return { min: Math.min(first.min, second.min), max: Math.max(first.max, second.max), sum: finite(first.sum + second.sum), count: Math.min(MOST, first.count + second.count), last };
}

function finite(sum: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, sum));
}
