// Folded text, as flamegraph.pl and speedscope read it: `a;b;c 42`, one stack a line, idle included. In pieces.
import { IDLE } from '../profile.ts';
import type { FinishedWindow } from '../window.ts';
import { stackTexts, summed } from './stacks.ts';

export function* folded(windows: readonly FinishedWindow[]): Generator<string, void> {
  const sums = yield* summed(windows);
  for (const { text, count } of stackTexts(sums)) yield `${text} ${count}\n`;
  const { count } = sums.body.idle;
  if (count > 0) yield `${IDLE} ${count}\n`;
}
