// Turns lie on a grid of their own per host and nothing moves them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSchedule, nextTurn, phaseOf } from '../../collector/schedule.ts';
import { createFakeClock } from './fake-clock.ts';

const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 });
const interval = fc.integer({ min: 1, max: 600_000 });

test('the next turn is the first on the grid, and strictly later', () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), interval, fc.nat(), (afterMs, intervalMs, any) => {
    const phaseMs = any % intervalMs;
    const turn = nextTurn(afterMs, intervalMs, phaseMs);
    assert.ok(turn > afterMs && turn - afterMs <= intervalMs);
    assert.equal((turn - phaseMs) % intervalMs, 0);
  }));
});

test('every host has one turn per interval at its own phase, however early or late its timers are', () => {
  fc.assert(fc.property(names, fc.integer({ min: 10, max: 60_000 }), fc.infiniteStream(fc.integer({ min: -1, max: 5 })), (hosts, intervalMs, late) => {
    const clock = createFakeClock({ lateMs: () => Number(late.next().value) });
    const schedule = createSchedule(clock, intervalMs);
    const turns = new Map<string, number[]>(hosts.map((host) => [host, []]));
    for (const host of hosts) schedule.add(host, () => turns.get(host)?.push(clock.monotonicMs()));
    const rounds = 10;
    clock.advance(rounds * intervalMs);
    for (const [host, times] of turns) {
      // The first turn is the early look; the others lie on the grid, as far off as its timer.
      assert.ok(times.length >= rounds - 1 && times.length <= rounds + 1, `${times.length} turns in ${rounds} intervals`);
      for (const time of times.slice(1)) {
        const behindMs = (((time + 1 - phaseOf(host, intervalMs)) % intervalMs) + intervalMs) % intervalMs;
        assert.ok(behindMs <= 6, `a turn ${behindMs - 1} ms behind the grid`);
      }
    }
    schedule.stop();
    assert.equal(clock.pending(), 0);
  }));
});

test('a turn missed while the machine slept is not made up for', () => {
  const clock = createFakeClock();
  const schedule = createSchedule(clock, 1000);
  let turns = 0;
  schedule.add('a', () => turns++);
  clock.advance(3000);
  const before = turns;
  clock.jump(100_000);
  clock.advance(0);
  assert.equal(turns, before + 1);
  schedule.stop();
});

test('hosts are asked for the first time within two seconds, and not in one instant', () => {
  const clock = createFakeClock();
  const schedule = createSchedule(clock, 600_000);
  const first = new Map<string, number>();
  for (let i = 0; i < 200; i++) schedule.add(`host-${i}`, () => first.set(`host-${i}`, clock.monotonicMs()));
  clock.advance(2000);
  assert.equal(first.size, 200);
  assert.ok(new Set(first.values()).size > 150);
  schedule.stop();
});

test('phases spread evenly over the interval and are the same after a restart', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 2000; i++) {
    const tenth = Math.floor(phaseOf(`web-${i}.internal:8080`, 10_000) / 1000);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  assert.ok(Math.min(...tenths) > 140 && Math.max(...tenths) < 260, String(tenths));
  assert.equal(phaseOf('web', 10_000), phaseOf('web', 10_000));
});

test('a host that is removed has no more turns', () => {
  const clock = createFakeClock();
  const schedule = createSchedule(clock, 1000);
  let turns = 0;
  schedule.add('a', () => turns++);
  clock.advance(5000);
  const before = turns;
  schedule.remove('a');
  clock.advance(5000);
  assert.equal(turns, before);
});
