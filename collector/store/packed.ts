// Rows of one or many windows as a record: in columns, compressed. Windows of which a roll-up tells the sum are told by
// how they divide it.
import { Inflated } from './inflated.ts';
import { addsUpTo, columnsOf, entriesOf } from './packing.ts';
import type { PackedWindow, Sections } from './packing.ts';
import { Columns } from './rows.ts';
import type { PayloadRows, RowColumns } from './rows.ts';
import { expanded, squeezed, WORTH_BYTES } from './squeeze.ts';
import { readWindows } from './unpacking.ts';
import type { Sum } from './unpacking.ts';
import { ByteReader, ByteWriter } from './varint.ts';

const FLAG_BROTLI = 1;
const FLAG_DIVIDED = 2;
const FLAG_LINES = 4;

/**
 * `quantum`: in the unit of the weights; most of them are multiples of it. With a `sum` that the windows add up to, it
 * is needed again to unpack them. `lines` are those of a single window.
 */
export async function pack(windows: readonly PackedWindow[], quantum: number, { sum, lines }: PackOptions = {}): Promise<Buffer> {
  const entries = entriesOf(windows.map(({ rows }) => rows));
  const divided = sum !== undefined && addsUpTo(entries, entriesOf([sum]));
  const flags = (divided ? FLAG_DIVIDED : 0) | (lines === undefined ? 0 : FLAG_LINES);
  const front = lines === undefined ? [] : [lengthOf(lines), lines];
  const plain = columnsOf(windows, entries, quantum, divided);
  if (plain.length < WORTH_BYTES) return Buffer.concat([Buffer.from([flags]), ...front, plain]);
  return Buffer.concat([Buffer.from([flags | FLAG_BROTLI]), ...front, await squeezed(plain)]);
}

export interface PackOptions {
  readonly sum?: PayloadRows | undefined;
  readonly lines?: Buffer | undefined;
}

function lengthOf(bytes: Buffer): Buffer {
  const out = new ByteWriter(8);
  out.uint(bytes.length);
  return out.done();
}

/** Whether it takes the sum to unpack. */
export function isDivided(bytes: Buffer): boolean {
  return ((bytes[0] ?? 0) & FLAG_DIVIDED) !== 0;
}

export interface UnpackedWindow {
  /** What it answers of a record of one window holds until rows of the next one are asked for, where neither has columns of its own. */
  readonly rows: () => RowColumns;
  readonly sections: Sections;
}

const NO_SECTIONS: Sections = {};

const shared = new Columns();

/**
 * The windows in the order in which they were packed. Whoever keeps several records gives each columns of its own.
 * @throws RangeError, or what zlib and JSON throw.
 */
export function unpack(bytes: Buffer, sum?: Sum, into: Columns = shared): readonly UnpackedWindow[] {
  if (isDivided(bytes) !== (sum !== undefined)) throw new RangeError('a packed record lacks the sum that it divides, or divides none');
  const { lines, columns } = opened(bytes);
  const input = new ByteReader(columns);
  const windows = readWindows(input, sum, into);
  const sections = input.atEnd ? [] : (JSON.parse(input.text()) as Sections[]);
  return windows.map((rows, window) => ({ rows: lines === undefined ? rows : () => ({ ...rows(), lines }), sections: sections[window] ?? NO_SECTIONS }));
}

function opened(bytes: Buffer): { readonly lines: Buffer | undefined; readonly columns: Buffer } {
  const [flags = 0] = bytes;
  if (flags > (FLAG_BROTLI | FLAG_DIVIDED | FLAG_LINES)) throw new RangeError(`a record is packed in the unknown way ${flags}`);
  const input = new ByteReader(bytes, 1);
  const lines = flags & FLAG_LINES ? input.bytes(input.length()) : undefined;
  const rest = bytes.subarray(input.at);
  return { lines, columns: flags & FLAG_BROTLI ? inflated.of(rest) : rest };
}

const inflated = new Inflated(expanded);
