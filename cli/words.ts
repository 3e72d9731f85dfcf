// How the command writes figures and what must not be seen.
import type { Milliseconds } from 'liveprofiler-sampler/wire';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const HIDDEN = '(hidden)';

export function days(ms: Milliseconds): string {
  if (ms % DAY_MS !== 0) return `${ms / HOUR_MS} h`;
  return ms === DAY_MS ? '1 day' : `${ms / DAY_MS} days`;
}

export function seconds(ms: Milliseconds): string {
  return `${ms / 1000} s`;
}
