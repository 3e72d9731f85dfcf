// Brings a folder to the current format. Every step can be cut short and done again: the version is written last.
import { encodeFormat, FORMAT_VERSION, readFormat } from '../format.ts';
import { StoreError } from '../errors.ts';
import { under } from '../key-parts.ts';
import { formatKey, SPACE } from '../keys.ts';
import type { Series } from '../keys.ts';
import { FOREVER_US } from '../spans.ts';
import { RAW_TIER, ROLLED_TIERS } from '../tiers.ts';
import type { Database, Write } from './database.ts';
import type { Engine } from './engine.ts';
import { identityWrite } from './identities.ts';
import { headersOf, seriesOf } from './records.ts';

const WRITES_AT_ONCE = 5000;

/** The version of a folder; an empty one gets the current one. @throws StoreError STORE_NEWER_FORMAT, STORE_DAMAGED */
export async function formatOf(db: Database, folder: string): Promise<number> {
  const record = await db.get(formatKey());
  if (record !== undefined) return readFormat(folder, record);
  if (await db.isEmpty()) {
    await db.write([{ type: 'put', key: formatKey(), value: encodeFormat() }]);
    return FORMAT_VERSION;
  }
  throw new StoreError('STORE_DAMAGED', `The folder ${folder} holds records and does not say of which format: a backup that was cut short, or damage. Make the backup again, or run liveprofiler repair.`);
}

export async function upgrade(engine: Engine, from: number): Promise<void> {
  if (from === FORMAT_VERSION) return;
  if (from === 1) {
    // What is there has no roll-ups yet, and its identities do not name their hosts.
    await markAll(engine, [RAW_TIER]);
    await nameIdentities(engine);
  }
  await engine.db.write([{ type: 'put', key: formatKey(), value: encodeFormat() }]);
}

/** Marks every bucket that holds a record of these tiers: its roll-ups are made anew. */
export async function markAll(engine: Engine, tiers: readonly number[] = [RAW_TIER, ...ROLLED_TIERS]): Promise<void> {
  let writes: Write[] = [];
  const flush = async (): Promise<void> => {
    await engine.db.write(writes);
    writes = [];
  };
  for (const tier of tiers) {
    for (const series of await seriesOf(engine.db, tier)) {
      for await (const starts of startsOf(engine, tier, series)) {
        for (const startUs of starts) writes.push(...engine.marks.mark(series, startUs));
        if (writes.length >= WRITES_AT_ONCE) await flush();
      }
    }
  }
  if (writes.length > 0) await flush();
}

async function nameIdentities(engine: Engine): Promise<void> {
  for (const series of await seriesOf(engine.db, RAW_TIER)) {
    for await (const seen of headersOf(engine, series, { tier: RAW_TIER, fromUs: 0, untilUs: FOREVER_US })) {
      await engine.db.write(seen.map(({ key, header }) => identityWrite({ ...key, lastSeq: key.firstSeq + header.seqSpan })));
    }
  }
  for await (const entries of engine.db.batches(under(Buffer.from([SPACE.formerIdentity])))) {
    await engine.db.write(entries.map(([key]) => ({ type: 'del', key })));
  }
}

async function* startsOf(engine: Engine, tier: number, series: Series): AsyncGenerator<readonly number[], void, void> {
  for await (const seen of headersOf(engine, series, { tier, fromUs: 0, untilUs: FOREVER_US })) yield seen.map(({ key }) => key.startUs);
}
