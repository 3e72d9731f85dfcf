// Medians with the interval that resampling gives them. Pure.
import { quantile } from '../store/figures.ts';

export interface Estimate {
  readonly median: number;
  /** The interval that holds 95 % of the medians of resampled values. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 4000;

export function estimate(values: readonly number[]): Estimate {
  const random = seeded();
  const medians = Array.from({ length: RESAMPLES }, () => median(values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN)));
  return { median: median(values), low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}

/** The same figures give the same interval. */
function seeded(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
