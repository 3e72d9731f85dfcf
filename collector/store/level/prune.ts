// Drops what is past its retention, tier by tier, and the names and identities that nothing points at any more. What
// is dropped is in the roll-up above already; a write that drops also notes where the tier is no longer whole.
import type { Bytes, Microseconds, Milliseconds } from 'liveprofiler-sampler/wire';
import type { HostMemory } from '../contract.ts';
import { isDamage } from '../errors.ts';
import { decodeHeader } from '../header.ts';
import type { Header } from '../header.ts';
import { under } from '../key-parts.ts';
import { readMemoryKey, readWindowKey, SPACE, windowBounds } from '../keys.ts';
import type { DictionaryKey, Series, WindowKey } from '../keys.ts';
import { bucketOf, bucketUs, RAW_TIER, SEALED_TIER, TIERS, TOP_TIER } from '../tiers.ts';
import { widened, without } from '../spans.ts';
import type { Span } from '../spans.ts';
import { blockDeletions } from './blocks.ts';
import type { Scanned, Write } from './database.ts';
import type { Engine } from './engine.ts';
import type { Faults } from './faults.ts';
import { readPins } from './pins.ts';
import { reading } from './reading.ts';
import { seriesOf } from './records.ts';
import { deletions } from './rollups.ts';
import { readWhole, writeWhole } from './whole.ts';

/** Records deleted in one write: appends wait for so long at the most. */
const CHUNK = 2000;
/** Of a record with its keys. */
const LEAST_BYTES = 300;

export interface Dropped {
  readonly records: number;
  /** About so many on disk. */
  readonly bytes: Bytes;
}

export interface DropOptions {
  readonly beforeUs: Microseconds;
  readonly isOpen: () => boolean;
  readonly faults: Faults;
}

/** Drops records of a tier that lie in buckets over by `beforeUs` and in no pin. */
export async function dropTier(engine: Engine, tier: number, { beforeUs, isOpen, faults }: DropOptions): Promise<Dropped> {
  let [records, bytes] = [0, 0];
  for (const series of await seriesOf(engine.db, tier)) {
    await faults.keep(async () => {
      for (let some = 1; some > 0 && isOpen(); ) {
        const dropped = await engine.aloneToDrop(() => dropChunk(engine, tier, series, { beforeUs, faults }));
        records += dropped.records;
        bytes += dropped.bytes;
        some = dropped.records;
      }
    });
  }
  return { records, bytes };
}

/** Start of the first record of a tier that may leave. */
export async function oldestOf(engine: Engine, tier: number, beforeUs: Microseconds): Promise<Microseconds | undefined> {
  let oldestUs: Microseconds | undefined;
  for (const series of await seriesOf(engine.db, tier)) {
    for (const { fromUs, untilUs } of await spansToDrop(engine, tier, series, beforeUs)) {
      const first = await engine.db.firstKey(windowBounds(SPACE.header, tier, series.host, series.kind, fromUs, untilUs));
      if (first === undefined) continue;
      oldestUs = Math.min(oldestUs ?? Number.POSITIVE_INFINITY, readWindowKey(first).startUs);
      break;
    }
  }
  return oldestUs;
}

/** Where records may leave, in whole buckets of the tier above: in no pin, and rolled up, with nothing left that needs them. */
async function spansToDrop(engine: Engine, tier: number, series: Series, beforeUs: Microseconds): Promise<Span[]> {
  const unit = unitOf(tier);
  const limitUs = bucketOf(unit, Math.max(0, beforeUs));
  // Read each time: who pins something while this goes on keeps what is there.
  const pinned = (await readPins(engine.db)).map(({ fromMs, untilMs }) => widened({ fromUs: Math.floor(fromMs * 1000), untilUs: Math.ceil(untilMs * 1000) }, bucketUs(TOP_TIER)));
  const dirty = tier < TOP_TIER ? (engine.marks.of(series)[unit] ?? []) : [];
  const needed = [...dirty, ...(tier === SEALED_TIER ? await bucketsWithBlocks(engine, series, unit, limitUs) : [])].map((bucket) => ({ fromUs: bucket, untilUs: bucket + bucketUs(unit) }));
  return without([{ fromUs: 0, untilUs: limitUs }], [...pinned, ...needed]);
}

/** Rows of windows are told by how they divide their roll-up: they leave before it does. */
async function bucketsWithBlocks({ db }: Engine, { host, kind }: Series, unit: number, untilUs: Microseconds): Promise<Microseconds[]> {
  const buckets: Microseconds[] = [];
  const from = (fromUs: Microseconds) => windowBounds(SPACE.block, RAW_TIER, host, kind, fromUs, untilUs);
  await db.skim(from(0), (key) => {
    const bucket = bucketOf(unit, readWindowKey(key).startUs);
    buckets.push(bucket);
    return from(bucket + bucketUs(unit)).gte;
  });
  return buckets;
}

async function dropChunk(engine: Engine, tier: number, series: Series, { beforeUs, faults }: Pick<DropOptions, 'beforeUs' | 'faults'>): Promise<Dropped> {
  const whole = await readWhole(engine.db, series);
  for (const span of await spansToDrop(engine, tier, series, beforeUs)) {
    const chunk = await chunkOf(engine, tier, series, span);
    if (chunk === undefined) continue;
    const { keys, untilUs, damaged } = chunk;
    const { host, kind } = series;
    // What is in LevelDB's log still is not told.
    let rows = 0;
    for (const space of [SPACE.payload, SPACE.block]) rows += await engine.db.sizeOf(windowBounds(space, tier, host, kind, span.fromUs, untilUs));
    const bytes = Math.max(keys.length * LEAST_BYTES, rows);
    const next = whole.map((spans, of) => (of === tier ? without(spans, [{ fromUs: span.fromUs, untilUs }]) : spans));
    const rest = tier === RAW_TIER ? [await engine.identities.bury(keys), await blockDeletions(engine.db, series, span.fromUs, untilUs)] : [];
    await engine.db.write([keys.flatMap((key) => deletions(key)), ...rest, writeWhole(series, next)].flat());
    for (const error of damaged) faults.note(error);
    return { records: keys.length, bytes };
  }
  return { records: 0, bytes: 0 };
}

interface Chunk {
  readonly keys: readonly (WindowKey & { readonly lastSeq: number; readonly endUs: Microseconds })[];
  /** Whole buckets of the next tier end here. */
  readonly untilUs: Microseconds;
  /** What is wrong with some of them: they leave like the others, as the tier above has them. */
  readonly damaged: readonly unknown[];
}

/** The first records of a span, in whole buckets of the tier above; undefined when there are none. */
async function chunkOf(engine: Engine, tier: number, series: Series, span: Span): Promise<Chunk | undefined> {
  const unit = unitOf(tier);
  const keys: (WindowKey & { lastSeq: number; endUs: Microseconds })[] = [];
  const damaged: unknown[] = [];
  let untilUs = span.untilUs;
  reading: for await (const entries of engine.db.scan(windowBounds(SPACE.header, tier, series.host, series.kind, span.fromUs, span.untilUs))) {
    for (const entry of entries) {
      const key = readWindowKey(entry.key);
      const bucket = bucketOf(unit, key.startUs);
      if (keys.length >= CHUNK && bucket !== bucketOf(unit, keys.at(-1)?.startUs ?? 0)) {
        untilUs = bucket;
        break reading;
      }
      try {
        const header = headerIn(entry);
        keys.push({ ...key, lastSeq: key.firstSeq + header.seqSpan, endUs: key.startUs + header.lastUs });
      } catch (error) {
        if (!isDamage(error)) throw error;
        damaged.push(error);
        keys.push({ ...key, lastSeq: (await engine.identities.lastSeqOf(key)) ?? key.firstSeq, endUs: bucket + bucketUs(unit) });
      }
    }
  }
  return keys.length === 0 ? undefined : { keys, untilUs, damaged };
}

function headerIn({ key, value }: Scanned): Header {
  return reading(key, () => {
    if (value === undefined) throw new RangeError('it is not as it was written');
    return decodeHeader(value);
  });
}

/** The tier whose buckets leave as a whole: the one above, which holds what leaves. */
function unitOf(tier: number): number {
  return Math.min(tier + 1, TOP_TIER);
}

/** Dictionaries of stretches over by `beforeUs` that no record can point at: none of their time is left. */
export async function dropDictionaries(engine: Engine, beforeUs: Microseconds): Promise<number> {
  let dropped = 0;
  const candidates = (await engine.dictionaries.all()).filter(({ untilUs }) => untilUs <= beforeUs);
  for (const [name, keys] of stretches(candidates)) {
    dropped += await engine.aloneToDrop(async () => {
      if (await isUsed(engine, name)) return 0;
      const writes: Write[] = [];
      for (const key of keys) writes.push(...(await engine.dictionaries.deletions(key)));
      await engine.db.write(writes);
      return keys.length;
    });
  }
  return dropped;
}

function stretches(keys: readonly DictionaryKey[]): Map<DictionaryKey, DictionaryKey[]> {
  const byName = new Map<string, DictionaryKey[]>();
  for (const key of keys) {
    const name = `${key.tier} ${key.fromUs}`;
    byName.set(name, [...(byName.get(name) ?? []), key]);
  }
  return new Map([...byName.values()].flatMap((group) => (group[0] === undefined ? [] : [[group[0], group]])));
}

async function isUsed(engine: Engine, { tier, fromUs, untilUs }: DictionaryKey): Promise<boolean> {
  const tiers = TIERS.flatMap((_, of) => (tier === RAW_TIER ? of < 2 : of >= 2) ? [of] : []);
  for (const of of tiers) {
    for (const { host, kind } of await seriesOf(engine.db, of)) {
      if ((await engine.db.firstKey(windowBounds(SPACE.header, of, host, kind, fromUs, untilUs))) !== undefined) return true;
    }
  }
  return false;
}

/** Forgets hosts of which nothing is kept and that were not seen since. */
export async function dropMemories(engine: Engine, beforeMs: Milliseconds): Promise<void> {
  await engine.aloneToDrop(async () => {
    const held = new Set<string>();
    for (const tier of TIERS.keys()) for (const { host } of await seriesOf(engine.db, tier)) held.add(host);
    const writes: Write[] = [];
    for await (const entries of engine.db.batches(under(Buffer.from([SPACE.memory])))) {
      for (const [key, value] of entries) {
        const { clocks } = reading(key, () => JSON.parse(value.toString('utf8')) as HostMemory);
        const seen = Object.values(clocks).some(({ seenMs }) => seenMs >= beforeMs);
        if (!seen && !held.has(readMemoryKey(key))) writes.push({ type: 'del', key });
      }
    }
    if (writes.length > 0) await engine.db.write(writes);
  });
}

export async function dropIdentities(engine: Engine, beforeUs: Microseconds): Promise<void> {
  await engine.aloneToDrop(async () => {
    const writes = await engine.identities.deletionsBefore(beforeUs);
    if (writes.length > 0) await engine.db.write(writes);
  });
}
