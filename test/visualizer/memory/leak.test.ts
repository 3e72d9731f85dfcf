// Programs that leak are named, and healthy ones are left in peace: recorded ones, and ones made up by chance.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leakOf } from '../../../visualizer/memory/leak.ts';
import { effort, long } from '../../effort.ts';
import { PROGRAMS } from './programs.ts';
import { recorded } from './recording.ts';
import type { Minute } from './simulated.ts';
import { HOUR_MS, MINUTE_MS, minuteOf, processOf, randomOf, repeated, START_MS } from './simulated.ts';

const MB = 1e6;
const programs = Object.entries(PROGRAMS);

for (const [name] of programs.filter(([, { leaks }]) => leaks === undefined)) {
  test(`${name}, as recorded, is not accused in thirty hours`, () => {
    for (let seed = 1; seed <= effort(1, 5); seed++) {
      const minutes = repeated(recorded(name), 30, randomOf(seed));
      for (let end = 30; end <= minutes.length; end += effort(60, 15)) assert.equal(leakOf(processOf(minutes.slice(0, end))), undefined, `${name} after ${end} minutes, seed ${seed}`);
    }
  });
}

for (const [name, { leaks }] of programs) {
  if (leaks === undefined) continue;
  test(`${name}, as recorded, is named`, () => {
    const { steps } = recorded(name);
    const found = leakOf(processOf(steps.map(minuteOf)));
    assert.equal(found?.of, leaks);
    assert.ok(found.low > 0 && found.low <= found.perHour && found.perHour <= found.high);
  });
}

/** A level that the saw-tooth comes down to, minute by minute, with what there is on top between two collections. */
function sawTooth(minutes: number, levelOf: (minute: number) => number, random: () => number, { toothMb = 20, periodMin = 4, noiseMb = 0.4, loadOf }: { toothMb?: number; periodMin?: number; noiseMb?: number; loadOf?: (minute: number) => number } = {}): Minute[] {
  let since = 0;
  return Array.from({ length: minutes }, (_, minute) => {
    const held = levelOf(minute) + (random() + random() + random() - 1.5) * noiseMb * MB;
    const collects = since >= periodMin * (0.7 + 0.6 * random());
    since = collects ? 0 : since + 1;
    return { used: held + (since / periodMin) * toothMb * MB, ...(collects ? { after: held } : {}), rss: held + 90 * MB, external: 3 * MB, busy: (loadOf?.(minute) ?? 0.2) + random() * 0.02 };
  });
}

const seeds = fc.integer({ min: 1, max: 1e9 });
/** A detector errs now and then: the short runs are always the same ones, the long ones others each time. */
const RUNS = long ? { numRuns: 400 } : { numRuns: 25, seed: 1 };

test('a steady leak is told, with a slope and a start that are about right', () => {
  fc.assert(fc.property(seeds, fc.integer({ min: 30, max: 200 }), fc.double({ min: 0.25, max: 2, noNaN: true }), fc.integer({ min: 60, max: 600 }), (seed, baseMb, mbAMinute, healthyMinutes) => {
    const minutes = sawTooth(healthyMinutes + 100, (minute) => (baseMb + Math.max(0, minute - healthyMinutes) * mbAMinute) * MB, randomOf(seed));
    const found = leakOf(processOf(minutes));
    assert.equal(found?.of, 'heap');
    assert.ok(Math.abs(found.perHour / (mbAMinute * 60 * MB) - 1) < 0.15, `${found.perHour} for ${mbAMinute * 60 * MB}`);
    assert.ok(Math.abs(found.sinceMs - (START_MS + healthyMinutes * MINUTE_MS)) <= 25 * MINUTE_MS, `${(found.sinceMs - START_MS) / MINUTE_MS} for ${healthyMinutes}`);
    assert.ok((found.fullInMs?.soonest ?? 0) <= (found.fullInMs?.likely ?? 0) && (found.fullInMs?.likely ?? 0) <= (found.fullInMs?.latest ?? 0));
  }), RUNS);
});

test('a leak that is older than the fine steps is told since when it began', () => {
  const minutes = sawTooth(130 + 170, (minute) => (40 + Math.max(0, minute - 130) * 0.15) * MB, randomOf(21));
  const found = leakOf(processOf(minutes));
  assert.equal(found?.fromFirst, false);
  assert.ok(Math.abs(found.sinceMs - (START_MS + 130 * MINUTE_MS)) <= 25 * MINUTE_MS, `${(found.sinceMs - START_MS) / MINUTE_MS}`);
});

test('a slow leak is told over days', () => {
  const minutes = sawTooth(6 * 24 * 60, (minute) => (80 + minute * 0.003) * MB, randomOf(7));
  const found = leakOf(processOf(minutes));
  assert.equal(found?.of, 'heap');
  assert.ok(Math.abs(found.perHour / (0.18 * MB) - 1) < 0.2);
  assert.equal(found.fromFirst, true);
});

test('what a healthy process does is told as a leak at one moment in a hundred at most: teeth of any length, load that comes and goes, steps, warm-up, caches that fill and slow down', () => {
  const days = fc.sample(fc.tuple(seeds, fc.record({
    baseMb: fc.integer({ min: 20, max: 400 }),
    toothMb: fc.integer({ min: 2, max: 200 }),
    periodMin: fc.integer({ min: 1, max: 90 }),
    noiseShare: fc.double({ min: 0, max: 0.05, noNaN: true }),
    dayMb: fc.integer({ min: 0, max: 200 }),
    startHour: fc.integer({ min: 0, max: 23 }),
    steps: fc.array(fc.record({ atMin: fc.integer({ min: 0, max: 1800 }), mb: fc.integer({ min: -20, max: 150 }) }), { maxLength: 2 }),
    fillMb: fc.integer({ min: 0, max: 100 }),
    fillMinutes: fc.integer({ min: 1, max: 12 }),
    ends: fc.array(fc.integer({ min: 15, max: 1800 }), { minLength: 3, maxLength: 3 }),
  })), RUNS);
  const accused = days.flatMap(([seed, { baseMb, toothMb, periodMin, noiseShare, dayMb, startHour, steps, fillMb, fillMinutes, ends }]) => {
    const loadOf = (minute: number): number => 0.3 + 0.25 * Math.sin(((minute / 60 + startHour - 9) / 24) * 2 * Math.PI);
    const levelOf = (minute: number): number => Math.max(5, baseMb + dayMb * loadOf(minute) + fillMb * (1 - Math.exp(-minute / fillMinutes)) + steps.reduce((sum, { atMin, mb }) => sum + (minute >= atMin ? mb : 0), 0)) * MB;
    const minutes = sawTooth(1800, levelOf, randomOf(seed), { toothMb, periodMin, noiseMb: 0.2 + noiseShare * baseMb, loadOf });
    return ends.flatMap((end) => leakOf(processOf(minutes.slice(0, end))) ?? []);
  });
  assert.ok(accused.length <= 0.01 * 3 * days.length, `${accused.length} of ${3 * days.length}: ${JSON.stringify(accused[0])}`);
});

test('one long tooth is no leak where no collection is told at all, and none where there was none', () => {
  const rising = Array.from({ length: 600 }, (_, minute) => ({ used: (30 + minute * 0.1) * MB }));
  assert.equal(leakOf(processOf(rising, { gc: false })), undefined);
  assert.equal(leakOf(processOf(rising)), undefined);
});

test('a leak is told of a sampler that tells of no collections', () => {
  const minutes = sawTooth(400, (minute) => (50 + minute * 0.5) * MB, randomOf(3), { toothMb: 40, periodMin: 6 }).map(({ used, busy = 0 }) => ({ used, busy }));
  assert.equal(leakOf(processOf(minutes, { gc: false }))?.of, 'heap');
});

test('buffers outside the heap are told as that, and resident memory that nothing explains as that', () => {
  const flat = sawTooth(200, () => 50 * MB, randomOf(5)).map((minute) => ({ ...minute, after: minute.used }));
  assert.equal(leakOf(processOf(flat.map((minute, index) => ({ ...minute, external: (5 + index * 0.3) * MB, rss: (140 + index * 0.3) * MB }))))?.of, 'outside');
  assert.equal(leakOf(processOf(flat.map((minute, index) => ({ ...minute, rss: (140 + index * 0.8) * MB }))))?.of, 'resident');
});

test('time to the limit follows from the slope', () => {
  const minutes = sawTooth(160, (minute) => (400 + minute) * MB, randomOf(11));
  const { fullInMs, limitBytes, bytes = 0, perHour = 1 } = leakOf(processOf(minutes)) ?? {};
  assert.equal(limitBytes, 4e9);
  assert.ok(Math.abs((fullInMs?.likely ?? 0) / ((4e9 - bytes) / perHour * HOUR_MS) - 1) < 1e-9);
  assert.ok(Math.abs((fullInMs?.likely ?? 0) / (57.3 * HOUR_MS) - 1) < 0.1);
});
