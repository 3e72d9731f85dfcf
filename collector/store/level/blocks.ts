// Rows of sealed windows: those of one thread and five minutes in one record, told by how they divide the roll-up of the
// same key where they add up to it. Their headers stay where they were.
import type { Microseconds } from 'liveprofiler-sampler/wire';
import { isDamage } from '../errors.ts';
import { readWindowKey, SPACE, windowBounds, windowKey } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { isDivided, pack, unpack } from '../packed.ts';
import type { UnpackedWindow } from '../packed.ts';
import type { PackedWindow } from '../packing.ts';
import { keptRows } from '../rows.ts';
import type { PayloadRows } from '../rows.ts';
import { RAW_TIER, SEALED_TIER } from '../tiers.ts';
import { ByteReader, ByteWriter } from '../varint.ts';
import type { Database, Snapshot, Write } from './database.ts';
import { reading } from './reading.ts';

export interface SealedWindow extends PackedWindow {
  readonly key: WindowKey;
}

/** Where windows of one thread and bucket go as a block; the roll-up that may tell their sum has the same key in its tier. */
export function blockKey(windows: readonly SealedWindow[], bucketUs: Microseconds): WindowKey {
  const [first] = windows;
  if (first === undefined) throw new RangeError('a block holds at least one window');
  return { ...first.key, tier: RAW_TIER, startUs: bucketUs, firstSeq: windows.reduce((least, { key }) => Math.min(least, key.firstSeq), first.key.firstSeq) };
}

export async function blockWrite(windows: readonly SealedWindow[], key: WindowKey, quantum: number, sum: PayloadRows | undefined): Promise<Write> {
  const sorted = [...windows].sort((a, b) => a.key.firstSeq - b.key.firstSeq);
  const names = new ByteWriter(sorted.length * 2 + 8);
  names.uint(sorted.length);
  sorted.forEach((window, i) => { names.uint(window.key.firstSeq - (sorted[i - 1]?.key.firstSeq ?? 0)); });
  return { type: 'put', key: windowKey(SPACE.block, key), value: Buffer.concat([names.done(), await pack(sorted, quantum, { sum })]) };
}

export class Blocks {
  readonly #windows = new Map<string, UnpackedWindow>();

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

  get(key: WindowKey): UnpackedWindow | undefined {
    return this.#windows.get(nameOf(key, key.firstSeq));
  }
}

async function windowsIn(db: Database, bytes: Buffer, value: Buffer, snapshot?: Snapshot): Promise<(readonly [WindowKey, UnpackedWindow])[]> {
  const key = readWindowKey(bytes);
  const { firstSeqs, packed } = reading(bytes, () => namesIn(value));
  const sum = isDivided(packed) ? await db.get(windowKey(SPACE.payload, { ...key, tier: SEALED_TIER }), snapshot) : undefined;
  return reading(bytes, () => unpack(packed, sum === undefined ? undefined : unpack(sum)[0]?.rows()).map((window, i) => [{ ...key, firstSeq: firstSeqs[i] ?? 0 }, window]));
}

function noneIfDamaged(error: unknown): [] {
  if (!isDamage(error)) throw error;
  return [];
}

/** What makes a block that divides the roll-up of this key stand without it; nothing where there is none that reads. */
export async function undivided(db: Database, rollup: WindowKey): Promise<Write[]> {
  const key = { ...rollup, tier: RAW_TIER };
  const bytes = windowKey(SPACE.block, key);
  const value = await db.get(bytes);
  if (value === undefined) return [];
  const windows = await windowsIn(db, bytes, value).catch(noneIfDamaged);
  const plain = windows.map(([of, { rows, sections }]) => ({ key: of, sections, rows: keptRows(rows()) }));
  return plain.length === 0 ? [] : [await blockWrite(plain, key, 1, undefined)];
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
