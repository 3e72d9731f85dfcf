// The only place of this room that reads clocks and sets timers; tests hand in their own.
import type { Milliseconds } from 'liveprofiler-sampler/wire';

export interface Clock {
  /** Wall clock, ms since 1970. */
  readonly wallMs: () => Milliseconds;
  /** Never steps; its zero means nothing. */
  readonly monotonicMs: () => Milliseconds;
  /** Calls `run` once `monotonicMs()` has reached `dueMs`; the function returned cancels it. */
  readonly at: (dueMs: Milliseconds, run: () => void) => () => void;
}

/** Node fires a timer with a longer delay at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  at(dueMs, run) {
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) timer = setTimeout(wait, Math.min(Math.ceil(leftMs), LONGEST_DELAY_MS));
      else run();
    };
    // Also an overdue turn comes from a timer, so that nothing runs inside the call that set it.
    timer = setTimeout(wait, Math.min(Math.max(0, Math.ceil(dueMs - performance.now())), LONGEST_DELAY_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};
