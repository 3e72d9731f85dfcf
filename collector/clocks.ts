// Where a host's monotonic stamps lie in store time. Pure. Invariant: within one boot and epoch the offset never
// changes, so windows keep the distances and the order that they had on the host.
import type { Microseconds, Milliseconds } from 'liveprofiler-sampler/wire';
import type { BootMemory, HostMemory } from './store/contract.ts';

export type Clocks = HostMemory['clocks'];

/** A host's wall clock and monotonic clock at one moment. */
export interface ClockReading {
  readonly wallMs: Milliseconds;
  readonly monotonicUs: Microseconds;
}

/** Our wall clock before and after that moment. */
export interface Asked {
  readonly askedMs: Milliseconds;
  readonly nowMs: Milliseconds;
}

export interface ClockVerdict {
  /** To be remembered of the boot. */
  readonly clock: BootMemory;
  /** By how much the host's clock was set since it was last read; absent when it was not. */
  readonly jumpMs?: Milliseconds;
}

/** A clock that is off by less is nobody's problem in ranges of minutes; one that is off by more is told and not believed. */
export const TRUSTED_MS = 5000;
/** A host's clock that moved by more than this against its monotonic clock was set; less is its everyday correction. */
const STEP_US = 1_000_000;
const FORGET_AFTER_MS = 24 * 3_600_000;
/** A host that invents boots must not grow what is written at every pull. */
const MAX_BOOTS = 1000;

/**
 * Freezes the offset at the first reading of a boot: by the host's clock where ours agrees, else by ours, so that a
 * host whose clock is wrong is still found at the time when things happened.
 *
 * A new epoch opens when the host's clock was set, and when both clocks agree that the frozen offset is wrong, as
 * after ours was set right. Its offset is the host's where ours agrees, else the former one as long as that is true
 * by our clock: a wrong clock that is set to another wrong time moves nothing.
 */
export function readClock(before: BootMemory | undefined, { wallMs, monotonicUs }: ClockReading, asked: Asked): ClockVerdict {
  const [earliestUs, latestUs] = [asked.askedMs, asked.nowMs].map((ms) => Math.round(ms * 1000) - monotonicUs) as [number, number];
  const trusted = (offsetUs: Microseconds): boolean => earliestUs - TRUSTED_MS * 1000 <= offsetUs && offsetUs <= latestUs + TRUSTED_MS * 1000;
  const wallOffsetUs = wallMs * 1000 - monotonicUs;
  const jumpUs = before === undefined ? 0 : wallOffsetUs - (before.wallOffsetUs ?? before.offsetUs);
  const stepped = Math.abs(jumpUs) > STEP_US;
  const anew = before === undefined || stepped || (!trusted(before.offsetUs) && trusted(wallOffsetUs));
  const clock: BootMemory = !anew ? { ...before, seenMs: asked.nowMs } : {
    ...before,
    offsetUs: trusted(wallOffsetUs) ? wallOffsetUs : before !== undefined && trusted(before.offsetUs) ? before.offsetUs : Math.round((earliestUs + latestUs) / 2),
    wallOffsetUs,
    epoch: before === undefined ? 0 : before.epoch + 1,
    seenMs: asked.nowMs,
  };
  return { clock, ...(stepped && { jumpMs: Math.round(jumpUs / 1000) }) };
}

export function knownClock(clocks: Clocks, boot: string): BootMemory | undefined {
  return Object.hasOwn(clocks, boot) ? clocks[boot] : undefined;
}

/** What is known after an answer that told of `read`, once per answer: a host may tell of very many boots. */
export function withClocks(clocks: Clocks, read: ReadonlyMap<string, BootMemory>, nowMs: Milliseconds): Clocks {
  const fresh = [...read].slice(-MAX_BOOTS);
  const kept = Object.entries(clocks).filter(([boot, { seenMs }]) => !read.has(boot) && Math.abs(nowMs - seenMs) < FORGET_AFTER_MS);
  const room = MAX_BOOTS - fresh.length;
  if (kept.length > room) kept.sort(([, a], [, b]) => b.seenMs - a.seenMs).splice(room);
  return Object.fromEntries([...kept, ...fresh]);
}
