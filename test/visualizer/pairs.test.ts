// Pairs are numbered as they come.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pairs } from '../../visualizer/pairs.ts';

test('equal pairs have one number, others their own, in the order in which they came', () => {
  const pair = fc.tuple(fc.integer({ min: -2, max: 60 }), fc.integer({ min: -2, max: 60 }));
  fc.assert(fc.property(fc.array(pair, { maxLength: 3000 }), (pairs) => {
    const table = new Pairs(0, 0);
    const known = new Map<string, number>();
    for (const [first, second] of pairs) {
      const id = table.idOf(first, second);
      assert.equal(id, known.get(`${first} ${second}`) ?? known.size + 1);
      known.set(`${first} ${second}`, id);
    }
    assert.equal(table.first.length, known.size + 1);
    for (const [text, id] of known) assert.equal(`${table.first[id] ?? ''} ${table.second[id] ?? ''}`, text);
  }), { numRuns: 30 });
});
