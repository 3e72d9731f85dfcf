// Which records answer a range: whole coarse buckets in the middle, finer ones at the edges and wherever a roll-up is
// not true yet. Every window of the range is in exactly one of the records that the segments hold. Pure.
import type { Microseconds } from 'liveprofiler-sampler/wire';
import { holds } from './spans.ts';
import type { Span } from './spans.ts';
import { bucketOf, bucketUs, RAW_TIER, TOP_TIER } from './tiers.ts';

/** Records of one tier whose time begins in a stretch. */
export interface Segment extends Span {
  readonly tier: number;
}

/** What is known of one series of windows. */
export interface SeriesState {
  /** By tier: starts of buckets whose roll-up does not hold all windows yet, ascending. */
  readonly dirty: readonly (readonly Microseconds[])[];
  /** By tier: where nothing has been dropped. It ends and begins where buckets of the next tier do. */
  readonly whole: readonly (readonly Span[])[];
}

/**
 * Where the finer records are gone, a bucket belongs to the range that holds its start, as a window does. Windows that
 * came for such a bucket later lie beside its roll-up until they are taken into it: both are read.
 */
export function cover({ fromUs, untilUs }: Span, state: SeriesState): Segment[] {
  const segments: Segment[] = [];
  add(TOP_TIER, fromUs, untilUs);
  return segments;

  function add(tier: number, from: Microseconds, until: Microseconds): void {
    if (from >= until) return;
    if (tier === RAW_TIER) {
      push(tier, from, until);
      return;
    }
    const step = bucketUs(tier);
    const [first, last] = [Math.ceil(from / step) * step, Math.floor(until / step) * step];
    if (first > last) {
      edge(tier, from, until);
      return;
    }
    edge(tier, from, first);
    let at = first;
    for (const bucket of state.dirty[tier] ?? []) {
      if (bucket < at || bucket >= last) continue;
      push(tier, at, bucket);
      uncertain(tier, bucket);
      at = bucket + step;
    }
    push(tier, at, last);
    edge(tier, last, until);
  }

  /** A part of one bucket. */
  function edge(tier: number, from: Microseconds, until: Microseconds): void {
    if (from >= until) return;
    const bucket = bucketOf(tier, from);
    if (holds(state.whole[tier - 1] ?? [], bucket)) add(tier - 1, from, until);
    else if (bucket !== from) return;
    else if (state.dirty[tier]?.includes(bucket) === true) uncertain(tier, bucket);
    else push(tier, bucket, bucket + bucketUs(tier));
  }

  function uncertain(tier: number, bucket: Microseconds): void {
    const end = bucket + bucketUs(tier);
    if (!holds(state.whole[tier - 1] ?? [], bucket)) push(tier, bucket, end);
    add(tier - 1, bucket, end);
  }

  function push(tier: number, from: Microseconds, until: Microseconds): void {
    if (from >= until) return;
    const before = segments.at(-1);
    if (before?.tier === tier && before.untilUs === from) segments[segments.length - 1] = { tier, fromUs: before.fromUs, untilUs: until };
    else segments.push({ tier, fromUs: from, untilUs: until });
  }
}
