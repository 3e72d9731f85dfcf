// What is packed reads back as it was, whether it tells all of its rows or how they divide a sum, and hostile bytes are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isDivided, pack, unpack } from '../../../collector/store/packed.ts';
import type { PackedWindow } from '../../../collector/store/packing.ts';
import type { RowColumns } from '../../../collector/store/rows.ts';
import { quantumOf, sealed } from '../../../collector/store/seal.ts';

interface Row {
  readonly stack: number;
  readonly labels: number;
  readonly count: number;
  readonly weight: number;
}

const row: fc.Arbitrary<Row> = fc.record({ stack: fc.nat(60), labels: fc.nat(2), count: fc.nat(40), weight: fc.nat(4_000_000) }, { noNullPrototype: true });
/** Some of them twice. */
const rows = fc.array(row, { maxLength: 60 });
const sections = fc.dictionary(fc.string({ maxLength: 3 }), fc.nat(), { maxKeys: 2 });
const windows = fc.array(fc.tuple(rows, sections), { minLength: 1, maxLength: 8 });
const quantum = fc.constantFrom(1, 100, 1000);

const sorted = (list: readonly Row[]): Row[] => sumOf([list]).sort((a, b) => a.labels - b.labels || a.stack - b.stack);
const columns = (list: readonly Row[]): PackedWindow['rows'] => ({ stack: list.map((r) => r.stack), labels: list.map((r) => r.labels), count: list.map((r) => r.count), weight: list.map((r) => r.weight) });
const listOf = ({ length, stack, labels, count, weight }: RowColumns): Row[] => Array.from({ length }, (_, i) => ({ stack: stack[i] ?? 0, labels: labels[i] ?? 0, count: count[i] ?? 0, weight: weight[i] ?? 0 }));

function sumOf(lists: readonly (readonly Row[])[]): Row[] {
  const sums = new Map<string, { stack: number; labels: number; count: number; weight: number }>();
  for (const { stack, labels, count, weight } of lists.flat()) {
    const sum = sums.get(`${stack} ${labels}`) ?? { stack, labels, count: 0, weight: 0 };
    sums.set(`${stack} ${labels}`, { ...sum, count: sum.count + count, weight: sum.weight + weight });
  }
  return [...sums.values()];
}

test('windows read back from what is packed, whole and as parts of their sum', async () => {
  await fc.assert(
    fc.asyncProperty(windows, quantum, async (list, steps) => {
      const packable = list.map(([of, kept]) => ({ rows: columns(of), sections: kept }));
      const expected = list.map(([of, kept]) => ({ rows: sorted(of), sections: JSON.parse(JSON.stringify(kept)) as unknown }));
      const read = (all: ReturnType<typeof unpack>) => all.map((one) => ({ rows: listOf(one.rows()), sections: JSON.parse(JSON.stringify(one.sections)) as unknown }));
      const whole = await pack(packable, steps);
      assert.equal(isDivided(whole), false);
      assert.deepEqual(read(unpack(whole)), expected);
      const sum = columns(sumOf(list.map(([of]) => of)));
      const divided = await pack(packable, steps, { sum });
      assert.equal(isDivided(divided), true);
      const [told] = unpack(await pack([{ rows: sum, sections: {} }], steps));
      assert.deepEqual(read(unpack(divided, told?.rows())), expected);
    }),
  );
});

test('a sum that the windows do not add up to is left alone', async () => {
  const window = { rows: columns([{ stack: 1, labels: 0, count: 1, weight: 10 }]), sections: {} };
  for (const other of [{ stack: 2, labels: 0, count: 1, weight: 10 }, { stack: 1, labels: 1, count: 1, weight: 10 }, { stack: 1, labels: 0, count: 2, weight: 10 }, { stack: 1, labels: 0, count: 1, weight: 11 }]) {
    assert.equal(isDivided(await pack([window], 1, { sum: columns([other]) })), false);
  }
});

test('a record that is not what it says throws, whatever its bytes are', async () => {
  const sum = unpack(await pack([{ rows: columns([{ stack: 1, labels: 0, count: 3, weight: 30 }, { stack: 5, labels: 0, count: 1, weight: 7 }]), sections: {} }], 1))[0]?.rows();
  assert.ok(sum);
  const kept = { ...sum, stack: sum.stack.slice(), labels: sum.labels.slice(), count: sum.count.slice(), weight: sum.weight.slice() };
  const attempt = (bytes: Buffer, of?: RowColumns): void => {
    try {
      for (const { rows } of unpack(bytes, of)) assert.ok(listOf(rows()).length <= 10_000);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (tail, divided) => {
      attempt(Buffer.from([divided ? 2 : 0, ...tail]), divided ? kept : undefined);
    }),
    { numRuns: 2000 },
  );
  assert.throws(() => unpack(Buffer.from([2, 1, 1, 0, 0])), /lacks the sum/);
  assert.throws(() => unpack(Buffer.from([9, 1])), /unknown way 9/);
});

test('windows that contradict themselves or their sum are refused, each for what is wrong with it', async () => {
  // Windows, quantum, pairs, entries, means; label sets or not, stacks; windows per pair, gaps; counts, weights in two columns, remainders.
  const plain = [2, 1, 1, 2, 0, 0, 0, 2, 2, 0, 0, 1, 1, 20, 20, 0, 0, 0];
  const divided = [2, 1, 2, 3, 0, 0, 2, 1, 0, 0, 0, 1, 20, 0, 0];
  const sum = unpack(await pack([{ rows: columns([{ stack: 1, labels: 0, count: 3, weight: 30 }, { stack: 5, labels: 0, count: 1, weight: 7 }]), sections: {} }], 1))[0]?.rows();
  assert.deepEqual(unpack(Buffer.from([0, ...plain])).map(({ rows }) => listOf(rows())), [[{ stack: 1, labels: 0, count: 1, weight: 10 }], [{ stack: 1, labels: 0, count: 1, weight: 10 }]]);
  assert.deepEqual(unpack(Buffer.from([2, ...divided]), sum).map(({ rows }) => listOf(rows())), [[{ stack: 1, labels: 0, count: 1, weight: 10 }, { stack: 5, labels: 0, count: 1, weight: 7 }], [{ stack: 1, labels: 0, count: 2, weight: 20 }]]);
  for (const [at, value, why] of [[8, 0, /is in no window/], [8, 3, /more rows than it has/], [8, 1, /fewer rows than it has/], [10, 1, /belongs to no window/], [3, 0, /is in no window/]] as const) {
    assert.throws(() => unpack(Buffer.from([0, ...plain.with(at, value)])), why);
  }
  assert.throws(() => unpack(Buffer.from([0, ...plain.slice(0, -1), 1, 2, 5])), /remainder belongs to no row/);
  assert.throws(() => unpack(Buffer.from([2, ...divided.with(2, 1)]), sum), /other rows than it/);
  assert.throws(() => unpack(Buffer.from([2, ...divided.with(11, 4)]), sum), /more than it/);
  assert.throws(() => unpack(Buffer.from([2, ...divided.with(12, 62)]), sum), /more than it/);

  // A record of no window that tells of 2 to the 50th rows leaves nothing behind that the next one is read with.
  assert.throws(() => unpack(Buffer.from([2, 0, 1, 2, ...new Array<number>(7).fill(0x80), 2, 0, 0, 0, 0]), sum), /other rows than it/);
  const many = Array.from({ length: 20_000 }, (_, i): Row => ({ stack: i, labels: 0, count: 1, weight: 10 + (i % 7) }));
  const window = { rows: columns(many), sections: {} };
  assert.deepEqual(unpack(await pack([window, window], 1)).map(({ rows }) => listOf(rows())), [many, many]);
});

test('a sealed window has the sums it had per label set, and each row is within two thirds of a sample of what it was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.integer({ min: -20_000, max: 4000 }), fc.nat(2)), { minLength: 1, maxLength: 80 }), (list) => {
      const before = list.map(([count, off, labels], stack) => ({ stack, labels, count, weight: Math.max(0, count * 10_000 + off) }));
      const of = columns(before);
      const coarse = sealed({ length: list.length, stack: Float64Array.from(of.stack), labels: Float64Array.from(of.labels), count: Float64Array.from(of.count), weight: Float64Array.from(of.weight), high: undefined }, 'cpu');
      const after = coarse.stack.map((stack, i) => ({ stack, labels: coarse.labels[i] ?? 0, count: coarse.count[i] ?? 0, weight: coarse.weight[i] ?? 0 }));
      const perLabels = (rows: readonly Row[]): number[] => [0, 1, 2].map((set) => rows.reduce((sum, row) => sum + (row.labels === set ? row.weight : 0), 0));
      assert.deepEqual(perLabels(after), perLabels(before));
      const quantum = quantumOf('cpu', of);
      for (const row of after) {
        const was = before[row.stack];
        assert.deepEqual({ ...row, weight: 0 }, { ...was, weight: 0 });
        assert.ok(row.weight >= 0 && Math.abs(row.weight - (was?.weight ?? 0)) < quantum);
      }
      const total = (rows: readonly Row[], part: 'count' | 'weight'): number => rows.reduce((sum, row) => sum + row[part], 0);
      assert.ok(quantum === 1 || quantum <= total(before, 'weight') / total(before, 'count') / 1.5);
    }),
  );
  assert.equal(quantumOf('heap', { count: [1], weight: [1_000_000] }), 1);
});
