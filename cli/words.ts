// How the command writes figures and what must not be seen.
import type { Milliseconds } from 'liveprofiler-sampler/wire';

export const HIDDEN = '(hidden)';

export function days(ms: Milliseconds): string {
  return `${(ms / 86_400_000).toFixed(1)} days`;
}

export function seconds(ms: Milliseconds): string {
  return `${ms / 1000} s`;
}
