// What the rotation does when V8's profiler fails. V8 is real; the fault is put between it and the rotation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#sampler/clock.js';
import { systemClock } from '#sampler/clock.js';
import type { Rotation } from '#sampler/rotation.js';
import { startRotation } from '#sampler/rotation.js';
import { connectV8 } from '#sampler/v8-profiler.js';
import type { V8Profile, V8Profiler } from '#sampler/v8-profiler.js';
import { WindowBuilder } from '#sampler/window-builder.js';
import { spinFor } from './spin.ts';

const INTERVAL_US = 2000;
const LIMIT = { timeout: 60_000 };

interface Rig {
  readonly rotation: Rotation;
  readonly window: WindowBuilder;
  /** Ends it; what was accounted for, and how long it ran. */
  readonly end: () => { readonly busy: number; readonly dropped: number; readonly accounted: number; readonly lasted: number };
}

function rig(t: TestContext, wrap: (v8: V8Profiler) => V8Profiler, clock: Clock = systemClock, leftMs = 600_000): Rig {
  const window = new WindowBuilder();
  let startUs = 0;
  const sink = { started: (atUs: number) => { startUs = atUs; }, window: () => window, leftMs: () => leftMs, sliceEnded: () => undefined };
  const rotation = startRotation(INTERVAL_US, clock, sink, (intervalUs, events) => wrap(connectV8(intervalUs, events)));
  let untilUs: number | undefined;
  const stop = (): number => (untilUs ??= rotation.stop());
  t.after(stop);
  return {
    rotation,
    window,
    end() {
      const lasted = stop() - startUs;
      const { weight, idle, dropped } = window.body();
      const busy = weight.reduce((sum, one) => sum + one, 0);
      return { busy, dropped: dropped.weight, accounted: busy + idle.weight + dropped.weight, lasted };
    },
  };
}

function emptied(profile: V8Profile | undefined): V8Profile | undefined {
  return profile && { ...profile, nodes: profile.nodes.map((node) => ({ ...node, hitCount: 0 })), samples: [], timeDeltas: [] };
}

async function workFor(ms: number): Promise<void> {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; ) {
    spinFor(8);
    await pause(1);
  }
}

test('a V8 that gives empty profiles while the process is busy is set up anew, counted, and its time told as dropped', LIMIT, async (t) => {
  let [spinning, resets, mostOpen] = [true, 0, 0];
  const open = new Set<string>();
  const { rotation, end } = rig(t, (v8) => ({
    ...v8,
    open(title) {
      assert.ok(!open.has(title), `${title} is opened twice`);
      mostOpen = Math.max(mostOpen, open.add(title).size);
      v8.open(title);
    },
    close(title) {
      open.delete(title);
      return spinning ? emptied(v8.close(title)) : v8.close(title);
    },
    reset() {
      resets++;
      open.clear();
      spinning = resets < 2;
      spinFor(200);
      v8.reset();
    },
  }));
  while (resets < 2) await workFor(50);
  const recoveredAt = rotation.cost.slices;
  while (rotation.cost.slices < recoveredAt + 4) await workFor(50);
  const { busy, dropped, accounted, lasted } = end();
  assert.deepEqual(rotation.cost.recoveries, { noSamples: 2 });
  assert.ok(rotation.cost.longestPauseUs > 200_000, 'the pause of a recovery is a cost too');
  assert.equal(accounted, lasted);
  assert.ok(dropped > 1_000_000 && busy > 600_000, `busy ${busy} µs, dropped ${dropped} µs`);
  assert.deepEqual([mostOpen, open.size], [2, 0]);
});

test('an empty profile of a process that waits is no fault', LIMIT, async (t) => {
  t.mock.method(process, 'cpuUsage', () => ({ user: 50_000, system: 10_000 }));
  const { rotation, end } = rig(t, (v8) => ({ ...v8, close: (title) => emptied(v8.close(title)) }));
  while (rotation.cost.slices < 2) await pause(50);
  const { accounted, lasted } = end();
  assert.deepEqual(rotation.cost.recoveries, {});
  assert.equal(accounted, lasted);
});

test('after a recovery one slice follows the other, none is planned twice', LIMIT, async (t) => {
  let [empty, waiting, mostWaiting] = [true, 0, 0];
  const clock: Clock = {
    ...systemClock,
    after(delayMs, callback) {
      mostWaiting = Math.max(mostWaiting, ++waiting);
      let settle = (): void => {
        waiting--;
        settle = () => undefined;
      };
      const cancel = systemClock.after(delayMs, () => {
        settle();
        callback();
      });
      return () => {
        settle();
        cancel();
      };
    },
  };
  const { rotation } = rig(t, (v8) => ({
    ...v8,
    close: (title) => (empty ? emptied(v8.close(title)) : v8.close(title)),
    reset() {
      empty = false;
      v8.reset();
    },
  }), clock);
  while (rotation.cost.slices < 3) await workFor(50);
  assert.deepEqual([rotation.cost.recoveries, mostWaiting], [{ noSamples: 1 }, 1]);
});

test('where turns of the loop last, a profile holds its slice and no turn more; what a turn ends with keeps its share', LIMIT, async (t) => {
  const TURN = { ms: 350, endMs: 4 };
  const lengthsMs: number[] = [];
  const { rotation, window, end } = rig(t, (v8) => ({
    ...v8,
    close(title) {
      const profile = v8.close(title);
      lengthsMs.push(((profile?.endTime ?? 0) - (profile?.startTime ?? 0)) / 1000);
      // So dear that every turn becomes a slice.
      spinFor(5);
      return profile;
    },
  }));
  while (rotation.cost.slices < 20) {
    spinFor(TURN.ms - TURN.endMs);
    endOfTurn(TURN.endMs);
    await pause(1);
  }
  const { accounted, lasted } = end();
  const { parent, stack, count, frame, frames } = window.body();
  const isEnd = (of: number): boolean => of > 0 && (frames[frame[of] ?? 0]?.name === 'endOfTurn' || isEnd(parent[of] ?? 0));
  let [all, ofEnds] = [0, 0];
  stack.forEach((one, row) => {
    all += count[row] ?? 0;
    if (isEnd(one)) ofEnds += count[row] ?? 0;
  });
  assert.equal(accounted, lasted);
  // Its first timer was not late yet, and its last slice is ended by hand.
  assert.ok(lengthsMs.slice(3, -1).every((ms) => ms < 2 * TURN.ms), `profiles of ${lengthsMs.map(Math.round).join(', ')} ms`);
  const expected = (all * TURN.endMs) / TURN.ms;
  assert.ok(ofEnds > expected * 0.8 && ofEnds < expected * 1.3, `${ofEnds} of ${all} samples where ${Math.round(expected)} belong`);
});

test('a slice that a window ends with is closed in a turn of its own, however late: what watches the loop has seen the turn then', LIMIT, async (t) => {
  let [isOpening, atOnce] = [false, 0];
  const { rotation } = rig(t, (v8) => ({
    ...v8,
    open(title) {
      isOpening = true;
      queueMicrotask(() => { isOpening = false; });
      v8.open(title);
    },
    close(title) {
      if (isOpening) atOnce++;
      return v8.close(title);
    },
  }), systemClock, 0);
  while (rotation.cost.slices < 3) {
    spinFor(100);
    await pause(1);
  }
  assert.equal(atOnce, 0);
});

test('a window that is to end while a turn lasts ends after it: what watches the loop has seen the turn then', LIMIT, async (t) => {
  let [isSameTurn, closedIn, opened, blocks] = [false, 0, 0, 0];
  const { rotation } = rig(t, (v8) => ({
    ...v8,
    open(title) {
      v8.open(title);
      if (opened++ === 0) return;
      setImmediate(() => {
        spinFor(200);
        blocks++;
        isSameTurn = true;
        setImmediate(() => { isSameTurn = false; });
      });
    },
    close(title) {
      if (isSameTurn) closedIn++;
      return v8.close(title);
    },
  }), systemClock, 0);
  while (rotation.cost.slices < 3) await pause(20);
  assert.ok(blocks >= 3);
  assert.equal(closedIn, 0);
});

function endOfTurn(ms: number): void {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; ) Math.sqrt(untilMs);
}
