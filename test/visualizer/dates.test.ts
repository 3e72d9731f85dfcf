// Dates as people and machines write them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseWhen } from '../../visualizer/dates.ts';

/** Local time, as people mean it. */
const NOW_MS = new Date(2026, 10, 20, 15, 30, 0).getTime();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const READ: readonly (readonly [string, number])[] = [
  ['now', NOW_MS],
  ['-15minutes', NOW_MS - 15 * MINUTE_MS],
  ['-15 minutes', NOW_MS - 15 * MINUTE_MS],
  ['-1hour', NOW_MS - HOUR_MS],
  ['-1h', NOW_MS - HOUR_MS],
  ['15 minutes ago', NOW_MS - 15 * MINUTE_MS],
  ['-24hours', NOW_MS - 24 * HOUR_MS],
  ['yesterday 14:00', new Date(2026, 10, 19, 14, 0).getTime()],
  ['2026-11-20T14:00:00Z', Date.UTC(2026, 10, 20, 14)],
  ['2026-11-20T14:00:00+02:00', Date.UTC(2026, 10, 20, 12)],
  ['2026-11-20T14:00', new Date(2026, 10, 20, 14, 0).getTime()],
  ['2026-11-20 14:00', new Date(2026, 10, 20, 14, 0).getTime()],
  ['2026-07-20 14:00', new Date(2026, 6, 20, 14, 0).getTime()],
  ['2026-11-20', new Date(2026, 10, 20).getTime()],
  ['20 Nov', new Date(2026, 10, 20).getTime()],
  ['-2days', NOW_MS - 48 * HOUR_MS],
  ['1795185000', 1_795_185_000_000],
  ['1795185000.5', 1_795_185_000_500],
  ['1795185000123', 1_795_185_000_123],
  ['0', 0],
];
for (const [text, expected] of READ) {
  test(`“${text}” is read`, () => {
    assert.equal(parseWhen(text, NOW_MS), expected);
  });
}

for (const text of ['', 'soon', '2026-02-30', '2026-02-30 10:00', '2026-02-30T10:00', '2026-02-30T10:00Z', '2026-04-31T00:00+02:00', '30 February 2026', '2026-13-01', '2025-02-29', 'yesterday and more', '-15minutes please', '2026-13-40T00:00Z', '99999999999999999999', 'x'.repeat(5000), '[object Object]', '__proto__']) {
  test(`“${text.slice(0, 30)}” is no date`, () => {
    assert.equal(parseWhen(text, NOW_MS), undefined);
  });
}

const ZONED: readonly (readonly [string, string, string])[] = [
  ['2026-11-20 14:00', 'Asia/Kolkata', '2026-11-20T08:30Z'],
  ['2026-11-20T14:00', 'Asia/Kolkata', '2026-11-20T08:30Z'],
  ['2026-11-20T14:00Z', 'Asia/Kolkata', '2026-11-20T14:00Z'],
  ['2026-11-20T14:00+01:00', 'Asia/Kolkata', '2026-11-20T13:00Z'],
  ['2026-07-20 14:00', 'America/New_York', '2026-07-20T18:00Z'],
  ['2026-12-20 14:00', 'America/New_York', '2026-12-20T19:00Z'],
  ['2026-12-20', 'America/New_York', '2026-12-20T05:00Z'],
  ['yesterday 14:00', 'Pacific/Auckland', '2026-11-20T01:00Z'],
  ['yesterday 14:00', 'UTC', '2026-11-19T14:00Z'],
  ['14:00 UTC', 'America/New_York', '2026-11-20T14:00Z'],
  ['-15minutes', 'Asia/Kolkata', '2026-11-20T15:15Z'],
  ['-24hours', 'Asia/Kolkata', '2026-11-19T15:30Z'],
  ['now', 'America/New_York', '2026-11-20T15:30Z'],
];
for (const [text, zone, expected] of ZONED) {
  test(`“${text}” in ${zone} is ${expected}`, () => {
    assert.equal(new Date(parseWhen(text, Date.parse('2026-11-20T15:30Z'), zone) ?? 0).toISOString(), new Date(expected).toISOString());
  });
}

test('any text is a date or none, never an exception', () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => {
    const ms = parseWhen(text, NOW_MS);
    assert.ok(ms === undefined || typeof ms === 'number');
  }));
});

test('every moment reads back from ISO, from milliseconds and from seconds', () => {
  fc.assert(fc.property(fc.integer({ min: 100_000_000_000, max: 4_000_000_000_000 }), (ms) => {
    assert.equal(parseWhen(new Date(ms).toISOString(), NOW_MS), ms);
    assert.equal(parseWhen(String(ms), NOW_MS), ms);
    assert.equal(parseWhen(String(Math.floor(ms / 1000)), NOW_MS), Math.floor(ms / 1000) * 1000);
  }));
});
