// Windows as a busy thread ends them one after the other, of stacks that were recorded from a real program.
import type { Frame } from 'liveprofiler-sampler/wire';
import type { FinishedWindow } from '#sampler/window.js';
import { WindowBuilder } from '#sampler/window-builder.js';

/** Recorded samples: each a place in `paths`, which are places in `frames`, root first. */
export interface Recording {
  readonly frames: readonly Frame[];
  readonly paths: readonly (readonly number[])[];
  readonly samples: readonly number[];
}

export const MAX_BYTES: number = 8 * 1024 * 1024;
export const HOUR_WINDOWS = 360;
export const WINDOW_MS = 10_000;
export const INTERVAL_US = 10_000;
export const SAMPLES_PER_WINDOW: number = (WINDOW_MS * 1000) / INTERVAL_US;
/** Of the monotonic clock when the first window starts. */
const FIRST_US = 60_000_000;

/** Makes the window that ends at turn 0, 1, 2 and so on; what is drawn at random is the same in every run. */
export function windowsOf({ frames, paths, samples }: Recording, startMs: number): (at: number) => Omit<FinishedWindow, 'firstSeq' | 'lastSeq'> {
  let seed = 42;
  return (at) => {
    const builder = new WindowBuilder();
    for (let sample = 0; sample < SAMPLES_PER_WINDOW; sample++) {
      seed = (seed * 48_271) % 2_147_483_647;
      let stack = 0;
      for (const id of paths[samples[seed % samples.length] ?? 0] ?? []) {
        const frame = frames[id];
        if (frame !== undefined) stack = builder.stack(stack, frame);
      }
      builder.add(stack, 1, INTERVAL_US);
    }
    const startUs = FIRST_US + at * WINDOW_MS * 1000;
    return { thread: 0, threadName: 'main', kind: 'cpu', startUs, endUs: startUs + WINDOW_MS * 1000, startWallMs: startMs + at * WINDOW_MS, processCpuUs: WINDOW_MS * 1000, body: builder.body() };
  };
}

/** The monotonic clock of the process whose first window starts at `startMs`. */
export function monotonicUs(nowMs: number, startMs: number): number {
  return FIRST_US + Math.round((nowMs - startMs) * 1000);
}
