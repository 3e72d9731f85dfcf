// Rows of one or many windows packed tightly: by stack first, then by window, in columns that compress well. Weights
// are told in steps of a quantum, with what does not fit told apart, so that nothing is lost.
import { brotliCompress, brotliDecompressSync, constants } from 'node:zlib';
import { promisify } from 'node:util';
import type { PayloadRows, RowColumns } from './rows.ts';
import { ByteReader, ByteWriter } from './varint.ts';

const compress = promisify(brotliCompress);
const QUALITY = 5;
/** Below this, a compressed text is hardly shorter. */
const WORTH_BYTES = 128;
const [PLAIN, BROTLI] = [0, 1];
/** No packed record is so long: what claims to be is refused before memory is taken. */
const MAX_BYTES = 256 * 1024 * 1024;

export type Sections = Readonly<Record<string, unknown>>;

export interface PackedWindow {
  readonly rows: PayloadRows;
  readonly sections: Sections;
}

interface Entry {
  readonly stack: number;
  readonly labels: number;
  readonly window: number;
  readonly count: number;
  readonly weight: number;
}

/** `quantum`: in the unit of the weights; most of them are multiples of it. */
export async function pack(windows: readonly PackedWindow[], quantum: number): Promise<Buffer> {
  const plain = columnsOf(windows, quantum);
  if (plain.length < WORTH_BYTES) return Buffer.concat([Buffer.from([PLAIN]), plain]);
  const packed = await compress(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } });
  return Buffer.concat([Buffer.from([BROTLI]), packed]);
}

export interface UnpackedWindow {
  readonly rows: RowColumns;
  readonly sections: Sections;
}

const NO_SECTIONS: Sections = {};

/** The windows in the order in which they were packed. @throws RangeError, or what zlib and JSON throw. */
export function unpack(bytes: Buffer): readonly UnpackedWindow[] {
  const input = new ByteReader(opened(bytes));
  const windows = readWindows(input);
  const sections = input.atEnd ? [] : (JSON.parse(input.text()) as Sections[]);
  return windows.map((rows, window) => ({ rows, sections: sections[window] ?? NO_SECTIONS }));
}

function opened(bytes: Buffer): Buffer {
  const rest = bytes.subarray(1);
  if (bytes[0] === PLAIN) return rest;
  if (bytes[0] !== BROTLI) throw new RangeError(`a record is packed in the unknown way ${bytes[0]}`);
  return brotliDecompressSync(rest, { maxOutputLength: MAX_BYTES });
}

function columnsOf(windows: readonly PackedWindow[], quantum: number): Buffer {
  const entries = entriesOf(windows);
  const pairs = entries.filter((entry, i) => !samePair(entry, entries[i - 1]));
  const means = windows.map(({ rows }) => meanOf(rows, quantum));
  const out = new ByteWriter(64 + entries.length * 5);
  out.uint(windows.length);
  out.uint(quantum);
  out.uint(pairs.length);
  out.uint(entries.length);
  const labelled = entries.some(({ labels }) => labels !== 0);
  out.uint(labelled ? 1 : 0);
  for (const mean of means) out.uint(mean);
  if (labelled) pairs.forEach(({ labels }, i) => { out.uint(labels - (pairs[i - 1]?.labels ?? 0)); });
  pairs.forEach(({ stack }, i) => { out.int(stack - (pairs[i - 1]?.stack ?? 0)); });
  if (windows.length > 1) writeWindows(out, entries);
  for (const { count } of entries) out.uint(count);
  const steps = entries.map(({ weight, count, window }) => zigzag(Math.floor(weight / quantum) - count * (means[window] ?? 0)));
  for (const step of steps) out.byte(step % 256);
  for (const step of steps) out.uint(Math.floor(step / 256));
  writeRemainders(out, entries, quantum);
  if (windows.some(({ sections }) => Object.keys(sections).length > 0)) out.text(JSON.stringify(windows.map(({ sections }) => sections)));
  return out.done();
}

/** Sorted by label set, stack and window. */
function entriesOf(windows: readonly PackedWindow[]): Entry[] {
  const entries: Entry[] = [];
  windows.forEach(({ rows: { stack, labels, count, weight } }, window) => {
    for (let i = 0; i < stack.length; i++) entries.push({ stack: stack[i] ?? 0, labels: labels[i] ?? 0, window, count: count[i] ?? 0, weight: weight[i] ?? 0 });
  });
  return entries.sort((a, b) => a.labels - b.labels || a.stack - b.stack || a.window - b.window);
}

/** Per pair: in how many windows it is, then in which. */
function writeWindows(out: ByteWriter, entries: readonly Entry[]): void {
  const gaps: number[] = [];
  let [inPair, last] = [0, -1];
  entries.forEach((entry, i) => {
    if (!samePair(entry, entries[i - 1])) {
      if (i > 0) out.uint(inPair);
      [inPair, last] = [0, -1];
    }
    inPair++;
    gaps.push(entry.window - last - 1);
    last = entry.window;
  });
  if (entries.length > 0) out.uint(inPair);
  for (const gap of gaps) out.uint(gap);
}

function writeRemainders(out: ByteWriter, entries: readonly Entry[], quantum: number): void {
  const odd = entries.flatMap(({ weight }, i) => (weight % quantum === 0 ? [] : [{ i, rest: weight % quantum }]));
  out.uint(odd.length);
  let last = -1;
  for (const { i, rest } of odd) {
    out.uint(i - last - 1);
    out.uint(rest);
    last = i;
  }
}

function readWindows(input: ByteReader): RowColumns[] {
  const windows = input.length(1);
  const quantum = input.uint();
  const pairs = input.length(1);
  const entries = input.length(2);
  const labelled = input.uint() === 1;
  const means = numbers(input, windows);
  const labels = labelled ? summed(numbers(input, pairs)) : new Float64Array(pairs);
  const stacks = new Float64Array(pairs);
  input.ints(stacks, pairs);
  summed(stacks);
  const inPair = windows > 1 ? numbers(input, pairs) : new Float64Array(pairs).fill(1);
  const gaps = windows > 1 ? numbers(input, entries) : new Float64Array(entries);
  const counts = numbers(input, entries);
  const low = input.bytes(entries);
  const high = numbers(input, entries);
  const weight = new Float64Array(entries);
  const window = new Uint32Array(entries);
  const pair = new Uint32Array(entries);
  let at = 0;
  for (let of = 0; of < pairs; of++) {
    let last = -1;
    for (let left = inPair[of] ?? 0; left > 0; left--, at++) {
      if (at >= entries) throw new RangeError('a packed record tells more rows than it has');
      last += 1 + (gaps[at] ?? 0);
      if (last >= windows) throw new RangeError('a packed row belongs to no window');
      window[at] = last;
      pair[at] = of;
      const step = (high[at] ?? 0) * 256 + (low[at] ?? 0);
      weight[at] = ((step % 2 === 0 ? step / 2 : -(step + 1) / 2) + (counts[at] ?? 0) * (means[last] ?? 0)) * quantum;
    }
  }
  if (at !== entries) throw new RangeError('a packed record tells fewer rows than it has');
  let odd = -1;
  for (let left = input.length(2); left > 0; left--) {
    odd += 1 + input.uint();
    if (odd >= entries) throw new RangeError('a packed remainder belongs to no row');
    weight[odd] = (weight[odd] ?? 0) + input.uint();
  }
  if (windows === 1) return [{ length: entries, stack: stacks, labels, count: counts, weight, high: undefined }];
  return split(windows, { window, pair, stacks, labels, counts, weight });
}

interface Columns {
  readonly window: Uint32Array;
  readonly pair: Uint32Array;
  readonly stacks: Float64Array;
  readonly labels: Float64Array;
  readonly counts: Float64Array;
  readonly weight: Float64Array;
}

function split(windows: number, { window, pair, stacks, labels, counts, weight }: Columns): RowColumns[] {
  const lengths = new Uint32Array(windows);
  for (const of of window) lengths[of] = (lengths[of] ?? 0) + 1;
  const columns = Array.from(lengths, (length) => ({ length, stack: new Float64Array(length), labels: new Float64Array(length), count: new Float64Array(length), weight: new Float64Array(length), high: undefined }));
  const filled = new Uint32Array(windows);
  for (let i = 0; i < window.length; i++) {
    const of = window[i] ?? 0;
    const into = columns[of];
    const row = filled[of] ?? 0;
    filled[of] = row + 1;
    if (into === undefined) continue;
    into.stack[row] = stacks[pair[i] ?? 0] ?? 0;
    into.labels[row] = labels[pair[i] ?? 0] ?? 0;
    into.count[row] = counts[i] ?? 0;
    into.weight[row] = weight[i] ?? 0;
  }
  return columns;
}

function numbers(input: ByteReader, length: number): Float64Array {
  const column = new Float64Array(length);
  input.uints(column, length);
  return column;
}

/** Steps to what they lead to. */
function summed(column: Float64Array): Float64Array {
  let sum = 0;
  for (let i = 0; i < column.length; i++) column[i] = sum += column[i] ?? 0;
  return column;
}

function meanOf(rows: PayloadRows, quantum: number): number {
  const count = rows.count.reduce((sum, one) => sum + one, 0);
  const weight = rows.weight.reduce((sum, one) => sum + one, 0);
  return count === 0 ? 0 : Math.floor(weight / quantum / count);
}

function samePair(a: Entry, b: Entry | undefined): boolean {
  return a.stack === b?.stack && a.labels === b.labels;
}

/** Small numbers of either sign stay small. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
