// When slices and windows end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextSliceMs, untilSliceEndMs, windowEndMs } from '#sampler/schedule.js';

test('a slice lasts 0.25 to 2 s, and 0.1 s at least where the pause is long', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e7, noNaN: true }), fc.double({ min: 0, max: 1e9, noNaN: true }), (lastMs, pauseUs) => {
      const sliceMs = nextSliceMs(lastMs, pauseUs);
      assert.ok(sliceMs >= (pauseUs > 2000 || lastMs < 250 ? 100 : 250) && sliceMs <= 2000, `${sliceMs}`);
    }),
  );
  assert.equal(nextSliceMs(), 1000);
});

test('slices settle where they pause for 1.2 ms when the pause grows with the slice', () => {
  const settled = (pausePerSecondUs: number): number => {
    let sliceMs = nextSliceMs();
    for (let slice = 0; slice < 30; slice++) sliceMs = nextSliceMs(sliceMs, 300 + (pausePerSecondUs * sliceMs) / 1000);
    return sliceMs;
  };
  assert.equal(settled(200), 2000);
  assert.ok(Math.abs(settled(900) - 1000) < 5, `${settled(900)}`);
  assert.equal(settled(5000), 250);
  assert.ok(settled(10_000) < 130, `${settled(10_000)}`);
  assert.equal(settled(50_000), 100);
});

test('a longer pause never makes a longer slice', () => {
  fc.assert(
    fc.property(fc.integer({ min: 250, max: 2000 }), fc.nat(100_000), fc.nat(100_000), (lastMs, a, b) => {
      assert.ok(nextSliceMs(lastMs, Math.max(a, b)) <= nextSliceMs(lastMs, Math.min(a, b)));
    }),
  );
});

test('a slice ends with the window, and leaves no crumb of less than half a slice before its end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 250, max: 2000 }), fc.integer({ min: 0, max: 5000 }), (sliceMs, leftMs) => {
      const untilMs = untilSliceEndMs(sliceMs, leftMs);
      assert.ok(untilMs >= 1 && untilMs <= Math.max(1, leftMs) && untilMs < sliceMs * 1.5 + 1);
      const crumbMs = leftMs - untilMs;
      assert.ok(crumbMs <= 0 || crumbMs >= sliceMs / 2 - 1e-6, `${crumbMs} ms are left`);
    }),
  );
});

test('the first windows last 1, 2, 4 and 8 s, the others end on the clock, and none is a crumb', () => {
  const startMs = 1_700_000_003_210;
  const ends: number[] = [];
  for (let at = startMs; ends.length < 8; ) ends.push((at = windowEndMs(at, ends.length, 10_000)));
  assert.deepEqual(ends.slice(0, 4).map((end) => end - startMs), [1000, 3000, 7000, 15_000]);
  assert.deepEqual(ends.slice(4).map((end) => end % 10_000), [0, 0, 0, 0]);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 4e12, noNaN: true }), fc.nat(50), fc.integer({ min: 1000, max: 300_000 }), (fromMs, before, windowMs) => {
      const lengthMs = windowEndMs(fromMs, before, windowMs) - fromMs;
      assert.ok(lengthMs >= Math.min(1000, windowMs / 10) - 0.01 && lengthMs <= windowMs * 1.1 + 0.01, `${lengthMs}`);
    }),
  );
});
