// Which buckets have a roll-up that does not hold all their windows, on disk and in memory. Memory says so before a
// write begins and forgets it after one has ended: it never calls a bucket clean that a reader's snapshot finds dirty.
import type { Microseconds } from 'liveprofiler-sampler/wire';
import { under } from '../key-parts.ts';
import { markKey, readMarkKey, SPACE } from '../keys.ts';
import type { Series } from '../keys.ts';
import { bucketOf, bucketUs, ROLLED_TIERS, TIERS } from '../tiers.ts';
import type { Database, Write } from './database.ts';

interface Marked extends Series {
  /** By tier. */
  readonly buckets: readonly Set<Microseconds>[];
}

export class Marks {
  readonly #db: Database;
  #series = new Map<string, Marked>();

  private constructor(db: Database) {
    this.#db = db;
  }

  static async open(db: Database): Promise<Marks> {
    const marks = new Marks(db);
    await marks.reload();
    return marks;
  }

  /** As the disk has it. Until all of it is read, readers find what was known before. */
  async reload(): Promise<void> {
    const series = new Map<string, Marked>();
    for await (const entries of this.#db.batches(under(Buffer.from([SPACE.mark])))) {
      for (const [bytes] of entries) {
        const key = readMarkKey(bytes);
        markedIn(series, key).buckets[key.tier]?.add(key.bucketUs);
      }
    }
    this.#series = series;
  }

  /** Marks the buckets of all tiers that hold a moment; resolves to what writes the marks that were not there. */
  mark({ host, kind }: Series, startUs: Microseconds): Write[] {
    const { buckets } = markedIn(this.#series, { host, kind });
    const writes: Write[] = [];
    for (const tier of ROLLED_TIERS) {
      const bucket = bucketOf(tier, startUs);
      if (buckets[tier]?.has(bucket) === true) continue;
      buckets[tier]?.add(bucket);
      writes.push({ type: 'put', key: markKey({ tier, host, kind, bucketUs: bucket }), value: Buffer.alloc(0) });
    }
    return writes;
  }

  /** By tier, ascending. A copy. */
  of(series: Series): readonly (readonly Microseconds[])[] {
    return this.#series.get(nameOf(series))?.buckets.map((starts) => [...starts].sort((a, b) => a - b)) ?? [];
  }

  isDirty(series: Series, tier: number, bucket: Microseconds): boolean {
    return this.#series.get(nameOf(series))?.buckets[tier]?.has(bucket) ?? false;
  }

  /** Whether a bucket of the tier, or one that begins in it, is dirty. */
  anyWithin(series: Series, tier: number, fromUs: Microseconds, untilUs: Microseconds): boolean {
    for (const bucket of this.#series.get(nameOf(series))?.buckets[tier] ?? []) if (fromUs <= bucket && bucket < untilUs) return true;
    return false;
  }

  /** Dirty buckets of a tier that ended by `nowUs`, of all series. */
  over(tier: number, nowUs: Microseconds): { readonly series: Series; readonly bucket: Microseconds }[] {
    const found: { series: Series; bucket: Microseconds }[] = [];
    for (const { host, kind, buckets } of this.#series.values()) {
      for (const bucket of buckets[tier] ?? []) if (bucket + bucketUs(tier) <= nowUs) found.push({ series: { host, kind }, bucket });
    }
    return found;
  }

  /** After the write that cleared them. */
  forget(series: Series, tier: number, bucket: Microseconds): void {
    const marked = this.#series.get(nameOf(series));
    marked?.buckets[tier]?.delete(bucket);
    if (marked?.buckets.every((starts) => starts.size === 0) === true) this.#series.delete(nameOf(series));
  }
}

function markedIn(series: Map<string, Marked>, { host, kind }: Series): Marked {
  const name = nameOf({ host, kind });
  const known = series.get(name);
  if (known !== undefined) return known;
  const fresh = { host, kind, buckets: TIERS.map(() => new Set<Microseconds>()) };
  series.set(name, fresh);
  return fresh;
}

function nameOf({ host, kind }: Series): string {
  return `${kind}\0${host}`;
}
