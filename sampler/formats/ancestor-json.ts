// The answer of the Python sampler: {"elapsed": s, "granularity": s, "stacks": [{"frame": "a(m);b(m)", "count": n}]},
// sorted by count, without idle; `{}` when nothing is being sampled. In pieces.
import type { Microseconds } from '../profile.ts';
import type { FinishedWindow } from '../window.ts';
import { stackTexts, summed } from './stacks.ts';

export function* ancestorJson(windows: readonly FinishedWindow[], intervalUs: Microseconds): Generator<string, void> {
  const lengthUs = new Map<number, Microseconds>();
  for (const { thread, startUs, endUs } of windows) lengthUs.set(thread, (lengthUs.get(thread) ?? 0) + endUs - startUs);
  const elapsedUs = Math.max(0, ...lengthUs.values());
  const sums = yield* summed(windows);
  let before = `{"elapsed":${elapsedUs / 1e6},"granularity":${intervalUs / 1e6},"stacks":[`;
  for (const { text, count } of stackTexts(sums)) {
    yield `${before}${JSON.stringify({ frame: text, count })}`;
    before = ',';
  }
  yield before === ',' ? ']}' : `${before}]}`;
}
