// Tells anew where nothing of a series has been dropped: where a roll-up has no more windows than lie under it.
import { decodeHeader } from '../header.ts';
import { under } from '../key-parts.ts';
import { kindPrefix, readWindowKey, SPACE } from '../keys.ts';
import type { Series } from '../keys.ts';
import { ALWAYS, without } from '../spans.ts';
import type { Span } from '../spans.ts';
import { bucketOf, bucketUs, ROLLED_TIERS, TIERS } from '../tiers.ts';
import type { Write } from './database.ts';
import type { Engine } from './engine.ts';
import { dropsUnder } from './stand-in.ts';
import { writeWhole } from './whole.ts';

export async function remakeWhole(engine: Engine, series: Series): Promise<void> {
  const whole: Span[][] = TIERS.map(() => [...ALWAYS]);
  const writes: Write[] = [];
  for (const tier of ROLLED_TIERS) {
    const beneath = await windowsBy(engine, series, tier - 1, tier);
    for (const [bucket, windows] of await windowsBy(engine, series, tier, tier)) {
      const left = beneath.get(bucket) ?? 0;
      if (left >= windows) continue;
      const span = { fromUs: bucket, untilUs: bucket + bucketUs(tier) };
      // What came late is to be taken in yet; else what is left of it is in the roll-up.
      const late = engine.marks.isDirty(series, tier, bucket);
      if (!late && left > 0) writes.push(...(await dropsUnder(engine.db, series, tier, span)).writes);
      for (let of = late ? tier - 1 : 0; of < tier; of++) whole[of] = without(whole[of] ?? [], [span]);
    }
  }
  await engine.db.write([...writes, writeWhole(series, whole)]);
}

/** Windows that the records of a tier hold, by bucket of another one. */
async function windowsBy(engine: Engine, { host, kind }: Series, tier: number, by: number): Promise<Map<number, number>> {
  const windows = new Map<number, number>();
  for await (const entries of engine.db.batches(under(kindPrefix(SPACE.header, tier, host, kind)))) {
    for (const [key, value] of entries) {
      const bucket = bucketOf(by, readWindowKey(key).startUs);
      windows.set(bucket, (windows.get(bucket) ?? 0) + windowsOf(value));
    }
  }
  return windows;
}

function windowsOf(header: Buffer): number {
  try {
    return decodeHeader(header).windows;
  } catch {
    // It is dropped after this.
    return 0;
  }
}
