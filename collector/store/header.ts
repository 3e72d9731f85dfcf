// What is kept of a window beside its payload: enough for timelines and lists of labels, so that they never pay for
// rows. A roll-up has the same header, with the sums of the windows in it. Numbers point into the dictionary named.
import type { Microseconds, Tally } from 'liveprofiler-sampler/wire';
import { ByteReader, ByteWriter } from './varint.ts';
import type { Wide } from './wide.ts';

/** What a payload is. */
export const SHAPE = { stacks: 1, numbers: 2 } as const;
export type Shape = (typeof SHAPE)[keyof typeof SHAPE];

const FLAG_THREAD_CPU = 1;
const FLAG_ROLLED = 2;
const FLAG_AVERAGES = 4;
const FLAG_PACKED = 8;

/** What a header holds beyond its key. Times are told from the start that is in the key. */
export interface Header {
  readonly shape: Shape;
  readonly dictionary: number;
  /** The weights are levels, to be averaged over time. In a roll-up they are integrals: level × µs. */
  readonly averages: boolean;
  /** A roll-up, even of a single window. */
  readonly rolled: boolean;
  /** The rows are packed, else plain columns; of numbers, their names are in the dictionary, else spelt out. */
  readonly packed: boolean;
  /** Windows in it, their first start and last end, and the sum of their lengths. */
  readonly windows: number;
  readonly firstUs: Microseconds;
  readonly lastUs: Microseconds;
  readonly coveredUs: Microseconds;
  readonly epoch: number;
  /** Number of sequence numbers after firstSeq. */
  readonly seqSpan: number;
  /** Index of the process's labels among the dictionary's label sets. */
  readonly processLabels: number;
  /** Index of the thread's name among the dictionary's names. */
  readonly threadName: number;
  readonly idle: Tally;
  readonly dropped: Tally;
  readonly processCpuUs: Microseconds;
  readonly threadCpuUs: Microseconds | undefined;
  /** What the rows sum up to, per label set of samples; ascending. */
  readonly totals: readonly LabelTotal[];
}

/** `high` is 0 but for integrals. */
export interface LabelTotal extends Wide {
  readonly labels: number;
  readonly count: number;
}

export function encodeHeader(header: Header): Buffer {
  const out = new ByteWriter();
  const { rolled, averages, packed, threadCpuUs } = header;
  out.uint(header.shape);
  out.uint((threadCpuUs === undefined ? 0 : FLAG_THREAD_CPU) | (rolled ? FLAG_ROLLED : 0) | (averages ? FLAG_AVERAGES : 0) | (packed ? FLAG_PACKED : 0));
  out.uint(header.dictionary);
  out.uint(header.coveredUs);
  if (rolled) {
    out.uint(header.windows);
    out.uint(header.firstUs);
    out.uint(header.lastUs);
  }
  out.uint(header.epoch);
  out.uint(header.seqSpan);
  out.uint(header.processLabels);
  out.uint(header.threadName);
  writeTally(out, header.idle);
  writeTally(out, header.dropped);
  out.uint(header.processCpuUs);
  if (threadCpuUs !== undefined) out.uint(threadCpuUs);
  out.uint(header.totals.length);
  let previous = 0;
  for (const { labels, count, low, high } of header.totals) {
    out.uint(labels - previous);
    previous = labels;
    writeTally(out, { count, weight: low });
    if (rolled && averages) out.uint(high);
  }
  return out.done();
}

/** @throws RangeError for bytes that are none of it, or of a shape that this version does not know. */
export function decodeHeader(bytes: Buffer): Header {
  const input = new ByteReader(bytes);
  const shape = input.uint();
  if (shape !== SHAPE.stacks && shape !== SHAPE.numbers) throw new RangeError(`a window holds a payload of the unknown shape ${shape}`);
  const flags = input.uint();
  const [rolled, averages] = [(flags & FLAG_ROLLED) !== 0, (flags & FLAG_AVERAGES) !== 0];
  const dictionary = input.uint();
  const coveredUs = input.uint();
  return {
    shape,
    dictionary,
    averages,
    rolled,
    packed: (flags & FLAG_PACKED) !== 0,
    coveredUs,
    windows: rolled ? input.uint() : 1,
    firstUs: rolled ? input.uint() : 0,
    lastUs: rolled ? input.uint() : coveredUs,
    epoch: input.uint(),
    seqSpan: input.uint(),
    processLabels: input.uint(),
    threadName: input.uint(),
    idle: readTally(input),
    dropped: readTally(input),
    processCpuUs: input.uint(),
    threadCpuUs: flags & FLAG_THREAD_CPU ? input.uint() : undefined,
    totals: readTotals(input, rolled && averages),
  };
}

function readTotals(input: ByteReader, wide: boolean): LabelTotal[] {
  const totals = new Array<LabelTotal>(input.length(3));
  let labels = 0;
  for (let i = 0; i < totals.length; i++) {
    labels += input.uint();
    const { count, weight } = readTally(input);
    totals[i] = { labels, count, low: weight, high: wide ? input.uint() : 0 };
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
