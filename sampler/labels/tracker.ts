// Follows labels across await, timers and callbacks without native code: before each callback of Node's, the labels of
// its context are what runs. Nothing is hooked before the first labels are given.
import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import type { Microseconds } from '../profile.ts';
import type { LabelSource } from './source.ts';
import { nested } from './source.ts';
import { SwitchLog } from './switch-log.ts';

export interface LabelTracker {
  readonly log: SwitchLog;
  /** Runs `fn` and all that follows from it under these labels too. */
  run<T>(labels: Readonly<Record<string, unknown>>, fn: () => T): T;
  /** The rest of this callback, and all that follows from it, runs for this source. */
  enter(source: LabelSource): void;
  /** For good: what is run afterwards just runs. */
  stop(): void;
}

/** That of this thread's sampler. */
let ofThread: LabelTracker | undefined;

/** From now on `withLabels` is about this one, until it is stopped. */
export function lendTracker(tracker: LabelTracker): void {
  ofThread = tracker;
}

/**
 * The same as a sampler's `withLabels`, for code that has no sampler at hand: in worker threads, and where the sampler was
 * loaded by a flag. It is about the sampler of the thread that it is called in; without one it just runs `fn`.
 */
export function withLabels<T>(labels: Readonly<Record<string, string | number | boolean>>, fn: () => T): T {
  return ofThread === undefined ? fn() : ofThread.run(labels, fn);
}

export function trackLabels(): LabelTracker {
  const originUs = originOfNow();
  const log = new SwitchLog((): Microseconds => originUs + performance.now() * 1000);
  const storage = new AsyncLocalStorage<LabelSource>();
  /** Callbacks can be called from within others. */
  const outer: (LabelSource | undefined)[] = [];
  const hook = createHook({
    before() {
      outer.push(log.current);
      log.switchTo(storage.getStore());
    },
    after() {
      log.switchTo(outer.pop());
    },
  });
  // What threw has no end of its own.
  const unwound = (): void => {
    outer.length = 0;
    log.switchTo(undefined);
  };
  let hooked = false;
  let stopped = false;

  function begin(): void {
    if (hooked) return;
    hooked = true;
    hook.enable();
    process.on('uncaughtExceptionMonitor', unwound);
  }

  const tracker: LabelTracker = {
    log,
    run(labels, fn) {
      if (stopped) return fn();
      begin();
      const before = log.current;
      const source = nested(storage.getStore(), labels);
      return storage.run(source, () => {
        log.switchTo(source);
        try {
          return fn();
        } finally {
          log.switchTo(before);
        }
      });
    },
    enter(source) {
      if (stopped) return;
      begin();
      storage.enterWith(source);
      log.switchTo(source);
    },
    stop() {
      if (ofThread === tracker) ofThread = undefined;
      hook.disable();
      process.off('uncaughtExceptionMonitor', unwound);
      unwound();
      stopped = true;
    },
  };
  return tracker;
}

/** What to add to `performance.now()`, the cheapest clock, for that of V8's stamps. A first call can take long: the closest of some. */
function originOfNow(): Microseconds {
  let best = { apartNs: Number.POSITIVE_INFINITY, originUs: 0 };
  for (let attempt = 0; attempt < 10; attempt++) {
    const beforeNs = Number(process.hrtime.bigint());
    const nowUs = performance.now() * 1000;
    const apartNs = Number(process.hrtime.bigint()) - beforeNs;
    if (apartNs < best.apartNs) best = { apartNs, originUs: (beforeNs + apartNs / 2) / 1000 - nowUs };
  }
  return best.originUs;
}
