// What the store writes reads back as it was, keys sort as what they hold, and trees conserve what they were given.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { callTree } from '../../../collector/store/calltree.ts';
import { CUT } from '../../../collector/store/index.ts';
import type { CallTree } from '../../../collector/store/index.ts';
import { nameFault } from '../../../collector/store/key-parts.ts';
import { readDictionaryKey, dictionaryKey, readWindowKey, SPACE, windowBounds, windowKey } from '../../../collector/store/keys.ts';
import { decodeHeader, encodeHeader, SHAPE } from '../../../collector/store/header.ts';
import { Dictionary } from '../../../collector/store/dictionary.ts';
import { decodeFormerNumbers, decodeNumbers, encodeNumbers } from '../../../collector/store/number-coding.ts';
import { encodeRows, RowReader } from '../../../collector/store/rows.ts';
import { ByteReader, ByteWriter } from '../../../collector/store/varint.ts';

const whole = fc.integer({ min: 0, max: 2 ** 40 });
const plain = { noNullPrototype: true };
const tally = fc.record({ count: whole, weight: whole }, plain);
const name = fc.string({ unit: 'grapheme-composite', maxLength: 6 }).filter((text) => nameFault(text) === undefined);
const nameWithZeros = fc.oneof(name, fc.constantFrom('', 'a', 'a\0', 'a\0b', 'ab'), fc.string({ unit: fc.constantFrom('\0', 'a', '\u0001', '/', ':', '\u{1F525}'), maxLength: 6 }));

test('numbers up to 2^53 - 1 and any text read back', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }), fc.string({ unit: 'grapheme' }), (plain, signed, text) => {
      const out = new ByteWriter(1);
      out.uint(plain);
      out.int(signed);
      out.text(text);
      const input = new ByteReader(out.done());
      assert.deepEqual([input.uint(), input.int(), input.text(), input.atEnd], [plain, signed, text, true]);
    }),
    { examples: [[Number.MAX_SAFE_INTEGER, -(2 ** 52) + 1, '\0'], [0x0fff_ffff + 1, -1, '']] },
  );
});

test('bytes cut short or lengths beyond the end throw instead of taking memory', () => {
  for (const bytes of [[], [0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]]) assert.throws(() => new ByteReader(Buffer.from(bytes)).uint(), RangeError);
  assert.throws(() => new ByteReader(Buffer.from([0xff, 0xff, 0xff, 0x7f, 1])).text(), RangeError);
});

test('a window reads back: header, rows by stack and label set, sections', () => {
  const times = fc.oneof(
    whole.map((coveredUs) => ({ rolled: false, packed: false, windows: 1, firstUs: 0, lastUs: coveredUs, coveredUs })),
    fc.record({ rolled: fc.constant(true), packed: fc.boolean(), windows: whole, firstUs: whole, lastUs: whole, coveredUs: whole }, plain),
  );
  const header = fc.record({
    shape: fc.constantFrom(SHAPE.stacks, SHAPE.numbers), averages: fc.boolean(),
    dictionary: whole, epoch: whole, seqSpan: whole, processLabels: whole, threadName: whole,
    idle: tally, dropped: tally, processCpuUs: whole, threadCpuUs: fc.option(whole, { nil: undefined }),
    totals: fc.uniqueArray(fc.record({ labels: whole, count: whole, low: whole, high: whole }, plain), { selector: ({ labels }) => labels, maxLength: 5 }).map((totals) => totals.sort((a, b) => a.labels - b.labels)),
  }, plain);
  const row = fc.record({ stack: fc.nat(5000), labels: fc.nat(3), count: fc.nat(50), weight: fc.nat(2_000_000) }, plain);
  const rows = fc.uniqueArray(row, { selector: ({ stack, labels }) => `${stack} ${labels}`, maxLength: 40 });
  const sections = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  fc.assert(fc.property(header, times, (value, time) => {
    const wide = value.averages && time.rolled;
    const told = { ...value, ...time, totals: value.totals.map((total) => (wide ? total : { ...total, high: 0 })) };
    assert.deepEqual(decodeHeader(encodeHeader(told)), told);
  }));
  const reader = new RowReader();
  fc.assert(
    fc.property(rows, sections, fc.boolean(), (list, kept, wide) => {
      const columns = (of: typeof list) => ({ stack: of.map((r) => r.stack), labels: of.map((r) => r.labels), count: of.map((r) => r.count), weight: of.map((r) => r.weight), ...(wide ? { high: of.map((r) => r.weight * 3) } : {}) });
      const sorted = [...list].sort((a, b) => a.labels - b.labels || a.stack - b.stack);
      const bytes = encodeRows(columns(list), kept);
      const { length, stack, labels, count, weight, high } = reader.read(bytes);
      const taken = (column: Float64Array): number[] => [...column.subarray(0, length)];
      assert.deepEqual({ stack: taken(stack), labels: taken(labels), count: taken(count), weight: taken(weight), ...(high === undefined ? {} : { high: taken(high) }) }, columns(sorted));
      assert.equal(JSON.stringify(reader.sections(bytes)), JSON.stringify(kept));
    }),
  );
});

test('named numbers read back exactly, whatever they are; those that do not move take a few bytes', () => {
  const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger(), fc.constantFrom(0, -0, 2 ** 50, -(2 ** 50), Number.MAX_VALUE, 5e-324));
  const summary = fc.oneof(
    fc.record({ min: value, max: value, sum: value, last: value, count: fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 2 ** 52 - 1 })) }, plain),
    fc.tuple(value, fc.nat(30)).map(([one, count]) => ({ min: one, max: one, sum: one * count, last: one, count })).filter(({ sum }) => Number.isFinite(sum)),
  );
  fc.assert(fc.property(fc.array(fc.tuple(fc.oneof(name, fc.constantFrom('__proto__', 'constructor')), summary), { maxLength: 12 }), (entries) => {
    const numbers = Object.fromEntries(entries);
    const dictionary = new Dictionary();
    dictionary.text('a name that is there already');
    const bytes = encodeNumbers(numbers, dictionary);
    assert.deepEqual(decodeNumbers(bytes, dictionary), numbers);
    if (entries.length > 0) assert.throws(() => decodeNumbers(bytes, new Dictionary()), RangeError);
  }), { numRuns: 500 });
  const still = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`number ${i}`, { min: i, max: i, sum: 3 * i, count: 3, last: i }]));
  assert.ok(encodeNumbers(still, new Dictionary()).length < 40 * 4);
});

test('named numbers as formats up to 3 have them read back', () => {
  const out = new ByteWriter();
  out.uint(1);
  out.text('rssBytes');
  out.uint(2);
  for (const one of [1, 4.5, 5.5, 4.5]) out.double(one);
  assert.deepEqual(decodeFormerNumbers(out.done()), { rssBytes: { min: 1, max: 4.5, sum: 5.5, count: 2, last: 4.5 } });
});

test('keys read back, sort by host, kind and start, and a host\'s range holds its own windows alone', () => {
  const key = fc.record({ tier: fc.constant(0), host: nameWithZeros, kind: nameWithZeros, startUs: fc.maxSafeNat(), boot: nameWithZeros, thread: fc.nat(), firstSeq: fc.maxSafeNat() }, plain);
  fc.assert(
    fc.property(key, key, (a, b) => {
      const bytes = windowKey(SPACE.header, a);
      assert.deepEqual(readWindowKey(bytes), a);
      const { gte, lt } = windowBounds(SPACE.header, 0, b.host, b.kind, 0, b.startUs);
      const within = gte.compare(bytes) <= 0 && bytes.compare(lt) < 0;
      assert.equal(within, a.host === b.host && a.kind === b.kind && a.startUs < b.startUs);
    }),
  );
  fc.assert(
    fc.property(key, nameWithZeros, fc.maxSafeNat(), (a, host, startUs) => {
      const other = { ...a, host, startUs };
      const byHost = Buffer.compare(Buffer.from(a.host), Buffer.from(host));
      const expected = byHost === 0 ? Math.sign(a.startUs - startUs) : byHost;
      assert.equal(windowKey(SPACE.header, a).compare(windowKey(SPACE.header, other)), expected);
    }),
  );
  fc.assert(fc.property(fc.record({ tier: fc.nat(9), fromUs: fc.maxSafeNat(), untilUs: fc.maxSafeNat(), scope: nameWithZeros, id: fc.nat() }, plain), (value) => { assert.deepEqual(readDictionaryKey(dictionaryKey(value)), value); }));
});

test('a tree conserves counts and weights under focus, callers and limit', () => {
  const frames = ['a', 'b', 'c', 'd'].map((of) => ({ name: of, url: `${of}.js`, line: 1, column: 1 }));
  const node = fc.record({ up: fc.nat(99), frame: fc.nat(3), count: fc.nat(9), weight: fc.nat(999) });
  fc.assert(
    fc.property(fc.array(node, { maxLength: 30 }), fc.nat(3), fc.integer({ min: 1, max: 20 }), (nodes, pick, limit) => {
      const totals = {
        frames,
        parent: Int32Array.from([0, ...nodes.map(({ up }, i) => up % (i + 1))]),
        frame: Int32Array.from([0, ...nodes.map((n) => n.frame)]),
        count: Float64Array.from([0, ...nodes.map((n) => n.count)]),
        weight: Float64Array.from([0, ...nodes.map((n) => n.weight)]),
      };
      const frame = frames[pick];
      assert.ok(frame);
      const tree = callTree(totals);
      conserves(tree);
      assert.equal(tree.totalCount[0], nodes.reduce((sum, n) => sum + n.count, 0));
      assert.equal(tree.totalWeight[0], nodes.reduce((sum, n) => sum + n.weight, 0));
      const cut = callTree(totals, { limit });
      conserves(cut);
      assert.deepEqual([cut.totalCount[0], cut.totalWeight[0]], [tree.totalCount[0], tree.totalWeight[0]]);
      cut.frame.forEach((of, i) => { assert.equal((cut.cut[i] ?? 0) > 0, of === CUT); });
      for (const limited of [{}, { limit }]) {
        const focused = callTree(totals, { focus: [frame], ...limited });
        const callers = callTree(totals, { callersOf: frame, ...limited });
        conserves(focused);
        conserves(callers);
        assert.equal(focused.totalWeight[0], through(tree, (id) => tree.parent[id] === 0 && tree.frame[id] !== -1 && tree.frames[tree.frame[id] ?? 0]?.name === frame.name));
        assert.equal(callers.totalWeight[0], through(tree, (id) => tree.frames[tree.frame[id] ?? 0]?.name === frame.name));
      }
    }),
  );
});

/** Total = self + children's totals at every node. */
function conserves({ parent, selfCount, selfWeight, totalCount, totalWeight }: CallTree): void {
  const [counts, weights] = [[...selfCount], [...selfWeight]];
  for (let id = 1; id < parent.length; id++) {
    const up = parent[id] ?? 0;
    assert.ok(up < id);
    counts[up] = (counts[up] ?? 0) + (totalCount[id] ?? 0);
    weights[up] = (weights[up] ?? 0) + (totalWeight[id] ?? 0);
  }
  assert.deepEqual([counts, weights], [[...totalCount], [...totalWeight]]);
}

/** Self weight of the nodes that lie at or under one that `match` accepts, each once. */
function through(tree: CallTree, match: (id: number) => boolean): number {
  const inside: boolean[] = [false];
  let sum = 0;
  for (let id = 1; id < tree.parent.length; id++) {
    inside[id] = inside[tree.parent[id] ?? 0] === true || match(id);
    if (inside[id]) sum += tree.selfWeight[id] ?? 0;
  }
  return sum;
}
