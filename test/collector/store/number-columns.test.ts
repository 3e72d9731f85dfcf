// Named numbers of sealed windows read back exactly, whatever they are, and hostile bytes are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Dictionary } from '../../../collector/store/dictionary.ts';
import { encodeNumbers } from '../../../collector/store/number-coding.ts';
import { holdsNumbers, packNumbers, unpackNumbers } from '../../../collector/store/number-columns.ts';

const plain = { noNullPrototype: true };
const anyValue = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger(), fc.constantFrom(0, -0, 2 ** 48, -(2 ** 48), 2 ** 48 + 1, Number.MAX_VALUE, 5e-324, 48.081408176, -1e-9));
/** Values of a name are of one sort mostly. */
const values = [anyValue, fc.integer(), fc.integer().map((value) => value * 4096), fc.integer({ min: -(2 ** 48), max: 2 ** 48 }), fc.integer().map((value) => value / 1e9), fc.double({ noNaN: true, noDefaultInfinity: true })];
const count = fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 2 ** 52 - 1 }));
const columns = fc.oneof(...values.map((value) => fc.oneof(
  fc.array(fc.option(fc.record({ min: value, max: value, sum: value, last: value, count }, plain), { nil: undefined, freq: 5 }), { maxLength: 12 }),
  fc.array(fc.tuple(value, fc.nat(30)).map(([one, often]) => ({ min: one, max: one, sum: one * often, last: one, count: often })).filter(({ sum }) => Number.isFinite(sum)), { maxLength: 12 }),
)));
const name = fc.oneof(fc.string({ maxLength: 4, unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor'));

test('named numbers of many windows read back exactly, whatever they are and wherever they are missing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.uniqueArray(fc.tuple(name, columns), { maxLength: 8, selector: ([of]) => of }), async (length, named) => {
      const windows = Array.from({ length }, (_, window) => Object.fromEntries(named.flatMap(([of, column]) => (column[window] === undefined ? [] : [[of, column[window]] as const]))));
      const dictionary = new Dictionary();
      const bytes = await packNumbers(windows, dictionary);
      assert.ok(holdsNumbers(bytes));
      const numbers = unpackNumbers(bytes, length);
      // From the last to the first: each stands for itself.
      for (let window = length - 1; window >= 0; window--) assert.deepEqual(numbers(window, dictionary), windows[window]);
      if (windows.some((one) => Object.keys(one).length > 0)) assert.throws(() => { for (let window = 0; window < length; window++) numbers(window, new Dictionary()); }, RangeError);
    }),
    { numRuns: 500 },
  );
});

test('what hardly changes from window to window takes a few bytes of each', async () => {
  const dictionary = new Dictionary();
  const windows = Array.from({ length: 30 }, (_, window) => Object.fromEntries(Array.from({ length: 40 }, (_, i) => {
    const value = i < 30 ? i * 1000 : 2 ** 30 + 4096 * ((window * 37 * i) % 50);
    return [`number ${i}`, { min: value, max: value, sum: value, count: 1, last: value }];
  })));
  const apart = windows.reduce((sum, one) => sum + encodeNumbers(one, dictionary).length, 0);
  const together = (await packNumbers(windows, dictionary)).length;
  assert.ok(together < apart / 8, `${together} bytes in place of ${apart}`);
});

test('bytes that are no numbers throw, or give some', () => {
  const dictionary = new Dictionary();
  for (const text of ['a', 'b', 'c']) dictionary.text(text);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 5 }), (tail, windows) => {
      try {
        const numbers = unpackNumbers(Buffer.from([8, ...tail]), windows);
        for (let window = 0; window < windows; window++) assert.ok(Object.keys(numbers(window, dictionary)).length <= 3);
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    }),
    { numRuns: 2000 },
  );
  assert.throws(() => unpackNumbers(Buffer.from([11, 0]), 1), /unknown way 11/);
});
