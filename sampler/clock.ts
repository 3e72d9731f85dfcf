// The clocks and timers a sampler lives by; tests bring their own.
import type { Microseconds, Milliseconds } from './profile.ts';

export interface Clock {
  wallMs(): Milliseconds;
  /** The clock of V8's sample stamps: on every platform of Node's, that of `process.hrtime`. */
  monotonicUs(): Microseconds;
  /** Calls back once, without keeping the process alive; the result cancels. */
  after(delayMs: Milliseconds, callback: () => void): () => void;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicUs: () => Number(process.hrtime.bigint() / 1000n),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Timers whose callbacks may break, and the process goes on. */
export function guarded(clock: Clock, failed: (error: unknown) => void): Clock {
  return {
    wallMs: () => clock.wallMs(),
    monotonicUs: () => clock.monotonicUs(),
    after: (delayMs, callback) => clock.after(delayMs, () => {
      try {
        callback();
      } catch (error) {
        failed(error);
      }
    }),
  };
}
