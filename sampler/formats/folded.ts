// Folded text, as flamegraph.pl and speedscope read it: `a;b;c 42`, one stack a line, idle included.
import { IDLE } from '../profile.ts';
import type { FinishedWindow } from '../window.ts';
import { stackText, stackTotals } from './stacks.ts';

export function folded(windows: readonly FinishedWindow[]): string {
  const idle = windows.reduce((sum, { body }) => sum + body.idle.count, 0);
  const lines = stackTotals(windows)
    .filter(({ frames, count }) => frames.length > 0 && count > 0)
    .map(({ frames, count }) => `${stackText(frames)} ${count}\n`);
  return lines.join('') + (idle > 0 ? `${IDLE} ${idle}\n` : '');
}
