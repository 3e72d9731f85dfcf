// Drops windows past their retention with their identities, and the dictionaries that nothing points at any more.
// Only what goes is read: a host's old windows are one range at the start of its own.
import { after, identityKey, identityPrefix, kindPrefix, RAW_TIER, readWindowKey, SPACE, tierPrefix, under, windowBounds, windowKey } from '../keys.ts';
import { decodeHeader } from '../record.ts';
import type { Database, Write } from './database.ts';
import type { Dictionaries } from './dictionaries.ts';

/** Windows deleted in one write: appends wait for so long at the most. */
const CHUNK = 2000;

export interface Series {
  readonly host: string;
  readonly kind: string;
}

/** Which hosts have windows of which kinds: one seek each. */
export async function allSeries(db: Database): Promise<Series[]> {
  const series: Series[] = [];
  await db.skim(under(tierPrefix(SPACE.header, RAW_TIER)), (key) => {
    const { host, kind } = readWindowKey(key);
    series.push({ host, kind });
    return after(kindPrefix(SPACE.header, RAW_TIER, host, kind));
  });
  return series;
}

/** Drops one chunk of windows that started before `beforeUs`; resolves to how many. Call again until it is 0. */
export async function pruneWindows(db: Database, { host, kind }: Series, beforeUs: number): Promise<number> {
  const writes: Write[] = [];
  let windows = 0;
  for await (const entries of db.batches(windowBounds(SPACE.header, RAW_TIER, host, kind, 0, beforeUs))) {
    for (const [bytes, value] of entries) {
      const key = readWindowKey(bytes);
      const prefix = identityPrefix(key.boot, key.thread, key.kind);
      writes.push(
        { type: 'del', key: bytes },
        { type: 'del', key: windowKey(SPACE.payload, key) },
        { type: 'del', key: identityKey(prefix, key.firstSeq + decodeHeader(value).seqSpan) },
      );
      windows++;
    }
    if (windows >= CHUNK) break;
  }
  if (windows > 0) await db.write(writes);
  return windows;
}

/** Resolves to whether there were any. */
export async function pruneDictionaries(db: Database, dictionaries: Dictionaries, beforeUs: number): Promise<boolean> {
  const writes = await dictionaries.deletionsBefore(beforeUs);
  if (writes.length > 0) await db.write(writes);
  return writes.length > 0;
}

/** Gives the space of a series' dropped windows back to the disk. */
export async function compactWindows(db: Database, { host, kind }: Series, beforeUs: number): Promise<void> {
  for (const space of [SPACE.header, SPACE.payload]) await db.compact(windowBounds(space, RAW_TIER, host, kind, 0, beforeUs));
}

/** Gives the space of dropped dictionaries and identities back to the disk. */
export async function compactNames(db: Database): Promise<void> {
  for (const space of [SPACE.page, SPACE.identity]) await db.compact(under(Buffer.from([space])));
}
