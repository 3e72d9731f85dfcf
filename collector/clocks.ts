// Where a host's monotonic stamps lie in store time. Pure. Invariant: within one boot and epoch the offset never
// changes, so windows keep the distances and the order that they had on the host.
import type { Microseconds, Milliseconds } from 'liveprofiler-sampler/wire';
import type { HostMemory } from './store/contract.ts';

export type Clocks = HostMemory['clocks'];
export type BootClock = Clocks[string];

/** A host's wall clock and monotonic clock at one moment. */
export interface ClockReading {
  readonly wallMs: Milliseconds;
  readonly monotonicUs: Microseconds;
}

export interface ClockVerdict {
  /** The clocks to remember, this boot's included. */
  readonly clocks: Clocks;
  readonly clock: BootClock;
  /** The host's clock was set since the offset was frozen. */
  readonly stepped: boolean;
}

/** A host's clock that moved by more than this against its monotonic clock was set; less is its everyday correction. */
const STEP_US = 1_000_000;
const FORGET_AFTER_MS = 24 * 3_600_000;
/** A host that invents boots must not grow what is written at every pull. */
const MAX_BOOTS = 1000;

/**
 * Freezes the offset at the first reading of a boot and opens an epoch at each later step.
 *
 * Every window of the answer that shows a step is placed by the new offset, also those that ended before it: when in
 * between the clock was set cannot be known, a clock is mostly set because it was wrong, and one offset per answer
 * leaves no seam inside it. After a step back the new windows may lie where older ones lie; both stay, as a window's
 * identity is its sequence and never its time.
 */
export function readClock(known: Clocks, boot: string, reading: ClockReading, nowMs: Milliseconds): ClockVerdict {
  const offsetUs = reading.wallMs * 1000 - reading.monotonicUs;
  const before = Object.hasOwn(known, boot) ? known[boot] : undefined;
  const stepped = before !== undefined && Math.abs(offsetUs - before.offsetUs) > STEP_US;
  const clock: BootClock =
    before === undefined ? { offsetUs, epoch: 0, seenMs: nowMs }
    : stepped ? { offsetUs, epoch: before.epoch + 1, seenMs: nowMs }
    : { ...before, seenMs: nowMs };
  return { clocks: withBoot(known, boot, clock, nowMs), clock, stepped };
}

function withBoot(known: Clocks, boot: string, clock: BootClock, nowMs: Milliseconds): Clocks {
  const kept = Object.entries(known).filter(([name, { seenMs }]) => name !== boot && Math.abs(nowMs - seenMs) < FORGET_AFTER_MS);
  if (kept.length >= MAX_BOOTS) kept.sort(([, a], [, b]) => b.seenMs - a.seenMs).splice(MAX_BOOTS - 1);
  return Object.fromEntries([...kept, [boot, clock]]);
}
