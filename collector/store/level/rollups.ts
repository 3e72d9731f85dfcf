// Brings buckets up to date: their roll-up is made again of the finer records, or, where those are gone, of itself and
// what came late. One write changes roll-up and mark together.
import type { Microseconds } from 'liveprofiler-sampler/wire';
import { SPACE, windowKey, markKey } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { RollUp } from '../rollup.ts';
import { holds } from '../spans.ts';
import { bucketUs, RAW_TIER, ROLLED_TIERS } from '../tiers.ts';
import { Batch } from './batch.ts';
import type { Write } from './database.ts';
import type { Engine } from './engine.ts';
import { recordsOf } from './records.ts';
import { readWhole } from './whole.ts';
import { serviceOf } from './writer.ts';

/** A bucket is rolled up so long after its end: most windows of it have come by then. */
const GRACE_US = 20_000_000;
/** Buckets of one write: appends wait for so many at the most. */
const BUCKETS_AT_ONCE = 8;

interface Bucket {
  readonly series: Series;
  readonly bucket: Microseconds;
}

/** Rolls up what is over by `nowUs`, finest tier first; resolves to how many buckets. */
export async function rollUpOver(engine: Engine, nowUs: Microseconds, isOpen: () => boolean): Promise<number> {
  let done = 0;
  for (const tier of ROLLED_TIERS) {
    const waiting = engine.marks.over(tier, nowUs - GRACE_US);
    for (let at = 0; at < waiting.length && isOpen(); at += BUCKETS_AT_ONCE) {
      done += await engine.alone(() => rollUp(engine, tier, waiting.slice(at, at + BUCKETS_AT_ONCE)));
    }
  }
  return done;
}

async function rollUp(engine: Engine, tier: number, buckets: readonly Bucket[]): Promise<number> {
  await engine.ready();
  const batch = new Batch(engine.db, engine.dictionaries);
  const done: Bucket[] = [];
  try {
    for (const { series, bucket } of buckets) {
      // What lies under it is made right first; the next turn takes it.
      if (tier - 1 > RAW_TIER && engine.marks.anyWithin(series, tier - 1, bucket, bucket + bucketUs(tier))) continue;
      await remake(engine, batch, tier, { series, bucket });
      done.push({ series, bucket });
    }
    await batch.write();
  } catch (error) {
    await engine.recover();
    throw error;
  }
  for (const { series, bucket } of done) engine.marks.forget(series, tier, bucket);
  return done.length;
}

async function remake(engine: Engine, batch: Batch, tier: number, { series, bucket }: Bucket): Promise<void> {
  const span = { fromUs: bucket, untilUs: bucket + bucketUs(tier) };
  const whole = holds((await readWhole(engine.db, series))[tier - 1] ?? [], bucket);
  const rollups = new Map<string, RollUp>();
  const [former, late]: [WindowKey[], (WindowKey & { seqSpan: number; lastUs: number })[]] = [[], []];
  for (const from of [tier - 1, tier]) {
    for await (const records of recordsOf(engine, series, { tier: from, ...span })) {
      for (const record of records) {
        if (from === tier) former.push(record.key);
        else if (!whole) late.push({ ...record.key, seqSpan: record.header.seqSpan, lastUs: record.header.lastUs });
        if (from === tier && whole) continue;
        const service = serviceOf({ host: series.host, processLabels: record.processLabels });
        let rollup = rollups.get(service);
        if (rollup === undefined) {
          const { id, dictionary } = await batch.dictionaryOf({ tier, service, atUs: bucket });
          rollup = new RollUp({ tier, bucketUs: bucket, id, dictionary });
          rollups.set(service, rollup);
        }
        rollup.add(record);
      }
    }
  }
  const made = [...rollups.values()].flatMap((rollup) => rollup.records());
  for (const key of former) batch.push(...deletions(key));
  for (const { key, header, payload } of made) {
    batch.push({ type: 'put', key: windowKey(SPACE.header, key), value: header }, { type: 'put', key: windowKey(SPACE.payload, key), value: payload });
  }
  for (const key of late) batch.push(...deletions(key));
  if (tier - 1 === RAW_TIER) {
    batch.push(...(await engine.identities.bury(late.map(({ seqSpan, lastUs, ...key }) => ({ ...key, lastSeq: key.firstSeq + seqSpan, endUs: key.startUs + lastUs })))));
  }
  batch.push({ type: 'del', key: markKey({ ...series, tier, bucketUs: bucket }) });
}

/** What deletes a record. */
export function deletions(key: WindowKey): Write[] {
  return [
    { type: 'del', key: windowKey(SPACE.header, key) },
    { type: 'del', key: windowKey(SPACE.payload, key) },
  ];
}
