// Mends one series: what does not read is made anew of what is under it where that is all there; else the finest sound
// roll-up above stands in for all under it, so that nothing is counted twice; else it is lost.
import type { Microseconds } from 'liveprofiler-sampler/wire';
import { isDamage } from '../errors.ts';
import { SHAPE } from '../header.ts';
import { under } from '../key-parts.ts';
import { kindPrefix, readWindowKey, SPACE, windowBounds } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { decodeLines, selfCounts } from '../lines.ts';
import { holds, without } from '../spans.ts';
import { bucketOf, bucketUs, RAW_TIER, ROLLED_TIERS, SEALED_TIER, TIERS, TOP_TIER } from '../tiers.ts';
import { Blocks, undivided } from './blocks.ts';
import type { Entry } from './database.ts';
import type { Engine } from './engine.ts';
import { recordOf } from './records.ts';
import type { Whole } from './records.ts';
import { deletions } from './rollups.ts';
import { dropsUnder } from './stand-in.ts';
import { readWhole, writeWhole } from './whole.ts';

export interface Losses {
  /** Windows whose rows are gone, and that no roll-up holds. */
  readonly windowsLost: number;
  /** Windows that only a roll-up knows from now on. */
  readonly windowsCoarser: number;
  /** Roll-ups that are gone with what was under them. */
  readonly rollupsLost: number;
  /** Roll-ups that only a coarser one knows from now on. */
  readonly rollupsCoarser: number;
  /** Roll-ups that are made anew with the next turn; those of five minutes without lines, which only they knew. */
  readonly rollupsRemade: number;
}

/** By tier and start of their bucket: records that do not read. */
type Broken = readonly Map<Microseconds, WindowKey[]>[];

/** `headless`: records of it whose headers are gone. */
export async function mendSeries(engine: Engine, series: Series, headless: readonly WindowKey[], report: { -readonly [K in keyof Losses]: Losses[K] }): Promise<void> {
  const broken: Broken = await Promise.all(TIERS.map((_, tier) => brokenIn(engine, tier, series, headless.filter((key) => key.tier === tier))));
  for (const [bucket, keys] of broken[RAW_TIER] ?? []) {
    if (await standIn(SEALED_TIER, bucket)) continue;
    report.windowsLost += keys.length;
    const writes = [...keys.flatMap(deletions), ...engine.marks.mark(series, bucket)];
    // Their hosts may tell them again.
    for (const key of keys) writes.push(...(await engine.identities.forgetting(key)));
    await engine.db.write(writes);
  }
  for (const tier of ROLLED_TIERS) {
    for (const [bucket, keys] of broken[tier] ?? []) {
      if (holds((await readWhole(engine.db, series))[tier - 1] ?? [], bucket)) {
        report.rollupsRemade += keys.length;
        const blocks = tier === SEALED_TIER ? await Promise.all(keys.map((key) => undivided(engine.db, key))) : [];
        await engine.db.write([...blocks.flat(), ...keys.flatMap(deletions), ...engine.marks.mark(series, bucket)]);
      } else if (!(await standIn(tier + 1, bucket))) {
        report.rollupsLost += keys.length;
        await engine.db.write(keys.flatMap(deletions));
      }
    }
  }

  /** Whether there is a roll-up of this tier or above that does. */
  async function standIn(lowest: number, us: Microseconds): Promise<boolean> {
    for (let tier = lowest; tier <= TOP_TIER; tier++) {
      const bucket = bucketOf(tier, us);
      // Then it does not hold everything, nor do those above it.
      if (engine.marks.isDirty(series, tier, bucket)) return false;
      if (broken[tier]?.has(bucket) === true || !(await hasRecords(engine, tier, series, bucket))) continue;
      const span = { fromUs: bucket, untilUs: bucket + bucketUs(tier) };
      const { writes, records } = await dropsUnder(engine.db, series, tier, span);
      const whole = await readWhole(engine.db, series);
      await engine.db.write([...writes, writeWhole(series, whole.map((spans, of) => (of < tier ? without(spans, [span]) : spans)))]);
      const gone = TIERS.map((_, of) => (records[of] ?? 0) + headless.filter((key) => key.tier === of && bucketOf(tier, key.startUs) === bucket).length);
      for (let of = RAW_TIER; of < tier; of++) {
        if (of === RAW_TIER) report.windowsCoarser += gone[of] ?? 0;
        else report.rollupsCoarser += gone[of] ?? 0;
        for (const start of broken[of]?.keys() ?? []) if (bucketOf(tier, start) === bucket) broken[of]?.delete(start);
      }
      return true;
    }
    return false;
  }
}

async function brokenIn(engine: Engine, tier: number, { host, kind }: Series, headless: readonly WindowKey[]): Promise<Map<Microseconds, WindowKey[]>> {
  const broken = new Map<Microseconds, WindowKey[]>();
  const unit = Math.max(tier, SEALED_TIER);
  const note = (key: WindowKey): void => {
    const bucket = bucketOf(unit, key.startUs);
    broken.set(bucket, [...(broken.get(bucket) ?? []), key]);
  };
  headless.forEach(note);
  let blocks: { readonly bucket: Microseconds; readonly read: Blocks } | undefined;
  for await (const entries of engine.db.batches(under(kindPrefix(SPACE.header, tier, host, kind)))) {
    for (const entry of entries) {
      const key = readWindowKey(entry[0]);
      const bucket = bucketOf(unit, key.startUs);
      if (tier === RAW_TIER && blocks?.bucket !== bucket) blocks = { bucket, read: await Blocks.readable(engine.db, { host, kind }, bucket, bucket + bucketUs(unit)) };
      // One at a time: a record that does not read must not hide its neighbours.
      if (!(await reads(engine, entry, blocks?.read))) note(key);
    }
  }
  return broken;
}

async function reads(engine: Engine, entry: Entry, blocks: Blocks | undefined): Promise<boolean> {
  try {
    const record = await recordOf(engine, entry, blocks);
    if (record.header.shape === SHAPE.numbers) record.numbers();
    else return pointsWithin(record);
    return true;
  } catch (error) {
    if (!isDamage(error) && !(error instanceof RangeError)) throw error;
    return false;
  }
}

function pointsWithin({ dictionary, ...record }: Whole): boolean {
  const { length, stack, labels, count, lines } = record.rows();
  for (let i = 0; i < length; i++) if ((stack[i] ?? 0) >= dictionary.parent.length || (labels[i] ?? 0) >= dictionary.labelSets.length) return false;
  if (lines !== undefined) decodeLines(lines, selfCounts({ length, stack, count }, dictionary), dictionary, () => undefined);
  return true;
}

async function hasRecords({ db }: Engine, tier: number, { host, kind }: Series, bucket: Microseconds): Promise<boolean> {
  return (await db.first(windowBounds(SPACE.header, tier, host, kind, bucket, bucket + 1))) !== undefined;
}
