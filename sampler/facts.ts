// Named numbers observed during a window: each with its least, largest, sum, count and last. Pure.
import type { Numbers, NumberSummary } from './profile.ts';

/** Section of a window that holds them. */
export const FACTS = 'facts';

export class Facts {
  readonly #summaries = new Map<string, NumberSummary>();

  observe(name: string, value: number): void {
    const once: NumberSummary = { min: value, max: value, sum: value, count: 1, last: value };
    const before = this.#summaries.get(name);
    this.#summaries.set(name, before === undefined ? once : followed(before, once));
  }

  numbers(): Numbers {
    return Object.fromEntries(this.#summaries);
  }
}

/** Numbers of two stretches of time, the later one's after the earlier one's. */
export function mergeNumbers(earlier: Numbers, later: Numbers): Numbers {
  const merged = new Map(Object.entries(earlier));
  for (const [name, summary] of Object.entries(later)) {
    const before = merged.get(name);
    merged.set(name, before === undefined ? summary : followed(before, summary));
  }
  return Object.fromEntries(merged);
}

function followed(a: NumberSummary, b: NumberSummary): NumberSummary {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max), sum: a.sum + b.sum, count: a.count + b.count, last: b.last };
}
