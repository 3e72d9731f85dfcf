// Where a roll-up stands in for all that is under it: what drops that, so that nothing is counted twice.
import { SPACE, readWindowKey, windowBounds } from '../keys.ts';
import type { Series } from '../keys.ts';
import type { Span } from '../spans.ts';
import { TIERS } from '../tiers.ts';
import { blockDeletions } from './blocks.ts';
import type { Database, Write } from './database.ts';
import { deletions } from './rollups.ts';

/** Records of the tiers below `tier` that begin in one of its buckets. `records`: how many, by tier. */
export async function dropsUnder(db: Database, { host, kind }: Series, tier: number, { fromUs, untilUs }: Span): Promise<{ readonly writes: Write[]; readonly records: readonly number[] }> {
  const writes = await blockDeletions(db, { host, kind }, fromUs, untilUs);
  const records = TIERS.map(() => 0);
  for (let under = 0; under < tier; under++) {
    for await (const entries of db.batches(windowBounds(SPACE.header, under, host, kind, fromUs, untilUs))) {
      for (const [key] of entries) writes.push(...deletions(readWindowKey(key)));
      records[under] = (records[under] ?? 0) + entries.length;
    }
  }
  return { writes, records };
}
