// When a slice and a window end. Pure.
import type { Microseconds, Milliseconds } from './profile.ts';

const SLICE_MS = { least: 250, leastOfLong: 100, first: 1000, most: 2000 };
/** A pause worth aiming at: short beside a request, even when a slice holds twice as much; more than what a slice costs that holds nothing, which shorter slices do not bring down. */
const AIM_PAUSE_US = 1200;
/** What only deep stacks take: their slices may be the shortest. */
const LONG_PAUSE_US = 2000;
/** The first windows last 1, 2, 4 and 8 s, so that a new service is seen within seconds. */
const FIRST_WINDOWS_MS = [1000, 2000, 4000, 8000];

/** The pause grows with the slice: a slice that paused the thread for too long is followed by a shorter one. */
export function nextSliceMs(lastMs: Milliseconds = SLICE_MS.first, lastPauseUs: Microseconds = AIM_PAUSE_US): Milliseconds {
  const factor = Math.min(1.5, Math.max(0.25, AIM_PAUSE_US / Math.max(1, lastPauseUs)));
  // What became that short stays so until its pause allows for more.
  const leastMs = lastPauseUs > LONG_PAUSE_US ? SLICE_MS.leastOfLong : Math.min(SLICE_MS.least, Math.max(SLICE_MS.leastOfLong, lastMs));
  return Math.min(SLICE_MS.most, Math.max(leastMs, lastMs * factor));
}

/** How long until the slice that starts now ends: it never passes the window's end, nor leaves a crumb before it. */
export function untilSliceEndMs(sliceMs: Milliseconds, leftOfWindowMs: Milliseconds): Milliseconds {
  return leftOfWindowMs < sliceMs * 1.5 ? Math.max(1, leftOfWindowMs) : sliceMs;
}

/** Wall time at which the window that starts at `startMs` ends: windows after the first are aligned to the clock. */
export function windowEndMs(startMs: Milliseconds, windowsBefore: number, windowMs: Milliseconds): Milliseconds {
  const firstMs = FIRST_WINDOWS_MS[windowsBefore];
  if (firstMs !== undefined && firstMs < windowMs) return startMs + firstMs;
  const endMs = (Math.floor(startMs / windowMs) + 1) * windowMs;
  // A window that was closed a moment before its boundary would be followed by one of that moment.
  return endMs - startMs < windowMs / 10 ? endMs + windowMs : endMs;
}
