// Reads what packing.ts writes.
import type { Columns, RowColumns } from './rows.ts';
import { signed } from './varint.ts';
import type { ByteReader } from './varint.ts';

/** Columns of one record, sorted by label set and stack: what divided windows add up to. */
export type Sum = Pick<RowColumns, 'length' | 'stack' | 'labels' | 'count' | 'weight'>;

/** Each window's rows are read into `into`, one that is alone at once. @throws RangeError for columns that contradict themselves or the sum. */
export function readWindows(input: ByteReader, sum: Sum | undefined, into: Columns): (() => RowColumns)[] {
  const windows = input.length(1);
  const quantum = input.uint();
  // Of a window that is the whole sum nothing more is told; of several, each entry takes a byte at least.
  const pairs = input.length(sum === undefined ? 1 : 0);
  const entries = input.length(sum === undefined ? 2 : windows > 1 ? 1 : 0);
  if (sum !== undefined && (pairs !== sum.length || entries < pairs || (windows === 1 && entries > pairs))) throw new RangeError('windows that divide a sum have other rows than it');
  const means = numbers(input, windows);
  if (windows === 1 && sum === undefined) {
    const only = readWindow(input, into, pairs, entries, quantum, means[0] ?? 0);
    return [() => only];
  }
  const [stacks, labels] = sum === undefined ? [new Float64Array(pairs), new Float64Array(pairs)] : [sum.stack.slice(0, pairs), sum.labels.slice(0, pairs)];
  if (sum === undefined) readPairs(input, pairs, { stack: stacks, labels });
  const inPair = windows > 1 ? numbers(input, pairs) : new Float64Array(pairs).fill(1);
  const gaps = windows > 1 ? numbers(input, entries) : new Float64Array(entries);
  const { window, pair } = placesOf(inPair, gaps, windows);
  const told = sum === undefined ? Uint32Array.from(pair.keys()) : allButLast(pair, pairs);
  const toldCount = numbers(input, told.length);
  const low = input.bytes(told.length);
  const high = numbers(input, told.length);
  const count = new Float64Array(entries);
  const weight = new Float64Array(entries);
  told.forEach((at, i) => {
    count[at] = toldCount[i] ?? 0;
    weight[at] = (signed((high[i] ?? 0) * 256 + (low[i] ?? 0)) + (toldCount[i] ?? 0) * (means[window[at] ?? 0] ?? 0)) * quantum;
  });
  readRemainders(input, (odd) => told[odd], weight);
  if (sum !== undefined) takeRests(sum, pair, count, weight);
  return split(windows, { window, pair, stacks, labels, count, weight }, into);
}

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
  readRemainders(input, (odd) => (odd < length ? odd : undefined), weight);
  return { length, stack, labels, count, weight, high: undefined };
}

/** What is added to the weights that are no multiples of the quantum. */
function readRemainders(input: ByteReader, rowOf: (told: number) => number | undefined, weight: Float64Array): void {
  let odd = -1;
  for (let left = input.length(2); left > 0; left--) {
    odd += 1 + input.uint();
    const row = rowOf(odd);
    if (row === undefined) throw new RangeError('a packed remainder belongs to no row');
    weight[row] = (weight[row] ?? 0) + input.uint();
  }
}

function readPairs(input: ByteReader, pairs: number, { stack, labels }: Pick<RowColumns, 'stack' | 'labels'>): void {
  if (input.uint() === 1) {
    input.uints(labels, pairs);
    addUp(labels, pairs);
  } else labels.fill(0, 0, pairs);
  input.ints(stack, pairs);
  addUp(stack, pairs);
}

/** Of each entry: its window and its pair. */
function placesOf(inPair: Float64Array, gaps: Float64Array, windows: number): { readonly window: Uint32Array; readonly pair: Uint32Array } {
  const entries = gaps.length;
  const window = new Uint32Array(entries);
  const pair = new Uint32Array(entries);
  let at = 0;
  inPair.forEach((entriesOfIt, of) => {
    let last = -1;
    if (entriesOfIt < 1) throw new RangeError('a packed stack is in no window');
    for (let left = entriesOfIt; left > 0; left--, at++) {
      if (at >= entries) throw new RangeError('a packed record tells more rows than it has');
      last += 1 + (gaps[at] ?? 0);
      if (last >= windows) throw new RangeError('a packed row belongs to no window');
      window[at] = last;
      pair[at] = of;
    }
  });
  if (at !== entries) throw new RangeError('a packed record tells fewer rows than it has');
  return { window, pair };
}

function allButLast(pair: Uint32Array, pairs: number): Uint32Array {
  const told = new Uint32Array(pair.length - pairs);
  let to = 0;
  for (let i = 0; i < pair.length; i++) if (pair[i + 1] === pair[i]) told[to++] = i;
  return told;
}

/** The last entry of each pair has what the others leave of the sum. */
function takeRests(sum: Sum, pair: Uint32Array, count: Float64Array, weight: Float64Array): void {
  let [counts, weights] = [0, 0];
  for (let i = 0; i < pair.length; i++) {
    const of = pair[i] ?? 0;
    if (pair[i + 1] === of) {
      counts += count[i] ?? 0;
      weights += weight[i] ?? 0;
      continue;
    }
    count[i] = (sum.count[of] ?? 0) - counts;
    weight[i] = (sum.weight[of] ?? 0) - weights;
    if ((count[i] ?? 0) < 0 || (weight[i] ?? 0) < 0) throw new RangeError('windows that divide a sum have more than it');
    counts = 0;
    weights = 0;
  }
}

interface Divided {
  readonly window: Uint32Array;
  readonly pair: Uint32Array;
  readonly stacks: Float64Array;
  readonly labels: Float64Array;
  readonly count: Float64Array;
  readonly weight: Float64Array;
}

/** A window's rows are put together when they are asked for: most questions mean a few windows of a block. */
function split(windows: number, { window, pair, stacks, labels, count, weight }: Divided, columns: Columns): (() => RowColumns)[] {
  const starts = new Uint32Array(windows + 1);
  for (const of of window) starts[of + 1] = (starts[of + 1] ?? 0) + 1;
  for (let of = 0; of < windows; of++) starts[of + 1] = (starts[of + 1] ?? 0) + (starts[of] ?? 0);
  const filled = starts.slice();
  const order = new Uint32Array(window.length);
  for (let i = 0; i < window.length; i++) {
    const of = window[i] ?? 0;
    const place = filled[of] ?? 0;
    order[place] = i;
    filled[of] = place + 1;
  }
  return Array.from({ length: windows }, (_, of) => () => {
    const [from, until] = [starts[of] ?? 0, starts[of + 1] ?? 0];
    const into = columns.reserve(until - from);
    for (let row = 0; row < until - from; row++) {
      const i = order[from + row] ?? 0;
      into.stack[row] = stacks[pair[i] ?? 0] ?? 0;
      into.labels[row] = labels[pair[i] ?? 0] ?? 0;
      into.count[row] = count[i] ?? 0;
      into.weight[row] = weight[i] ?? 0;
    }
    return { length: until - from, stack: into.stack, labels: into.labels, count: into.count, weight: into.weight, high: undefined };
  });
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
