// Lines the width of a word, and the address of the overview.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOfFleet, readFleet, sparkPath } from '../../../visualizer/view/fleet.ts';

test('a line joins steps over a short gap, parts at a long one, and shows a point that stands alone', () => {
  assert.equal(sparkPath([0, 0.5, null, 1], 1, 30, 10), 'M0.0 10.0h.1L10.0 5.0L30.0 0.0');
  assert.equal(sparkPath([1, null, null, null, 1], 1, 40, 10), 'M0.0 0.0h.1M40.0 0.0h.1');
  assert.equal(sparkPath([0, 0], 0, 10, 10), 'M0.0 10.0h.1L10.0 10.0');
  assert.equal(sparkPath([], 1, 10, 10), '');
});

test('the address of the overview says what it shows, and nothing that goes without saying', () => {
  assert.equal(addressOfFleet(readFleet('')), '/');
  const state = { from: '-7days', filter: 'a b&<c>', order: 'busy' } as const;
  assert.deepEqual(readFleet(new URL(addressOfFleet(state), 'http://x').search), state);
  assert.equal(readFleet('?order=__proto__').order, 'name');
});
