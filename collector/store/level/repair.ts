// Makes a damaged folder whole again: drops what does not read, keeps what a roll-up still knows, makes roll-ups anew
// where what is under them is all there. Nothing else may hold the folder.
import { SHAPE } from '../header.ts';
import { encodeFormat } from '../format.ts';
import { formatKey, readWindowKey, SPACE, under, windowBounds } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { forgetHolder, noteHolder } from '../lock.ts';
import { holds, without } from '../spans.ts';
import { bucketOf, bucketUs, RAW_TIER, TIERS } from '../tiers.ts';
import { blockDeletions } from './blocks.ts';
import { Database } from './database.ts';
import type { Write } from './database.ts';
import { Engine } from './engine.ts';
import { recordsOf, seriesOf } from './records.ts';
import { deletions } from './rollups.ts';
import { roomOf } from './room.ts';
import { readWhole, writeWhole } from './whole.ts';

export interface RepairReport {
  /** Entries that were not as they were written, of any sort. */
  readonly damaged: number;
  /** Windows whose rows are gone, and that no roll-up holds. */
  readonly windowsLost: number;
  /** Windows that are known by five minutes from now on. */
  readonly windowsCoarser: number;
  /** Roll-ups that are gone with what was under them. */
  readonly rollupsLost: number;
  /** Roll-ups that are made anew with the next turn. */
  readonly rollupsRemade: number;
}

type Growing = { -readonly [K in keyof RepairReport]: RepairReport[K] };

/** @throws StoreError STORE_LOCKED when a process holds the folder. */
export async function repairStore(path: string, onProgress: (entries: number) => void = () => undefined): Promise<RepairReport> {
  const db = await Database.open(path).catch(async (error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'STORE_DAMAGED')) throw error;
    await Database.mend(path);
    return Database.open(path);
  });
  try {
    await noteHolder(path);
    const report: Growing = { damaged: 0, windowsLost: 0, windowsCoarser: 0, rollupsLost: 0, rollupsRemade: 0 };
    report.damaged = await dropUnsound(db, onProgress);
    if ((await db.get(formatKey())) === undefined) await db.write([{ type: 'put', key: formatKey(), value: encodeFormat() }]);
    const engine = await Engine.over(db, roomOf(path));
    for (const tier of [...TIERS.keys()].reverse()) {
      for (const series of await seriesOf(db, tier)) await mendSeries(engine, tier, series, report);
    }
    await dropOrphans(db);
    return report;
  } finally {
    await db.close();
    await forgetHolder(path);
  }
}

async function dropUnsound(db: Database, onProgress: (entries: number) => void): Promise<number> {
  let [seen, damaged] = [0, 0];
  for await (const entries of db.scan()) {
    const bad = entries.filter(({ sound }) => !sound);
    if (bad.length > 0) await db.write(bad.map(({ key }) => ({ type: 'del', key })));
    damaged += bad.length;
    seen += entries.length;
    onProgress(seen);
  }
  return damaged;
}

async function mendSeries(engine: Engine, tier: number, series: Series, report: Growing): Promise<void> {
  const step = bucketUs(Math.max(tier, RAW_TIER + 1));
  for (const bucket of await bucketsOf(engine.db, tier, series, step)) {
    const keys: WindowKey[] = [];
    const broken = await keysThatDoNotRead(engine, tier, series, bucket, step, keys);
    if (broken.length === 0) continue;
    if (tier === RAW_TIER) await mendWindows(engine, series, bucket, keys, broken, report);
    else await mendRollUps(engine, tier, series, bucket, broken, report);
  }
}

async function mendWindows(engine: Engine, series: Series, bucket: number, all: readonly WindowKey[], broken: readonly WindowKey[], report: Growing): Promise<void> {
  const known = !engine.marks.isDirty(series, RAW_TIER + 1, bucket) && (await hasRecords(engine.db, RAW_TIER + 1, series, bucket));
  const whole = await readWhole(engine.db, series);
  const writes: Write[] = (known ? all : broken).flatMap(deletions);
  if (known) {
    const end = bucket + bucketUs(RAW_TIER + 1);
    const next = whole.map((spans, tier) => (tier === RAW_TIER ? without(spans, [{ fromUs: bucket, untilUs: end }]) : spans));
    writes.push(writeWhole(series, next), ...(await blockDeletions(engine.db, series, bucket, end)));
    report.windowsCoarser += all.length;
  } else {
    writes.push(...engine.marks.mark(series, bucket));
    report.windowsLost += broken.length;
  }
  await engine.db.write(writes);
}

async function mendRollUps(engine: Engine, tier: number, series: Series, bucket: number, broken: readonly WindowKey[], report: Growing): Promise<void> {
  const whole = await readWhole(engine.db, series);
  const remade = holds(whole[tier - 1] ?? [], bucket);
  if (remade) report.rollupsRemade += broken.length;
  else report.rollupsLost += broken.length;
  await engine.db.write([...broken.flatMap(deletions), ...(remade ? engine.marks.mark(series, bucket) : [])]);
}

async function keysThatDoNotRead(engine: Engine, tier: number, series: Series, bucket: number, step: number, keys: WindowKey[]): Promise<WindowKey[]> {
  const broken: WindowKey[] = [];
  for await (const [bytes] of entriesOf(engine.db, tier, series, bucket, step)) {
    const key = readWindowKey(bytes);
    keys.push(key);
    try {
      // One at a time: a record that does not read must not hide its neighbours.
      for await (const records of recordsOf(engine, series, { tier, fromUs: key.startUs, untilUs: key.startUs + 1 })) {
        for (const record of records) {
          if (record.key.boot !== key.boot || record.key.thread !== key.thread || record.key.firstSeq !== key.firstSeq) continue;
          if (record.header.shape === SHAPE.numbers) record.numbers();
          else if (record.rows().stack.subarray(0, record.rows().length).some((stack) => stack >= record.dictionary.parent.length)) throw new RangeError('a row points at a stack that is not there');
        }
      }
    } catch {
      broken.push(key);
    }
  }
  return broken;
}

async function* entriesOf(db: Database, tier: number, { host, kind }: Series, bucket: number, step: number): AsyncGenerator<readonly [Buffer, Buffer], void, void> {
  for await (const entries of db.batches(windowBounds(SPACE.header, tier, host, kind, bucket, bucket + step))) yield* entries;
}

async function bucketsOf(db: Database, tier: number, { host, kind }: Series, step: number): Promise<number[]> {
  const buckets = new Set<number>();
  for await (const entries of db.batches(windowBounds(SPACE.header, tier, host, kind, 0, 2 ** 52))) {
    for (const [key] of entries) buckets.add(Math.floor(readWindowKey(key).startUs / step) * step);
  }
  return [...buckets];
}

async function hasRecords(db: Database, tier: number, { host, kind }: Series, us: number): Promise<boolean> {
  const bucket = bucketOf(tier, us);
  return (await db.first(windowBounds(SPACE.header, tier, host, kind, bucket, bucket + 1))) !== undefined;
}

/** Payloads without a header: nothing will ever read them. */
async function dropOrphans(db: Database): Promise<void> {
  for await (const entries of db.batches(under(Buffer.from([SPACE.payload])))) {
    const writes: Write[] = [];
    for (const [key] of entries) {
      const header = Buffer.from(key);
      header[0] = SPACE.header;
      if ((await db.get(header)) === undefined) writes.push({ type: 'del', key });
    }
    if (writes.length > 0) await db.write(writes);
  }
}
