// Rows of sealed windows: those of one thread and five minutes in one record. Their headers stay where they were.
import type { Microseconds } from 'liveprofiler-sampler/wire';
import { readWindowKey, SPACE, windowBounds, windowKey } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { pack, unpack } from '../packed.ts';
import type { PackedWindow, UnpackedWindow } from '../packed.ts';
import { RAW_TIER } from '../tiers.ts';
import { ByteReader, ByteWriter } from '../varint.ts';
import type { Database, Snapshot, Write } from './database.ts';
import { reading } from './reading.ts';

export interface SealedWindow extends PackedWindow {
  readonly key: WindowKey;
}

/** What writes windows of one thread and bucket as a block. */
export async function blockWrite(windows: readonly SealedWindow[], bucketUs: Microseconds, quantum: number): Promise<Write> {
  const sorted = [...windows].sort((a, b) => a.key.firstSeq - b.key.firstSeq);
  const [first] = sorted;
  if (first === undefined) throw new RangeError('a block holds at least one window');
  const names = new ByteWriter(sorted.length * 2 + 8);
  names.uint(sorted.length);
  sorted.forEach(({ key }, i) => { names.uint(key.firstSeq - (sorted[i - 1]?.key.firstSeq ?? 0)); });
  return {
    type: 'put',
    key: windowKey(SPACE.block, { ...first.key, tier: RAW_TIER, startUs: bucketUs }),
    value: Buffer.concat([names.done(), await pack(sorted, quantum)]),
  };
}

export class Blocks {
  readonly #windows = new Map<string, UnpackedWindow>();

  /** Those of buckets that begin in a stretch. */
  static async read(db: Database, { host, kind }: Series, fromUs: Microseconds, untilUs: Microseconds, snapshot?: Snapshot): Promise<Blocks> {
    const blocks = new Blocks();
    for await (const entries of db.batches(windowBounds(SPACE.block, RAW_TIER, host, kind, fromUs, untilUs), snapshot === undefined ? {} : { snapshot })) {
      for (const [bytes, value] of entries) reading(bytes, () => { blocks.#add(readWindowKey(bytes), value); });
    }
    return blocks;
  }

  get(key: WindowKey): UnpackedWindow | undefined {
    return this.#windows.get(nameOf(key, key.firstSeq));
  }

  #add(key: WindowKey, value: Buffer): void {
    const input = new ByteReader(value);
    const seqs = new Float64Array(input.length());
    input.uints(seqs, seqs.length);
    const windows = unpack(value.subarray(input.at));
    let seq = 0;
    windows.forEach((window, i) => this.#windows.set(nameOf(key, (seq += seqs[i] ?? 0)), window));
  }
}

/** What deletes the blocks of buckets that begin in a stretch. */
export async function blockDeletions(db: Database, { host, kind }: Series, fromUs: Microseconds, untilUs: Microseconds): Promise<Write[]> {
  const writes: Write[] = [];
  for await (const entries of db.batches(windowBounds(SPACE.block, RAW_TIER, host, kind, fromUs, untilUs))) for (const [key] of entries) writes.push({ type: 'del', key });
  return writes;
}

function nameOf({ boot, thread }: WindowKey, firstSeq: number): string {
  return `${thread} ${firstSeq} ${boot}`;
}
