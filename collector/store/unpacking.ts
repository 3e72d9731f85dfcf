// Reads what packing.ts writes.
import { Columns } from './rows.ts';
import type { RowColumns } from './rows.ts';
import { signed } from './varint.ts';
import type { ByteReader } from './varint.ts';

/** Columns of one record, sorted by label set and stack: what divided windows add up to. */
export type Sum = Pick<RowColumns, 'length' | 'stack' | 'labels' | 'count' | 'weight'>;

/** The rows of one that is alone and divides no sum are read into `into`, at once. @throws RangeError for columns that contradict themselves or the sum. */
export function readWindows(input: ByteReader, sum: Sum | undefined, into: Columns): (() => RowColumns)[] {
  const windows = input.length(1);
  const quantum = input.uint();
  // Of a window that is the whole sum nothing more is told; of several, each entry takes a byte at least.
  const pairs = input.length(sum === undefined ? 1 : 0);
  const entries = input.length(sum === undefined ? 2 : windows > 1 ? 1 : 0);
  if (sum !== undefined && (pairs !== sum.length || (windows < 2 && entries > pairs))) throw new RangeError('windows that divide a sum have other rows than it');
  const means = numbers(input, windows);
  if (windows === 1 && sum === undefined) {
    const only = readWindow(input, into, pairs, entries, quantum, means[0] ?? 0);
    return [() => only];
  }
  if (entries < pairs) throw new RangeError('a packed stack is in no window');
  const { stack: stacks, labels } = sum ?? readPairs(input, pairs, { stack: new Float64Array(pairs), labels: new Float64Array(pairs) });
  const { starts, window, inPair } = readPlaces(input, windows, pairs, entries);
  const told = sum === undefined ? entries : entries - pairs;
  const { count: toldCount, weight: toldWeight } = scratch.reserve(told);
  input.uints(toldCount, told);
  const low = input.bytes(told);
  input.uints(toldWeight, told);
  for (let i = 0; i < told; i++) toldWeight[i] = signed((toldWeight[i] ?? 0) * 256 + (low[i] ?? 0)) * quantum;
  readRemainders(input, told, toldWeight);

  const [stack, label, count, weight] = [new Float64Array(entries), new Float64Array(entries), new Float64Array(entries), new Float64Array(entries)];
  const next = starts.slice();
  for (let pair = 0, at = 0, i = 0; pair < pairs; pair++) {
    // The last entry of each pair has what the others leave of the sum.
    let [counts, weights] = [sum?.count[pair] ?? 0, sum?.weight[pair] ?? 0];
    for (const end = at + (inPair[pair] ?? 0); at < end; at++) {
      const of = window[at] ?? 0;
      const place = next[of] ?? 0;
      next[of] = place + 1;
      if (sum === undefined || at < end - 1) {
        const samples = toldCount[i] ?? 0;
        const weighed = (toldWeight[i++] ?? 0) + samples * (means[of] ?? 0) * quantum;
        count[place] = samples;
        weight[place] = weighed;
        counts -= samples;
        weights -= weighed;
      } else {
        if (counts < 0 || weights < 0) throw new RangeError('windows that divide a sum have more than it');
        count[place] = counts;
        weight[place] = weights;
      }
      stack[place] = stacks[pair] ?? 0;
      label[place] = labels[pair] ?? 0;
    }
  }
  return Array.from({ length: windows }, (_, of) => () => {
    const [from, until] = [starts[of] ?? 0, starts[of + 1] ?? 0];
    return { length: until - from, stack: stack.subarray(from, until), labels: label.subarray(from, until), count: count.subarray(from, until), weight: weight.subarray(from, until), high: undefined };
  });
}

/** What is read on the way to rows. */
const scratch = new Columns();

/** One window, as most records hold: each pair is an entry. What it answers holds until `columns` are read into again. */
function readWindow(input: ByteReader, columns: Columns, pairs: number, length: number, quantum: number, mean: number): RowColumns {
  if (pairs !== length) throw new RangeError('a packed window has a stack twice');
  const { stack, labels, count, weight } = columns.reserve(length);
  readPairs(input, length, { stack, labels });
  input.uints(count, length);
  const low = input.bytes(length);
  input.uints(weight, length);
  for (let i = 0; i < length; i++) {
    weight[i] = (signed((weight[i] ?? 0) * 256 + (low[i] ?? 0)) + (count[i] ?? 0) * mean) * quantum;
  }
  readRemainders(input, length, weight);
  return { length, stack, labels, count, weight, high: undefined };
}

/** What is added to the weights that are no multiples of the quantum. */
function readRemainders(input: ByteReader, rows: number, weight: Float64Array): void {
  let row = -1;
  for (let left = input.length(2); left > 0; left--) {
    row += 1 + input.uint();
    if (row >= rows) throw new RangeError('a packed remainder belongs to no row');
    weight[row] = (weight[row] ?? 0) + input.uint();
  }
}

type Pairs = Pick<RowColumns, 'stack' | 'labels'>;

function readPairs(input: ByteReader, pairs: number, { stack, labels }: Pairs): Pairs {
  if (input.uint() === 1) {
    input.uints(labels, pairs);
    addUp(labels, pairs);
  } else labels.fill(0, 0, pairs);
  input.ints(stack, pairs);
  addUp(stack, pairs);
  return { stack, labels };
}

interface Places {
  /** By window, where its rows begin when rows stand window by window; one more for their end. */
  readonly starts: Uint32Array;
  /** By entry. */
  readonly window: Uint32Array;
  /** By pair of label set and stack: its entries. */
  readonly inPair: Float64Array;
}

function readPlaces(input: ByteReader, windows: number, pairs: number, entries: number): Places {
  const inPair = windows > 1 ? numbers(input, pairs) : new Float64Array(pairs).fill(1);
  const gaps = scratch.reserve(entries).weight;
  if (windows > 1) input.uints(gaps, entries);
  else gaps.fill(0, 0, entries);
  const window = new Uint32Array(entries);
  const starts = new Uint32Array(windows + 1);
  let at = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const end = at + (inPair[pair] ?? 0);
    if (end === at) throw new RangeError('a packed stack is in no window');
    if (end > entries) throw new RangeError('a packed record tells more rows than it has');
    for (let of = -1; at < end; at++) {
      of += 1 + (gaps[at] ?? 0);
      if (of >= windows) throw new RangeError('a packed row belongs to no window');
      window[at] = of;
      starts[of + 1] = (starts[of + 1] ?? 0) + 1;
    }
  }
  if (at !== entries) throw new RangeError('a packed record tells fewer rows than it has');
  for (let of = 0; of < windows; of++) starts[of + 1] = (starts[of + 1] ?? 0) + (starts[of] ?? 0);
  return { starts, window, inPair };
}

function numbers(input: ByteReader, length: number): Float64Array {
  const column = new Float64Array(length);
  input.uints(column, length);
  return column;
}

/** Steps to what they lead to. */
function addUp(column: Float64Array, length: number): void {
  let sum = 0;
  for (let i = 0; i < length; i++) column[i] = sum += column[i] ?? 0;
}
