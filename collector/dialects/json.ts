// The JSON of the ancestors' sampler: `{"elapsed":1.2,"granularity":0.001,"stacks":[{"frame":"a(m);b(m)","count":2}]}`.
import { foldTotals } from './totals.ts';
import type { Entry, Totals } from './totals.ts';

/** Undefined for `{}`, which a sampler that was not started answers; `foreign` for what is none of theirs. */
export function readJsonTotals(value: unknown): Totals | undefined | 'foreign' {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'foreign';
  if (Object.keys(value).length === 0) return undefined;
  const { elapsed, granularity, stacks } = value as Readonly<Record<'elapsed' | 'granularity' | 'stacks', unknown>>;
  return Array.isArray(stacks) ? foldTotals(elapsed, granularity, stacks.map(entryOf)) : 'foreign';
}

function entryOf(item: unknown): Entry {
  const { frame, count } = (item ?? {}) as Readonly<Record<'frame' | 'count', unknown>>;
  return { stack: frame, count };
}
