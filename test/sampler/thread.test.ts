// Windows of one thread: each is finished in a turn of its own, after the slice that ended it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#sampler/clock.js';
import { guarded, systemClock } from '#sampler/clock.js';
import { sampleThread } from '#sampler/thread.js';
import type { ThreadWindow } from '#sampler/window.js';
import { spinFor } from './spin.ts';

const LIMIT = { timeout: 60_000 };

test('windows are finished between slices, without a gap; what that takes is in the cost', LIMIT, async (t) => {
  const finished: ThreadWindow[] = [];
  /** What the turn in which a window was finished was planned for. */
  const delaysMs: number[] = [];
  let delay = -1;
  const clock: Clock = {
    ...systemClock,
    after: (delayMs, callback) => systemClock.after(delayMs, () => {
      delay = delayMs;
      callback();
    }),
  };
  const thread = sampleThread({ thread: 1, threadName: () => 'main', intervalUs: 5000, windowMs: 500, clock, heldBytes: () => 0, finished(window) {
    delaysMs.push(delay);
    finished.push(window);
    spinFor(100);
  } });
  t.after(() => { thread.stop(); });
  thread.start();
  while (finished.length < 3) {
    spinFor(5);
    await pause(1);
  }
  for (const [index, window] of finished.entries()) if (index > 0) assert.equal(window.startUs, finished[index - 1]?.endUs);
  assert.deepEqual(delaysMs, [0, 0, 0]);
  assert.ok(thread.cost().longestPauseUs >= 100_000 && thread.cost().totalPauseUs >= 300_000);
  assert.ok((finished[1]?.facts?.['samplerPauseUs']?.max ?? 0) >= 100_000);
});

test('a window whose turn has not come is handed over when the thread is stopped', LIMIT, async () => {
  const finished: ThreadWindow[] = [];
  let ended = (): void => undefined;
  const waited = new Promise<void>((resolve) => { ended = resolve; });
  const clock: Clock = {
    ...systemClock,
    after(delayMs, callback) {
      if (delayMs > 0) return systemClock.after(delayMs, callback);
      ended();
      return () => undefined;
    },
  };
  const thread = sampleThread({ thread: 1, threadName: () => 'main', intervalUs: 5000, windowMs: 500, clock, heldBytes: () => 0, finished: (window) => finished.push(window) });
  thread.start();
  const timer = setInterval(() => { spinFor(5); }, 10);
  await waited;
  clearInterval(timer);
  assert.equal(finished.length, 0);
  thread.stop();
  assert.equal(finished.length, 2);
  assert.equal(finished[1]?.startUs, finished[0]?.endUs);
});

test('a window that could not be finished is not forgotten: it is tried again as the thread is stopped', LIMIT, async () => {
  const finished: ThreadWindow[] = [];
  let failures = 0;
  let failed = (): void => undefined;
  const waited = new Promise<void>((resolve) => { failed = resolve; });
  const clock = guarded(systemClock, () => {
    failures++;
    thread.stop();
    failed();
  });
  const thread = sampleThread({ thread: 1, threadName: () => 'main', intervalUs: 5000, windowMs: 500, clock, heldBytes: () => 0, finished(window) {
    if (failures === 0) throw new Error('not now');
    finished.push(window);
  } });
  thread.start();
  const timer = setInterval(() => { spinFor(5); }, 10);
  await waited;
  clearInterval(timer);
  assert.equal(failures, 1);
  assert.equal(finished.length, 2);
  assert.equal(finished[1]?.startUs, finished[0]?.endUs);
});

test('when finishing a window breaks every time, V8 is let go all the same', LIMIT, async () => {
  let failed = (): void => undefined;
  const waited = new Promise<void>((resolve) => { failed = resolve; });
  const quiet = Reflect.get(globalThis.console, 'log') as unknown;
  const thread = sampleThread({ thread: 1, threadName: () => 'main', intervalUs: 5000, windowMs: 500, clock: guarded(systemClock, () => { failed(); }), heldBytes: () => 0, finished() {
    throw new Error('not at all');
  } });
  thread.start();
  assert.notEqual(Reflect.get(globalThis.console, 'log'), quiet);
  const timer = setInterval(() => { spinFor(5); }, 10);
  await waited;
  clearInterval(timer);
  assert.throws(() => { thread.stop(); }, /not at all/);
  assert.equal(Reflect.get(globalThis.console, 'log'), quiet, 'as it was before V8 had a session');
});
