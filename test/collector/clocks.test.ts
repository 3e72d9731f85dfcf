// Store time: frozen per boot, moved only by a real step, and bounded in what it remembers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { knownClock, readClock as readOne, withClocks } from '../../collector/clocks.ts';
import type { Asked, ClockReading, Clocks, ClockVerdict } from '../../collector/clocks.ts';

const HOUR_MS = 3_600_000;
const START_MS = 1_700_000_000_000;

/** An answer that tells of one boot. */
function readClock(known: Clocks, boot: string, reading: ClockReading, asked: Asked): ClockVerdict & { readonly clocks: Clocks } {
  const verdict = readOne(knownClock(known, boot), reading, asked);
  return { ...verdict, clocks: withClocks(known, new Map([[boot, verdict.clock]]), asked.nowMs) };
}

/** Answered at once. */
const at = (nowMs: number): Asked => ({ askedMs: nowMs, nowMs });

test('the first reading of a boot freezes its offset, and everyday corrections do not move it', () => {
  const first = readClock({}, 'b', { wallMs: START_MS, monotonicUs: 5_000_000 }, at(START_MS));
  assert.deepEqual(first.clock, { offsetUs: START_MS * 1000 - 5_000_000, wallOffsetUs: START_MS * 1000 - 5_000_000, epoch: 0, seenMs: START_MS });
  const later = readClock(first.clocks, 'b', { wallMs: START_MS + 10_900, monotonicUs: 15_000_000 }, at(START_MS + 10_000));
  assert.equal(later.jumpMs, undefined);
  assert.equal(later.clock.offsetUs, first.clock.offsetUs);
});

test('a step of more than a second opens an epoch, forward and backward, and small ones add up to one', () => {
  let { clocks } = readClock({}, 'b', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS));
  const epochs: number[] = [];
  for (const [wallMs, monotonicUs] of [[START_MS + 3_601_000, 1_000_000], [START_MS + 2000, 2_000_000], [START_MS + 3600, 3_000_000], [START_MS + 5200, 4_000_000]] as const) {
    const verdict = readClock(clocks, 'b', { wallMs, monotonicUs }, at(START_MS));
    clocks = verdict.clocks;
    epochs.push(verdict.clock.epoch);
  }
  assert.deepEqual(epochs, [1, 2, 2, 3]);
});

test('a clock that is off is not believed: the host is placed by ours, as closely as the answer lets one say', () => {
  for (const offMs of [HOUR_MS, -HOUR_MS, 5001]) {
    const { clock } = readClock({}, 'b', { wallMs: START_MS + offMs, monotonicUs: 7_000_000 }, { askedMs: START_MS - 100, nowMs: START_MS + 100 });
    assert.equal(clock.offsetUs, Math.abs(offMs) > 5100 ? START_MS * 1000 - 7_000_000 : (START_MS + offMs) * 1000 - 7_000_000);
    assert.equal(clock.epoch, 0);
  }
  const slow = readClock({}, 'b', { wallMs: START_MS + 19_000, monotonicUs: 0 }, { askedMs: START_MS, nowMs: START_MS + 20_000 });
  assert.equal(slow.clock.offsetUs, (START_MS + 19_000) * 1000, 'a slow answer is no reason to doubt the clock');
});

test('a wrong clock that is set to another wrong time moves nothing and is told; one that is set right is believed', () => {
  const first = readClock({}, 'b', { wallMs: START_MS + HOUR_MS, monotonicUs: 0 }, at(START_MS));
  const second = readClock(first.clocks, 'b', { wallMs: START_MS + 10_000 - HOUR_MS, monotonicUs: 10_000_000 }, at(START_MS + 10_000));
  assert.deepEqual([second.clock.offsetUs, second.clock.epoch, second.jumpMs], [first.clock.offsetUs, 1, -2 * HOUR_MS]);
  const third = readClock(second.clocks, 'b', { wallMs: START_MS + 20_300, monotonicUs: 20_000_000 }, at(START_MS + 20_000));
  assert.deepEqual([third.clock.offsetUs, third.clock.epoch, third.jumpMs], [(START_MS + 300) * 1000, 2, HOUR_MS + 300]);
});

test('our own clock that jumps moves nothing; what was placed by a wrong one is placed anew once both agree', () => {
  const sound = readClock({}, 'b', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS));
  const jumped = readClock(sound.clocks, 'b', { wallMs: START_MS + 10_000, monotonicUs: 10_000_000 }, at(START_MS + HOUR_MS));
  assert.deepEqual([jumped.clock.offsetUs, jumped.clock.epoch, jumped.jumpMs], [START_MS * 1000, 0, undefined]);
  const wrong = readClock({}, 'b', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS + HOUR_MS));
  assert.equal(wrong.clock.offsetUs, (START_MS + HOUR_MS) * 1000);
  const right = readClock(wrong.clocks, 'b', { wallMs: START_MS + 10_000, monotonicUs: 10_000_000 }, at(START_MS + 10_000));
  assert.deepEqual([right.clock.offsetUs, right.clock.epoch, right.jumpMs], [START_MS * 1000, 1, undefined]);
});

test('what an older version remembered goes on', () => {
  const known: Clocks = { b: { offsetUs: START_MS * 1000, epoch: 3, seenMs: START_MS } };
  assert.equal(readClock(known, 'b', { wallMs: START_MS + 500, monotonicUs: 0 }, at(START_MS)).clock.epoch, 3);
  assert.equal(readClock(known, 'b', { wallMs: START_MS + 1500, monotonicUs: 0 }, at(START_MS)).clock.epoch, 4);
});

test('a step at one boot leaves the others alone', () => {
  const { clocks } = readClock({}, 'a', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS));
  const both = readClock(clocks, 'b', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS)).clocks;
  const after = readClock(both, 'b', { wallMs: START_MS + HOUR_MS, monotonicUs: 0 }, at(START_MS)).clocks;
  assert.deepEqual(after['a'], both['a']);
  assert.equal(after['b']?.epoch, 1);
});

test('boots unseen for a day leave, and a host cannot make the memory grow by inventing boots', () => {
  let clocks: Clocks = {};
  clocks = readClock(clocks, 'old', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS)).clocks;
  clocks = readClock(clocks, 'young', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS + 12 * HOUR_MS)).clocks;
  clocks = readClock(clocks, 'now', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS + 24 * HOUR_MS)).clocks;
  assert.deepEqual(Object.keys(clocks).sort(), ['now', 'young']);
  for (let i = 0; i < 1500; i++) clocks = readClock(clocks, `b${i}`, { wallMs: START_MS, monotonicUs: 0 }, at(START_MS + 24 * HOUR_MS + i)).clocks;
  assert.equal(Object.keys(clocks).length, 1000);
  assert.ok(Object.hasOwn(clocks, 'b1499'));
  const { clock } = readClock({}, 'b', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS + 24 * HOUR_MS));
  const atOnce = withClocks(clocks, new Map(Array.from({ length: 1500 }, (_, i) => [`c${i}`, clock])), START_MS + 24 * HOUR_MS);
  assert.equal(Object.keys(atOnce).length, 1000);
  assert.ok(Object.hasOwn(atOnce, 'c1499'));
});

test('a boot called __proto__ is a boot like any other', () => {
  const { clocks } = readClock({}, '__proto__', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS));
  const kept = JSON.parse(JSON.stringify(clocks)) as Clocks;
  const again = readClock(kept, '__proto__', { wallMs: START_MS + HOUR_MS, monotonicUs: 0 }, at(START_MS));
  assert.equal(again.clock.epoch, 1);
  const other = readClock(kept, 'constructor', { wallMs: START_MS, monotonicUs: 0 }, at(START_MS));
  assert.equal(other.clock.epoch, 0);
});

test('within an epoch, distances on the host are distances in store time', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(60_000_000), fc.integer({ min: -900, max: 900 })), { minLength: 1, maxLength: 30 }), (steps) => {
    let clocks: Clocks = {};
    let monotonicUs = 1;
    const offsets = new Set<number>();
    for (const [passedUs, wobbleMs] of steps) {
      monotonicUs += passedUs;
      const reading = { wallMs: START_MS + Math.round(monotonicUs / 1000) + Math.round(wobbleMs / 2), monotonicUs };
      const verdict = readClock(clocks, 'b', reading, at(START_MS + monotonicUs / 1000));
      clocks = verdict.clocks;
      offsets.add(verdict.clock.offsetUs);
    }
    assert.equal(offsets.size, 1);
  }));
});
