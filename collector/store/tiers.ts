// How time is cut. Tier 0 holds windows as they came; a record of a tier above it is the roll-up of a whole bucket.
// Every bucket lies within one bucket of the next tier, so that coarser records are made of the finer ones.
import type { Microseconds } from 'liveprofiler-sampler/wire';

export interface Tier {
  /** As configuration and reports call it. */
  readonly name: 'raw' | 'minutes' | 'hours' | 'days';
  /** Length of a bucket; 0 where every record is a window of its own. */
  readonly bucketUs: Microseconds;
}

const MINUTE_US = 60_000_000;

export const TIERS: readonly Tier[] = [
  { name: 'raw', bucketUs: 0 },
  { name: 'minutes', bucketUs: 5 * MINUTE_US },
  { name: 'hours', bucketUs: 60 * MINUTE_US },
  { name: 'days', bucketUs: 24 * 60 * MINUTE_US },
];

/** A tier is how coarse a record is; windows as they came are tier 0. */
export const RAW_TIER = 0;
/** Windows are sealed when their bucket of this tier is rolled up. */
export const SEALED_TIER: number = RAW_TIER + 1;
export const TOP_TIER: number = TIERS.length - 1;
export const ROLLED_TIERS: readonly number[] = TIERS.flatMap(({ bucketUs }, tier) => (bucketUs > 0 ? [tier] : []));

/** Start of the bucket of `tier` that holds a moment. */
export function bucketOf(tier: number, us: Microseconds): Microseconds {
  return Math.floor(us / bucketUs(tier)) * bucketUs(tier);
}

export function bucketUs(tier: number): Microseconds {
  const found = TIERS[tier]?.bucketUs ?? 0;
  if (found === 0) throw new RangeError(`tier ${tier} has no buckets`);
  return found;
}
