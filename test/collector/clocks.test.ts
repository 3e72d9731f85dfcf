// Store time: frozen per boot, moved only by a real step, and bounded in what it remembers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readClock } from '../../collector/clocks.ts';
import type { Clocks } from '../../collector/clocks.ts';

const HOUR_MS = 3_600_000;
const START_MS = 1_700_000_000_000;

test('the first reading of a boot freezes its offset, and everyday corrections do not move it', () => {
  const first = readClock({}, 'b', { wallMs: START_MS, monotonicUs: 5_000_000 }, START_MS);
  assert.deepEqual(first.clock, { offsetUs: START_MS * 1000 - 5_000_000, epoch: 0, seenMs: START_MS });
  const later = readClock(first.clocks, 'b', { wallMs: START_MS + 10_900, monotonicUs: 15_000_000 }, START_MS + 10_000);
  assert.equal(later.stepped, false);
  assert.equal(later.clock.offsetUs, first.clock.offsetUs);
});

test('a step of more than a second opens an epoch, forward and backward, and small ones add up to one', () => {
  let { clocks } = readClock({}, 'b', { wallMs: START_MS, monotonicUs: 0 }, START_MS);
  const epochs: number[] = [];
  for (const [wallMs, monotonicUs] of [[START_MS + 3_601_000, 1_000_000], [START_MS + 2000, 2_000_000], [START_MS + 3600, 3_000_000], [START_MS + 5200, 4_000_000]] as const) {
    const verdict = readClock(clocks, 'b', { wallMs, monotonicUs }, START_MS);
    clocks = verdict.clocks;
    epochs.push(verdict.clock.epoch);
  }
  assert.deepEqual(epochs, [1, 2, 2, 3]);
});

test('a step at one boot leaves the others alone', () => {
  const { clocks } = readClock({}, 'a', { wallMs: START_MS, monotonicUs: 0 }, START_MS);
  const both = readClock(clocks, 'b', { wallMs: START_MS, monotonicUs: 0 }, START_MS).clocks;
  const after = readClock(both, 'b', { wallMs: START_MS + HOUR_MS, monotonicUs: 0 }, START_MS).clocks;
  assert.deepEqual(after['a'], both['a']);
  assert.equal(after['b']?.epoch, 1);
});

test('boots unseen for a day leave, and a host cannot make the memory grow by inventing boots', () => {
  let clocks: Clocks = {};
  clocks = readClock(clocks, 'old', { wallMs: START_MS, monotonicUs: 0 }, START_MS).clocks;
  clocks = readClock(clocks, 'young', { wallMs: START_MS, monotonicUs: 0 }, START_MS + 12 * HOUR_MS).clocks;
  clocks = readClock(clocks, 'now', { wallMs: START_MS, monotonicUs: 0 }, START_MS + 24 * HOUR_MS).clocks;
  assert.deepEqual(Object.keys(clocks).sort(), ['now', 'young']);
  for (let i = 0; i < 1500; i++) clocks = readClock(clocks, `b${i}`, { wallMs: START_MS, monotonicUs: 0 }, START_MS + 24 * HOUR_MS + i).clocks;
  assert.equal(Object.keys(clocks).length, 1000);
  assert.ok(Object.hasOwn(clocks, 'b1499'));
});

test('a boot called __proto__ is a boot like any other', () => {
  const { clocks } = readClock({}, '__proto__', { wallMs: START_MS, monotonicUs: 0 }, START_MS);
  const kept = JSON.parse(JSON.stringify(clocks)) as Clocks;
  const again = readClock(kept, '__proto__', { wallMs: START_MS + HOUR_MS, monotonicUs: 0 }, START_MS);
  assert.equal(again.clock.epoch, 1);
  const other = readClock(kept, 'constructor', { wallMs: START_MS, monotonicUs: 0 }, START_MS);
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
      const verdict = readClock(clocks, 'b', reading, START_MS);
      clocks = verdict.clocks;
      offsets.add(verdict.clock.offsetUs);
    }
    assert.equal(offsets.size, 1);
  }));
});
