// Makes a damaged folder whole again: drops what does not read, keeps what a roll-up still knows, makes roll-ups anew
// where what is under them is all there. Nothing else may hold the folder.
import { SHAPE } from '../header.ts';
import { encodeFormat } from '../format.ts';
import type { Segment } from '../cover.ts';
import { formatKey, readMarkKey, readWholeKey, readWindowKey, SPACE, under, windowBounds } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { forgetHolder, noteHolder } from '../lock.ts';
import { ALWAYS, FOREVER_US, holds, without } from '../spans.ts';
import type { Span } from '../spans.ts';
import { bucketOf, bucketUs, RAW_TIER, ROLLED_TIERS, TIERS } from '../tiers.ts';
import { blockDeletions } from './blocks.ts';
import { Database } from './database.ts';
import type { Write } from './database.ts';
import { Engine } from './engine.ts';
import { headersOf, recordsOf, seriesOf } from './records.ts';
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

/** Spaces whose values are empty. */
const KEY_ONLY: ReadonlySet<number> = new Set([SPACE.dictionary, SPACE.mark]);

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
    const unsound = await dropUnsound(db, onProgress);
    report.damaged = unsound.length;
    if ((await db.get(formatKey())) === undefined) await db.write([{ type: 'put', key: formatKey(), value: encodeFormat() }]);
    const engine = await Engine.over(db, roomOf(path));
    for (const key of unsound.filter(({ space }) => space === SPACE.mark)) await engine.db.write(engine.marks.mark(readMarkKey(key.bytes), readMarkKey(key.bytes).bucketUs));
    const headless = unsound.filter(({ space }) => space === SPACE.header).map(({ bytes }) => readWindowKey(bytes));
    for (const tier of [...TIERS.keys()].reverse()) {
      for (const series of await seriesWith(db, tier, headless)) await mendSeries(engine, tier, series, headless, report);
    }
    for (const { bytes } of unsound.filter(({ space }) => space === SPACE.whole)) await remakeWhole(engine, readWholeKey(bytes));
    await dropOrphans(db);
    return report;
  } finally {
    await db.close();
    await forgetHolder(path);
  }
}

interface Unsound {
  readonly space: number;
  readonly bytes: Buffer;
}

/** Deletes what is not as it was written. Entries that say all they have to say by their key are written again. */
async function dropUnsound(db: Database, onProgress: (entries: number) => void): Promise<Unsound[]> {
  const unsound: Unsound[] = [];
  let seen = 0;
  for await (const entries of db.scan()) {
    const bad = entries.filter(({ sound }) => !sound);
    if (bad.length > 0) await db.write(bad.map(({ key }): Write => (KEY_ONLY.has(key[0] ?? 0) ? { type: 'put', key, value: Buffer.alloc(0) } : { type: 'del', key })));
    unsound.push(...bad.map(({ key }) => ({ space: key[0] ?? 0, bytes: key })));
    seen += entries.length;
    onProgress(seen);
  }
  return unsound;
}

async function mendSeries(engine: Engine, tier: number, series: Series, headless: readonly WindowKey[], report: Growing): Promise<void> {
  const step = bucketUs(Math.max(tier, RAW_TIER + 1));
  const gone = headless.filter((key) => key.tier === tier && key.host === series.host && key.kind === series.kind);
  const startOf = ({ startUs }: WindowKey): number => Math.floor(startUs / step) * step;
  for (const bucket of new Set([...(await bucketsOf(engine.db, tier, series, step)), ...gone.map(startOf)])) {
    const keys: WindowKey[] = gone.filter((key) => startOf(key) === bucket);
    const broken = [...keys, ...(await keysThatDoNotRead(engine, tier, series, bucket, step, keys))];
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
    // Their hosts may tell them again.
    for (const key of broken) writes.push(...(await engine.identities.forgetting(key)));
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

async function seriesWith(db: Database, tier: number, headless: readonly WindowKey[]): Promise<Series[]> {
  const all = new Map<string, Series>();
  for (const { host, kind } of [...(await seriesOf(db, tier)), ...headless.filter((key) => key.tier === tier)]) all.set(JSON.stringify([host, kind]), { host, kind });
  return [...all.values()];
}

/** A tier is whole where a roll-up has as many windows as lie under it. */
async function remakeWhole(engine: Engine, series: Series): Promise<void> {
  const whole: Span[][] = TIERS.map(() => [...ALWAYS]);
  for (const tier of ROLLED_TIERS) {
    for await (const seen of headersOf(engine, series, { tier, fromUs: 0, untilUs: FOREVER_US })) {
      const rolled = new Map<number, number>();
      for (const { key, header } of seen) rolled.set(key.startUs, (rolled.get(key.startUs) ?? 0) + header.windows);
      for (const [bucket, windows] of rolled) {
        const span = { fromUs: bucket, untilUs: bucket + bucketUs(tier) };
        if ((await windowsIn(engine, series, { tier: tier - 1, ...span })) < windows) whole[tier - 1] = without(whole[tier - 1] ?? [], [span]);
      }
    }
  }
  await engine.db.write([writeWhole(series, whole)]);
}

async function windowsIn(engine: Engine, series: Series, segment: Segment): Promise<number> {
  let windows = 0;
  for await (const seen of headersOf(engine, series, segment)) windows += seen.reduce((sum, { header }) => sum + header.windows, 0);
  return windows;
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
