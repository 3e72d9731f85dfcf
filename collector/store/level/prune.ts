// Drops windows past their retention with their identities, and the dictionaries that nothing points at any more.
import { identityKey, identityPrefix, RAW_TIER, readWindowKey, SPACE, tierPrefix, under, windowKey } from '../keys.ts';
import { decodeHeader } from '../record.ts';
import type { Database, Write } from './database.ts';
import type { Dictionaries } from './dictionaries.ts';

/** Windows deleted in one write: appends wait for so long at the most. */
const CHUNK = 2000;

/** Drops one chunk of windows that started before `beforeUs`; resolves to how many. Call again until it is 0. */
export async function pruneWindows(db: Database, beforeUs: number): Promise<number> {
  const writes: Write[] = [];
  let windows = 0;
  for await (const entries of db.batches(under(tierPrefix(SPACE.header, RAW_TIER)))) {
    for (const [bytes, value] of entries) {
      const key = readWindowKey(bytes);
      if (key.startUs >= beforeUs) continue;
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

export async function pruneDictionaries(db: Database, dictionaries: Dictionaries, beforeUs: number): Promise<void> {
  const writes = await dictionaries.deletionsBefore(beforeUs);
  if (writes.length > 0) await db.write(writes);
}

/** Gives the space of what was dropped back to the disk. */
export async function compactAll(db: Database): Promise<void> {
  for (const space of [SPACE.page, SPACE.identity, SPACE.header, SPACE.payload]) await db.compact(under(Buffer.from([space])));
}
