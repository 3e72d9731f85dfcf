// The answer of the Python sampler: {"elapsed": s, "granularity": s, "stacks": [{"frame": "a(m);b(m)", "count": n}]},
// sorted by count, without idle; `{}` when nothing is being sampled.
import type { Microseconds } from '../profile.ts';
import type { FinishedWindow } from '../window.ts';
import { stackText, stackTotals } from './stacks.ts';

export function ancestorJson(windows: readonly FinishedWindow[], intervalUs: Microseconds): string {
  const elapsedUs = windows.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
  const stacks = stackTotals(windows)
    .filter(({ frames, count }) => frames.length > 0 && count > 0)
    .map(({ frames, count }) => ({ frame: stackText(frames), count }));
  return JSON.stringify({ elapsed: elapsedUs / 1e6, granularity: intervalUs / 1e6, stacks });
}
