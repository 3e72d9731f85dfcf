// Lines the width of a word, and the address of the overview.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOfFleet, readFleet, sparkPath } from '../../../visualizer/view/fleet.ts';

test('a line joins steps as far apart as usual, parts at a longer gap, and shows a point that stands alone', () => {
  assert.equal(sparkPath([0, 0.5, 1], 1, 20, 10), 'M0.0 10.0h.1L10.0 5.0L20.0 0.0');
  assert.equal(sparkPath([0, 0, null, null, 1], 1, 40, 10), 'M0.0 10.0h.1L10.0 10.0M40.0 0.0h.1');
  assert.equal(sparkPath([0, null, 1, null, 0, null, null, null, 0], 1, 80, 10), 'M0.0 10.0h.1L20.0 0.0L40.0 10.0M80.0 10.0h.1');
  assert.equal(sparkPath([0, 0], 0, 10, 10), 'M0.0 10.0h.1L10.0 10.0');
  assert.equal(sparkPath([], 1, 10, 10), '');
});

test('the address of the overview says what it shows, and nothing that goes without saying', () => {
  assert.equal(addressOfFleet(readFleet('')), '/');
  const state = { from: '-7days', filter: 'a b&<c>', order: 'busy', turned: true } as const;
  assert.deepEqual(readFleet(new URL(addressOfFleet(state), 'http://x').search), state);
  assert.equal(readFleet('?order=__proto__').order, 'name');
});
