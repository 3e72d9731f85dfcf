// Dates as the page shows and reads them: in its own zone, or in UTC when that is chosen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateRead, dateShown } from '../../../visualizer/view/range.ts';

process.env['TZ'] = 'Asia/Kolkata';

test('what is typed is read in the zone of the page', () => {
  assert.equal(dateRead('2026-11-20 14:00', false), '2026-11-20T08:30:00.000Z');
  assert.equal(dateRead('2026-11-20 14:00:05', true), '2026-11-20T14:00:05.000Z');
  assert.equal(dateRead(' 2026-11-20T14:00 ', true), '2026-11-20T14:00:00.000Z');
  assert.equal(dateRead('2026-11-20', false), '2026-11-19T18:30:00.000Z');
  assert.equal(dateRead('2026-11-20', true), '2026-11-20T00:00:00.000Z');
});

test('what is no day is left for the server to refuse, and words for it to read', () => {
  for (const text of ['2026-02-30', '2026-02-30 10:00', '2026-13-01', '2026-11-20 25:00', 'yesterday 14:00', '-2hours', '']) assert.equal(dateRead(text, false), text);
});

test('what is shown reads back', () => {
  for (const utc of [false, true]) assert.equal(dateRead(dateShown('2026-07-20T14:00:05.000Z', utc), utc), '2026-07-20T14:00:05.000Z');
  assert.equal(dateShown('2026-11-20T14:00:00.000Z', false), '2026-11-20 19:30:00');
  assert.equal(dateShown('yesterday', true), 'yesterday');
});
