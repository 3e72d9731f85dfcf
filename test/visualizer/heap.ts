// Windows of what is held or allocated, from a few lines of text, for tests of what is shown.
import type { Window } from '../../collector/store/index.ts';
import type { WindowText } from './windows.ts';
import { SAMPLE_US, windowOf } from './windows.ts';

export const HEAP_SAMPLE_BYTES = 500_000;

/** As windowOf makes them; each sample stands for half a megabyte. */
export function heapOf(kind: 'heap-live' | 'heap-alloc', text: WindowText): Window {
  const window = windowOf({ durationMs: 60_000, ...text });
  if (!('profile' in window)) throw new TypeError('it holds no stacks');
  const { rows } = window.profile;
  return {
    ...window,
    kind,
    ...(kind === 'heap-live' ? { over: 'average' as const } : {}),
    idle: { count: 0, weight: 0 },
    profile: { ...window.profile, rows: { ...rows, weight: rows.weight.map((us) => (us / SAMPLE_US) * HEAP_SAMPLE_BYTES) } },
  };
}
