// Why there is nothing to draw, and what to do about it. Pure.
import type { FlameAnswer } from '../api.ts';
import { clockTime } from './units.ts';

/** undefined when there is something. */
export function emptyReason({ windows, root, idle, extent, status, asked }: FlameAnswer): string | undefined {
  if (root.totalUs > 0 || root.totalCount > 0) return undefined;
  if (windows > 0) return idle.weight > 0 ? 'The host did nothing but wait in this range. Turn on “idle” to see it.' : 'The host was not sampled in this range.';
  if (status.error !== undefined) return `Nothing is kept for this range. ${status.error}`;
  if (extent === undefined) {
    return status.lastPullMs === undefined ? 'The host has not been asked yet. The first flame graph comes within seconds.' : 'The host answers, but no window has finished yet. The first one comes within seconds.';
  }
  const where = asked.untilMs <= extent.fromMs ? 'before' : asked.fromMs >= extent.untilMs ? 'after' : 'between';
  return `Nothing is kept for this range: it lies ${where} what there is (${clockTime(extent.fromMs)} to ${clockTime(extent.untilMs)}).`;
}
