// What a store does for itself: rolls up, drops what is past its retention, and keeps to its size.
import type { Bytes, Milliseconds } from 'liveprofiler-sampler/wire';
import type { UpkeepReport } from '../contract.ts';
import { StoreError } from '../errors.ts';
import { under } from '../key-parts.ts';
import { formatKey, SPACE, tierPrefix } from '../keys.ts';
import { bucketUs, RAW_TIER, TIERS, TOP_TIER } from '../tiers.ts';
import type { Engine } from './engine.ts';
import { Faults } from './faults.ts';
import { dropDictionaries, dropIdentities, dropMemories, dropTier, oldestOf } from './prune.ts';
import type { DropOptions } from './prune.ts';
import { rollUpOver } from './rollups.ts';

/** How long records of each tier are kept. A coarser tier is kept at least as long as the finer ones. */
export interface Retention {
  readonly rawMs: Milliseconds;
  readonly minutesMs: Milliseconds;
  readonly hoursMs: Milliseconds;
  readonly daysMs: Milliseconds;
}

export interface UpkeepOptions {
  readonly engine: Engine;
  readonly retention: Retention;
  readonly maxBytes: Bytes | undefined;
  /** False when the store is being closed: what runs ends early. */
  readonly isOpen: () => boolean;
  /** Resolves when the reads that run now have ended. */
  readonly readsEnded: () => Promise<unknown>;
}

/** Space is given back when so much of a tier is gone. */
const COMPACT_SHARE = 0.1;
const COMPACT_BYTES = 256 * 1024;
/** Spaces whose records belong to a tier. */
const SPACES = [SPACE.header, SPACE.payload, SPACE.block] as const;
/** How often a tier is cut down before the next coarser one has its turn; the last time, all of it may go. */
const SHRINK_STEPS = 8;

export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #droppedBytes = TIERS.map(() => 0);

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  async rollUp(nowMs: Milliseconds): Promise<{ readonly rollups: number }> {
    const { engine, isOpen } = this.#options;
    return { rollups: await rollUpOver(engine, nowMs * 1000, isOpen) };
  }

  async prune(nowMs: Milliseconds): Promise<UpkeepReport> {
    const { retention, maxBytes, isOpen } = this.#options;
    const faults = new Faults();
    const full = await faults.keep(() => this.rollUp(nowMs)).then(() => undefined, (error: unknown) => {
      if (error instanceof StoreError && error.code === 'STORE_FULL') return error;
      throw error;
    });
    await this.#compactSealed();
    const kept = [retention.rawMs, retention.minutesMs, retention.hoursMs, retention.daysMs];
    const records = TIERS.map(() => 0);
    for (const tier of TIERS.keys()) {
      records[tier] = await this.#drop(tier, { beforeUs: (nowMs - (kept[tier] ?? 0)) * 1000, isOpen, faults });
      await this.#compact(tier, false);
    }
    const over = maxBytes === undefined ? {} : await this.#shrink(nowMs, maxBytes, { isOpen, faults }, records);
    const oldestUs = Math.max(0, (nowMs - retention.daysMs) * 1000);
    if (isOpen()) await this.#dropNames(nowMs, oldestUs);
    // What was dropped may have made the room for it.
    if (full !== undefined) await faults.keep(() => this.rollUp(nowMs));
    faults.tell();
    return { windows: records[RAW_TIER] ?? 0, ...over };
  }

  /** At the limit the oldest of the finest tier goes first. */
  async #shrink(nowMs: Milliseconds, maxBytes: Bytes, options: Omit<DropOptions, 'beforeUs'>, records: number[]): Promise<Pick<UpkeepReport, 'bytes' | 'overLimitBytes'>> {
    const { engine, isOpen } = this.#options;
    let bytes = await engine.db.bytes();
    if (bytes <= maxBytes) return { bytes };
    // What LevelDB still has in memory and its log is in no tier's size.
    await engine.db.compact(under(formatKey()));
    bytes = await engine.db.bytes();
    for (const tier of TIERS.keys()) {
      for (let part = 1; part <= SHRINK_STEPS && bytes > maxBytes && isOpen(); part++) {
        const oldestUs = await oldestOf(engine, tier, nowMs * 1000);
        if (oldestUs === undefined) break;
        const ageUs = Math.max(0, nowMs * 1000 - oldestUs);
        const share = Math.min(1, (1.2 * (bytes - maxBytes)) / Math.max(1, await this.#tierBytes(tier)));
        const stepUs = Math.max(bucketUs(Math.min(tier + 1, TOP_TIER)), part === SHRINK_STEPS ? ageUs : ageUs * share);
        const dropped = await this.#drop(tier, { ...options, beforeUs: oldestUs + stepUs });
        records[tier] = (records[tier] ?? 0) + dropped;
        if (dropped === 0 && stepUs >= ageUs) break;
        await this.#compact(tier, true);
        bytes = await engine.db.bytes();
      }
    }
    return { bytes, ...(bytes > maxBytes ? { overLimitBytes: bytes - maxBytes } : {}) };
  }

  async #drop(tier: number, options: DropOptions): Promise<number> {
    const { records, bytes } = await dropTier(this.#options.engine, tier, options);
    this.#droppedBytes[tier] = (this.#droppedBytes[tier] ?? 0) + bytes;
    return records;
  }

  async #compact(tier: number, now: boolean): Promise<void> {
    const dropped = this.#droppedBytes[tier] ?? 0;
    if (!now && dropped < Math.max(COMPACT_BYTES, COMPACT_SHARE * (await this.#tierBytes(tier)))) return;
    this.#droppedBytes[tier] = 0;
    const { db } = this.#options.engine;
    for (const space of SPACES) await db.compact(under(tierPrefix(space, tier)));
    if (tier === RAW_TIER) await db.compact(under(Buffer.from([SPACE.identity])));
  }

  /** What was taken into blocks still lies where it was written: more than a few minutes of rows are mostly that. */
  async #compactSealed(): Promise<void> {
    const { db } = this.#options.engine;
    const written = under(tierPrefix(SPACE.payload, RAW_TIER));
    if ((await db.sizeOf(written)) > COMPACT_BYTES) await db.compact(written);
  }

  async #dropNames(nowMs: Milliseconds, oldestUs: number): Promise<void> {
    const { engine, readsEnded } = this.#options;
    // Reads that began earlier still see the records that went, and need their names.
    await readsEnded();
    if ((await dropDictionaries(engine, nowMs * 1000)) > 0) await engine.db.compact(under(Buffer.from([SPACE.page])));
    await dropIdentities(engine, oldestUs);
    await dropMemories(engine, oldestUs / 1000);
  }

  async #tierBytes(tier: number): Promise<Bytes> {
    let bytes = 0;
    for (const space of SPACES) bytes += await this.#options.engine.db.sizeOf(under(tierPrefix(space, tier)));
    return bytes;
  }
}
