// The payload of stacks: rows in columns. Decoding is the hot loop of every query: columns are typed arrays that are
// used again for the next record.
import type { Rows } from 'liveprofiler-sampler/wire';
import { ByteReader, ByteWriter } from './varint.ts';

const FLAG_LABELLED = 1;
const FLAG_WIDE = 2;

/** Rows as they are read: the first `length` entries of each column count. */
export interface RowColumns {
  readonly length: number;
  readonly stack: Float64Array;
  readonly labels: Float64Array;
  readonly count: Float64Array;
  readonly weight: Float64Array;
  /** The parts above 2^40 of integrals. */
  readonly high: Float64Array | undefined;
  /** Hits per line, as lines.ts writes them. */
  readonly lines?: Buffer | undefined;
}

export interface PayloadRows extends Rows {
  readonly high?: readonly number[];
}

/**
 * Columns: label sets (only when some are not 0), stacks, counts, weights. Rows are sorted, so that label sets and
 * stacks are small steps; a weight is told as its distance from count × the mean weight of a sample. Integrals are
 * told whole, in two columns.
 */
export function encodeRows(rows: PayloadRows, sections: Readonly<Record<string, unknown>> = {}): Buffer {
  const order = [...rows.stack.keys()].sort((a, b) => at(rows.labels, a) - at(rows.labels, b) || at(rows.stack, a) - at(rows.stack, b));
  const { high } = rows;
  const mean = high === undefined ? meanWeight(rows) : 0;
  const labelled = rows.labels.some((set) => set !== 0);
  const out = new ByteWriter(16 + order.length * 6);
  out.uint(order.length);
  out.uint(mean);
  out.uint((labelled ? FLAG_LABELLED : 0) | (high === undefined ? 0 : FLAG_WIDE));
  let previous = 0;
  if (labelled) {
    for (const row of order) {
      out.uint(at(rows.labels, row) - previous);
      previous = at(rows.labels, row);
    }
  }
  previous = 0;
  for (const row of order) {
    out.int(at(rows.stack, row) - previous);
    previous = at(rows.stack, row);
  }
  for (const row of order) out.uint(at(rows.count, row));
  for (const row of order) {
    if (high === undefined) out.int(at(rows.weight, row) - at(rows.count, row) * mean);
    else out.uint(at(rows.weight, row));
  }
  if (high !== undefined) for (const row of order) out.uint(at(high, row));
  if (Object.keys(sections).length > 0) out.text(JSON.stringify(sections));
  return out.done();
}

/** A copy that holds for good. */
export function keptRows({ length, stack, labels, count, weight }: RowColumns): PayloadRows {
  const [stacks, sets, counts, weights] = [stack, labels, count, weight].map((column) => [...column.subarray(0, length)]) as [number[], number[], number[], number[]];
  return { stack: stacks, labels: sets, count: counts, weight: weights };
}

/** Columns that are used again: what stands in them holds until they are reserved the next time. */
export class Columns {
  #capacity = 0;
  stack: Float64Array<ArrayBuffer> = new Float64Array(0);
  labels: Float64Array<ArrayBuffer> = new Float64Array(0);
  count: Float64Array<ArrayBuffer> = new Float64Array(0);
  weight: Float64Array<ArrayBuffer> = new Float64Array(0);
  high: Float64Array<ArrayBuffer> = new Float64Array(0);

  reserve(length: number): this {
    if (length <= this.#capacity) return this;
    const capacity = Math.max(length, this.#capacity * 2, 64);
    this.stack = new Float64Array(capacity);
    this.labels = new Float64Array(capacity);
    this.count = new Float64Array(capacity);
    this.weight = new Float64Array(capacity);
    this.high = new Float64Array(capacity);
    // Last: what could not be made is not there the next time either.
    this.#capacity = capacity;
    return this;
  }
}

/** Reads rows, and the sections behind them where there are any. Its columns hold until the next call. */
export class RowReader {
  readonly #columns = new Columns();

  /** @throws RangeError for bytes that are no rows. */
  read(bytes: Buffer): RowColumns {
    return this.#rows(new ByteReader(bytes));
  }

  sections(bytes: Buffer): Record<string, unknown> {
    const input = new ByteReader(bytes);
    this.#rows(input);
    return input.atEnd ? {} : (JSON.parse(input.text()) as Record<string, unknown>);
  }

  #rows(input: ByteReader): RowColumns {
    const length = input.length(3);
    const mean = input.uint();
    const flags = input.uint();
    const { stack, labels, count, weight, high } = this.#columns.reserve(length);
    if (flags & FLAG_LABELLED) summedUp(labels, length, () => { input.uints(labels, length); });
    else labels.fill(0, 0, length);
    summedUp(stack, length, () => { input.ints(stack, length); });
    input.uints(count, length);
    if (flags & FLAG_WIDE) {
      input.uints(weight, length);
      input.uints(high, length);
      return { length, stack, labels, count, weight, high };
    }
    input.ints(weight, length);
    for (let i = 0; i < length; i++) weight[i] = (weight[i] ?? 0) + (count[i] ?? 0) * mean;
    return { length, stack, labels, count, weight, high: undefined };
  }
}

/** Steps to what they lead to. */
function summedUp(column: Float64Array, length: number, read: () => void): void {
  read();
  let sum = 0;
  for (let i = 0; i < length; i++) column[i] = sum += column[i] ?? 0;
}

function meanWeight(rows: Rows): number {
  const count = rows.count.reduce((sum, value) => sum + value, 0);
  const weight = rows.weight.reduce((sum, value) => sum + value, 0);
  return count === 0 ? 0 : Math.floor(weight / count);
}

function at(column: readonly number[], index: number): number {
  return column[index] ?? 0;
}
