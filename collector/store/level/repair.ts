// Makes a damaged folder whole again: drops what does not read, keeps what a roll-up still knows, makes roll-ups anew
// where what is under them is all there. Cut short, it can be run again. Nothing else may hold the folder.
import { isDamage } from '../errors.ts';
import { encodeFormat, readFormat } from '../format.ts';
import { under } from '../key-parts.ts';
import { dictionaryKey, formatKey, markKey, readDictionaryKey, readMarkKey, readPageKey, readWholeKey, readWindowKey, SPACE, windowKey } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { forgetHolder, noteHolder } from '../lock.ts';
import { TIERS } from '../tiers.ts';
import { Database } from './database.ts';
import type { Write } from './database.ts';
import { Engine } from './engine.ts';
import { logDamage, markTables } from './files.ts';
import { mendSeries } from './mend.ts';
import type { Losses } from './mend.ts';
import { seriesOf } from './records.ts';
import { remakeWhole } from './remake-whole.ts';
import { roomOf } from './room.ts';
import { markAll } from './upgrade.ts';

export interface RepairReport extends Losses {
  /** Entries that were not as they were written, of any sort. */
  readonly damaged: number;
}

type Growing = { -readonly [K in keyof RepairReport]: RepairReport[K] };

/**
 * @throws StoreError STORE_LOCKED when a process holds the folder, STORE_NEWER_FORMAT when a newer version wrote it,
 * STORE_MISSING when there is no store.
 */
export async function repairStore(path: string, onProgress: (entries: number) => void = () => undefined): Promise<RepairReport> {
  const { db, filesDamaged } = await openMended(path);
  try {
    await noteHolder(path);
    const report: Growing = { damaged: 0, windowsLost: 0, windowsCoarser: 0, rollupsLost: 0, rollupsCoarser: 0, rollupsRemade: 0 };
    const known = await knowsFormat(db, path);
    const unsound = await dropUnsound(db, onProgress);
    report.damaged = filesDamaged + unsound.length;
    if (!known && !(await db.isEmpty())) {
      if (!unsound.some(({ space }) => space === SPACE.format)) report.damaged++;
      // Of the oldest format: bringing it up to date can be done again.
      await db.write([{ type: 'put', key: formatKey(), value: encodeFormat(1) }]);
    }
    const engine = await Engine.over(db, roomOf(path), { prefixes: true });
    for (const mark of keysOf(unsound, SPACE.mark, readMarkKey)) await engine.db.write(engine.marks.mark(mark, mark.bucketUs));
    const headless = keysOf(unsound, SPACE.header, readWindowKey);
    const everySeries = await allSeries(db, headless);
    // What files lost, no record tells.
    for (const series of filesDamaged > 0 ? everySeries : keysOf(unsound, SPACE.whole, readWholeKey)) await remakeWhole(engine, series);
    for (const series of everySeries) await mendSeries(engine, series, headless.filter(({ host, kind }) => host === series.host && kind === series.kind), report);
    await dropOrphans(db);
    if (filesDamaged > 0) await markAll(engine);
    // Last: until the records behind them are gone, their numbers must not be given again.
    await dropPages(engine);
    return report;
  } finally {
    await db.close();
    await forgetHolder(path);
  }
}

/** Open, and all of it can be read; what LevelDB itself has lost for that is counted by place. */
async function openMended(path: string): Promise<{ readonly db: Database; readonly filesDamaged: number }> {
  const options = { create: false, checkLog: false };
  const inTables = await markTables(path);
  let places = (await logDamage(path)) + inTables;
  let db: Database | undefined;
  try {
    // Also where tables are damaged: whoever holds the folder is told.
    db = await Database.open(path, options);
    if (inTables === 0) {
      const entries = db.scan();
      while ((await entries.next()).done !== true);
      return { db, filesDamaged: places };
    }
    await db.close();
  } catch (error) {
    await db?.close();
    if (!isDamage(error)) throw error;
    if (inTables === 0) places++;
  }
  await Database.mend(path);
  return { db: await Database.open(path, options), filesDamaged: places };
}

/** Whether the folder says which format it has. @throws StoreError STORE_NEWER_FORMAT */
async function knowsFormat(db: Database, path: string): Promise<boolean> {
  try {
    const record = await db.get(formatKey());
    if (record !== undefined) readFormat(path, record);
    return record !== undefined;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
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
    const bad = entries.filter(({ value }) => value === undefined);
    if (bad.length > 0) await db.write(bad.map(({ key }): Write => (staysEmpty(key) ? { type: 'put', key, value: Buffer.alloc(0) } : { type: 'del', key })));
    unsound.push(...bad.map(({ key }) => ({ space: key[0] ?? 0, bytes: key })));
    seen += entries.length;
    onProgress(seen);
  }
  return unsound;
}

/** Those whose values are empty, and pages, which do not read then: the dictionary says so until it is cut there. */
function staysEmpty(key: Buffer): boolean {
  try {
    if (key[0] === SPACE.page) return key.length === 17;
    if (key[0] === SPACE.mark) return markKey(readMarkKey(key)).equals(key);
    return key[0] === SPACE.dictionary && dictionaryKey(readDictionaryKey(key)).equals(key) && Number.isSafeInteger(readDictionaryKey(key).id);
  } catch {
    return false;
  }
}

/** What keys of a space say; those that do not read as keys are gone for good. */
function keysOf<T>(unsound: readonly Unsound[], space: number, read: (key: Buffer) => T): T[] {
  return unsound.flatMap(({ space: of, bytes }) => {
    try {
      return of === space ? [read(bytes)] : [];
    } catch {
      return [];
    }
  });
}

async function allSeries(db: Database, headless: readonly WindowKey[]): Promise<Series[]> {
  const all = new Map<string, Series>();
  for (const tier of TIERS.keys()) for (const { host, kind } of [...(await seriesOf(db, tier)), ...headless]) all.set(JSON.stringify([host, kind]), { host, kind });
  return [...all.values()];
}

/** Payloads without a header: nothing will ever read them. */
async function dropOrphans(db: Database): Promise<void> {
  for await (const entries of db.batches(under(Buffer.from([SPACE.payload])))) {
    const writes: Write[] = [];
    for (const [key] of entries) {
      if ((await db.get(windowKey(SPACE.header, readWindowKey(key)))) === undefined) writes.push({ type: 'del', key });
    }
    if (writes.length > 0) await db.write(writes);
  }
}

/** Pages behind the first that is damaged or lost: what they number is not known any more. */
async function dropPages(engine: Engine): Promise<void> {
  for await (const entries of engine.db.batches(under(Buffer.from([SPACE.page])))) {
    const writes: Write[] = [];
    for (const [key] of entries) {
      const { dictionary, page } = readPageKey(key);
      if (page >= (await engine.dictionaries.get(dictionary)).pages) writes.push({ type: 'del', key });
    }
    if (writes.length > 0) await engine.db.write(writes);
  }
}
