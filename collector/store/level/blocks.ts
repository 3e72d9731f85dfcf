// What sealed windows hold: that of one thread and five minutes in one record. Rows are told by how they divide the
// roll-up of the same key where they add up to it, named numbers in columns. The headers stay where they were.
import type { Microseconds, Numbers } from 'liveprofiler-sampler/wire';
import type { Dictionary } from '../dictionary.ts';
import { isDamage } from '../errors.ts';
import { readWindowKey, SPACE, windowBounds, windowKey } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { holdsNumbers, packNumbers, unpackNumbers } from '../number-columns.ts';
import { isDivided, pack, unpack } from '../packed.ts';
import type { UnpackedWindow } from '../packed.ts';
import type { PackedWindow } from '../packing.ts';
import { Columns, keptRows } from '../rows.ts';
import type { PayloadRows } from '../rows.ts';
import { RAW_TIER, SEALED_TIER } from '../tiers.ts';
import { ByteReader, ByteWriter } from '../varint.ts';
import type { Database, Snapshot, Write } from './database.ts';
import { reading } from './reading.ts';

export interface SealedWindow extends PackedWindow {
  readonly key: WindowKey;
}

/** Named numbers, by names of the dictionary that the window's header points at. */
export interface SealedNumbers {
  readonly key: WindowKey;
  readonly numbers: Numbers;
}

/** What a block gives of a window. @throws RangeError for what it does not hold. */
interface Sealed extends UnpackedWindow {
  readonly numbers: (dictionary: Dictionary) => Numbers;
}

/** Where windows of one thread and bucket go as a block; the roll-up that may tell their sum has the same key in its tier. */
export function blockKey(windows: readonly { readonly key: WindowKey }[], bucketUs: Microseconds): WindowKey {
  const [first] = windows;
  if (first === undefined) throw new RangeError('a block holds at least one window');
  return { ...first.key, tier: RAW_TIER, startUs: bucketUs, firstSeq: windows.reduce((least, { key }) => Math.min(least, key.firstSeq), first.key.firstSeq) };
}

export async function blockWrite(windows: readonly SealedWindow[], key: WindowKey, quantum: number, sum: PayloadRows | undefined): Promise<Write> {
  const sorted = inOrder(windows);
  return { type: 'put', key: windowKey(SPACE.block, key), value: Buffer.concat([namesOf(sorted), await pack(sorted, quantum, { sum })]) };
}

export async function numbersWrite(windows: readonly SealedNumbers[], key: WindowKey, dictionary: Dictionary): Promise<Write> {
  const sorted = inOrder(windows);
  return { type: 'put', key: windowKey(SPACE.block, key), value: Buffer.concat([namesOf(sorted), await packNumbers(sorted.map(({ numbers }) => numbers), dictionary)]) };
}

function inOrder<T extends { readonly key: WindowKey }>(windows: readonly T[]): T[] {
  return [...windows].sort((a, b) => a.key.firstSeq - b.key.firstSeq);
}

function namesOf(sorted: readonly { readonly key: WindowKey }[]): Buffer {
  const names = new ByteWriter(sorted.length * 2 + 8);
  names.uint(sorted.length);
  sorted.forEach((window, i) => { names.uint(window.key.firstSeq - (sorted[i - 1]?.key.firstSeq ?? 0)); });
  return names.done();
}

export class Blocks {
  readonly #windows = new Map<string, Sealed>();

  /** Those of buckets that begin in a stretch. */
  static async read(db: Database, { host, kind }: Series, fromUs: Microseconds, untilUs: Microseconds, snapshot?: Snapshot): Promise<Blocks> {
    const blocks = new Blocks();
    for await (const entries of db.batches(windowBounds(SPACE.block, RAW_TIER, host, kind, fromUs, untilUs), snapshot === undefined ? {} : { snapshot })) {
      for (const [bytes, value] of entries) {
        for (const [key, window] of await windowsIn(db, bytes, value, snapshot)) blocks.#windows.set(nameOf(key, key.firstSeq), window);
      }
    }
    return blocks;
  }

  /** Those that read, of a stretch with damage. */
  static async readable(db: Database, { host, kind }: Series, fromUs: Microseconds, untilUs: Microseconds): Promise<Blocks> {
    const blocks = new Blocks();
    for await (const entries of db.batches(windowBounds(SPACE.block, RAW_TIER, host, kind, fromUs, untilUs))) {
      for (const [bytes, value] of entries) {
        for (const [key, window] of await windowsIn(db, bytes, value).catch(noneIfDamaged)) blocks.#windows.set(nameOf(key, key.firstSeq), window);
      }
    }
    return blocks;
  }

  get(key: WindowKey): Sealed | undefined {
    return this.#windows.get(nameOf(key, key.firstSeq));
  }
}

async function windowsIn(db: Database, bytes: Buffer, value: Buffer, snapshot?: Snapshot): Promise<(readonly [WindowKey, Sealed])[]> {
  const key = readWindowKey(bytes);
  const { firstSeqs, packed } = reading(bytes, () => namesIn(value));
  const named = <T>(windows: readonly T[]): (readonly [WindowKey, T])[] => windows.map((window, i) => [{ ...key, firstSeq: firstSeqs[i] ?? 0 }, window]);
  if (holdsNumbers(packed)) {
    const numbers = reading(bytes, () => unpackNumbers(packed, firstSeqs.length));
    return named(firstSeqs.map((_, window): Sealed => ({ rows: noRows, sections: {}, numbers: (dictionary) => numbers(window, dictionary) })));
  }
  const sum = isDivided(packed) ? await db.get(windowKey(SPACE.payload, { ...key, tier: SEALED_TIER }), snapshot) : undefined;
  return reading(bytes, () => named(unpack(packed, sum === undefined ? undefined : unpack(sum)[0]?.rows(), new Columns()).map((window): Sealed => ({ ...window, numbers: noNumbers }))));
}

function noRows(): never {
  throw new RangeError('a block holds named numbers in place of rows');
}

function noNumbers(): never {
  throw new RangeError('a block holds rows in place of named numbers');
}

function noneIfDamaged(error: unknown): [] {
  if (!isDamage(error)) throw error;
  return [];
}

/** What makes a block that divides the roll-up of this key stand without it; nothing where there is none that reads or does. */
export async function undivided(db: Database, rollup: WindowKey): Promise<Write[]> {
  const key = { ...rollup, tier: RAW_TIER };
  const bytes = windowKey(SPACE.block, key);
  const value = await db.get(bytes);
  const windows = value === undefined ? [] : await dividedIn(db, bytes, value).catch(noneIfDamaged);
  const plain = windows.map(([of, { rows, sections }]) => ({ key: of, sections, rows: keptRows(rows()) }));
  return plain.length === 0 ? [] : [await blockWrite(plain, key, 1, undefined)];
}

async function dividedIn(db: Database, bytes: Buffer, value: Buffer): ReturnType<typeof windowsIn> {
  return reading(bytes, () => isDivided(namesIn(value).packed)) ? windowsIn(db, bytes, value) : [];
}

/** First sequence numbers of a block's windows, and what is behind them. */
function namesIn(value: Buffer): { readonly firstSeqs: readonly number[]; readonly packed: Buffer } {
  const input = new ByteReader(value);
  const steps = new Float64Array(input.length());
  input.uints(steps, steps.length);
  let seq = 0;
  return { firstSeqs: Array.from(steps, (step) => (seq += step)), packed: value.subarray(input.at) };
}

/** What deletes the blocks of buckets that begin in a stretch. */
export async function blockDeletions(db: Database, { host, kind }: Series, fromUs: Microseconds, untilUs: Microseconds): Promise<Write[]> {
  const writes: Write[] = [];
  // By their keys alone: what is damaged goes too.
  await db.skim(windowBounds(SPACE.block, RAW_TIER, host, kind, fromUs, untilUs), (key) => {
    writes.push({ type: 'del', key });
    return Buffer.concat([key, Buffer.alloc(1)]);
  });
  return writes;
}

function nameOf({ boot, thread }: WindowKey, firstSeq: number): string {
  return `${thread} ${firstSeq} ${boot}`;
}
