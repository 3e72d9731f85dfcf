// How a window is kept: a header that answers timelines and label lists, and rows apart from it, so that what reads
// headers never pays for rows. Numbers in both point into the dictionary that the header names.
import type { Rows, Tally } from 'liveprofiler-sampler/wire';
import { ByteReader, ByteWriter } from './varint.ts';

/** What the payload is. Others can follow; identity, tiers and selectors stay the same. */
const SHAPE_STACKS = 1;
/** The header has the CPU time of the thread. */
const FLAG_THREAD_CPU = 1;

/** What a header holds beyond its key. */
export interface Header {
  readonly dictionary: number;
  readonly durationUs: number;
  readonly epoch: number;
  /** Number of sequence numbers after firstSeq. */
  readonly seqSpan: number;
  /** Index of the process's labels among the dictionary's label sets. */
  readonly processLabels: number;
  /** Index of the thread's name among the dictionary's names. */
  readonly threadName: number;
  readonly idle: Tally;
  readonly dropped: Tally;
  readonly processCpuUs: number;
  readonly threadCpuUs: number | undefined;
  /** What the rows sum up to, per label set of samples; ascending. */
  readonly totals: readonly LabelTotal[];
}

export interface LabelTotal extends Tally {
  readonly labels: number;
}

export function encodeHeader(header: Header): Buffer {
  const out = new ByteWriter();
  out.uint(SHAPE_STACKS);
  out.uint(header.threadCpuUs === undefined ? 0 : FLAG_THREAD_CPU);
  out.uint(header.dictionary);
  out.uint(header.durationUs);
  out.uint(header.epoch);
  out.uint(header.seqSpan);
  out.uint(header.processLabels);
  out.uint(header.threadName);
  writeTally(out, header.idle);
  writeTally(out, header.dropped);
  out.uint(header.processCpuUs);
  if (header.threadCpuUs !== undefined) out.uint(header.threadCpuUs);
  out.uint(header.totals.length);
  let previous = 0;
  for (const total of header.totals) {
    out.uint(total.labels - previous);
    previous = total.labels;
    writeTally(out, total);
  }
  return out.done();
}

export function decodeHeader(bytes: Buffer): Header {
  const input = new ByteReader(bytes);
  const shape = input.uint();
  if (shape !== SHAPE_STACKS) throw new RangeError(`a window holds a payload of the unknown shape ${shape}`);
  const flags = input.uint();
  return {
    dictionary: input.uint(),
    durationUs: input.uint(),
    epoch: input.uint(),
    seqSpan: input.uint(),
    processLabels: input.uint(),
    threadName: input.uint(),
    idle: readTally(input),
    dropped: readTally(input),
    processCpuUs: input.uint(),
    threadCpuUs: flags & FLAG_THREAD_CPU ? input.uint() : undefined,
    totals: readTotals(input),
  };
}

/** What the rows of a window sum up to, per label set. */
export function totalsOf(rows: Rows): LabelTotal[] {
  const sums = new Map<number, { labels: number; count: number; weight: number }>();
  rows.labels.forEach((labels, i) => {
    const sum = sums.get(labels) ?? { labels, count: 0, weight: 0 };
    sum.count += rows.count[i] ?? 0;
    sum.weight += rows.weight[i] ?? 0;
    sums.set(labels, sum);
  });
  return [...sums.values()].sort((a, b) => a.labels - b.labels);
}

export interface Payload {
  readonly rows: Rows;
  readonly sections: Readonly<Record<string, unknown>>;
}

/**
 * Columns: label sets (only when some are not 0), stacks, counts, weights. Rows are sorted, so that label sets and
 * stacks are small steps; a weight is told as its distance from count × the mean weight of a sample.
 */
export function encodePayload({ rows, sections }: Payload): Buffer {
  const order = [...rows.stack.keys()].sort(
    (a, b) => at(rows.labels, a) - at(rows.labels, b) || at(rows.stack, a) - at(rows.stack, b),
  );
  const mean = meanWeight(rows);
  const labelled = rows.labels.some((set) => set !== 0);
  const out = new ByteWriter(16 + order.length * 6);
  out.uint(order.length);
  out.uint(mean);
  out.uint(labelled ? 1 : 0);
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
  for (const row of order) out.int(at(rows.weight, row) - at(rows.count, row) * mean);
  if (Object.keys(sections).length > 0) out.text(JSON.stringify(sections));
  return out.done();
}

export function decodePayload(bytes: Buffer): Payload {
  const input = new ByteReader(bytes);
  const rows = readRows(input);
  const sections = input.atEnd ? {} : (JSON.parse(input.text()) as Record<string, unknown>);
  return { rows, sections };
}

/** The rows alone: the sections stay unread. */
export function decodeRows(bytes: Buffer): Rows {
  return readRows(new ByteReader(bytes));
}

function readRows(input: ByteReader): Rows {
  const length = input.length(3);
  const mean = input.uint();
  const labelled = input.uint() !== 0;
  const labels = new Array<number>(length).fill(0);
  const stack = new Array<number>(length);
  const count = new Array<number>(length);
  const weight = new Array<number>(length);
  let previous = 0;
  if (labelled) for (let i = 0; i < length; i++) labels[i] = previous += input.uint();
  previous = 0;
  for (let i = 0; i < length; i++) stack[i] = previous += input.int();
  for (let i = 0; i < length; i++) count[i] = input.uint();
  for (let i = 0; i < length; i++) weight[i] = input.int() + (count[i] ?? 0) * mean;
  return { stack, labels, count, weight };
}

function meanWeight(rows: Rows): number {
  const count = rows.count.reduce((sum, value) => sum + value, 0);
  const weight = rows.weight.reduce((sum, value) => sum + value, 0);
  return count === 0 ? 0 : Math.floor(weight / count);
}

function readTotals(input: ByteReader): LabelTotal[] {
  const totals = new Array<LabelTotal>(input.length(3));
  let labels = 0;
  for (let i = 0; i < totals.length; i++) {
    labels += input.uint();
    totals[i] = { labels, ...readTally(input) };
  }
  return totals;
}

function writeTally(out: ByteWriter, tally: Tally): void {
  out.uint(tally.count);
  out.uint(tally.weight);
}

function readTally(input: ByteReader): Tally {
  return { count: input.uint(), weight: input.uint() };
}

function at(column: readonly number[], index: number): number {
  return column[index] ?? 0;
}
