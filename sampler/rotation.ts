// Keeps one V8 profile open at all times and cuts it into slices that neither overlap nor leave a gap.
//
// The next profile is opened a few sampling periods before the last one is closed: V8 puts a sample into the
// profiles one period after it was taken, and both profiles share the sampling thread, so in the overlap both hold
// the same samples with the same stamps. The moment after opening is the boundary: the last profile tells what
// came before it, the next one what came after.
import type { Clock } from './clock.ts';
import type { Running } from './fold.ts';
import { foldSlice } from './fold.ts';
import { createFrameInterner } from './frames.ts';
import type { SwitchLog } from './labels/switch-log.ts';
import type { Microseconds, Milliseconds } from './profile.ts';
import { nextSliceMs, untilSliceEndMs } from './schedule.ts';
import type { V8Profile, V8Profiler } from './v8-profiler.ts';
import { connectV8 } from './v8-profiler.ts';
import type { WindowBuilder } from './window-builder.ts';

export interface RotationCost {
  firstStartUs: Microseconds;
  longestPauseUs: Microseconds;
  totalPauseUs: Microseconds;
  slices: number;
  recoveries: Record<string, number>;
}

/** Where slices go, and when. */
export interface SliceSink {
  /** The first slice starts here. */
  started(atUs: Microseconds): void;
  /** For whom something ran, where labels are followed. */
  readonly switches?: SwitchLog | undefined;
  /** The open window. */
  window(): WindowBuilder;
  /** How long the open window still has. */
  leftMs(): Milliseconds;
  /** All before this moment is in the window now. */
  sliceEnded(atUs: Microseconds): void;
}

export interface Rotation {
  readonly cost: Readonly<RotationCost>;
  /** Ends the open profile and lets V8 go; all up to the moment it returns is in the window. */
  stop(): Microseconds;
}

interface Open {
  readonly title: string;
  readonly fromUs: Microseconds;
}

/** A foreign profile left open makes V8 keep its samples for ever; after this long ours starts afresh. */
const FOREIGN_PROFILE_MS = 60_000;
const OVERLAP_PERIODS = 3;
const DISCARDED_EVERY_US: Microseconds = 1e6;

/** V8 without a sample for this long, in which the process worked for as long, samples no more. */
const SILENT_PERIODS = 50;

/**
 * `connect` brings V8's profiler; tests bring one that fails.
 * @throws where there is no inspector.
 */
export function startRotation(intervalUs: Microseconds, clock: Clock, sink: SliceSink, connect: typeof connectV8 = connectV8): Rotation {
  const cost: RotationCost = { firstStartUs: 0, longestPauseUs: 0, totalPauseUs: 0, slices: 0, recoveries: {} };
  const tag = `liveprofiler ${Math.random().toString(36).slice(2)}`;
  const frames = createFrameInterner();
  let running: Running | undefined;
  let current: Open | undefined;
  let next: (Open & { readonly openingUs: Microseconds }) | undefined;
  let cancelTimer: () => void = () => undefined;
  let sliceMs = nextSliceMs();
  let pauseUs: Microseconds = 0;
  const foreign: { readonly title: string; readonly sinceMs: Milliseconds }[] = [];
  let sampled = { atUs: clock.monotonicUs(), cpu: process.cpuUsage() };
  let stopped = false;
  let discardedUs: Microseconds = 0;

  const v8: V8Profiler = connect(intervalUs, {
    ended(title, profile) {
      if (!title.startsWith(tag)) forgetForeign(title);
      else if (title === next?.title) recover('foreignProfileEnd', forgetNext);
      else if (title === current?.title) recover('foreignProfileEnd', () => { startOver(profile); });
    },
    opened(title) {
      if (!title.startsWith(tag)) foreign.push({ title, sinceMs: clock.wallMs() });
    },
  });

  const firstUs = clock.monotonicUs();
  current = open();
  cost.firstStartUs = current.fromUs - firstUs;
  sink.started(current.fromUs);
  plan();

  function open(): Open & { readonly openingUs: Microseconds } {
    const title = current?.title === `${tag} 0` ? `${tag} 1` : `${tag} 0`;
    const openingUs = clock.monotonicUs();
    v8.open(title);
    return { title, openingUs, fromUs: clock.monotonicUs() };
  }

  function plan(): void {
    if (stopped) return;
    cancelTimer = clock.after(untilSliceEndMs(sliceMs, sink.leftMs()), openNext);
  }

  function openNext(): void {
    next = open();
    pauseUs = next.fromUs - next.openingUs;
    cancelTimer = clock.after((OVERLAP_PERIODS * intervalUs) / 1000, closeCurrent);
  }

  function closeCurrent(): void {
    if (current === undefined || next === undefined) return;
    const startUs = clock.monotonicUs();
    const last = current;
    const following = next;
    current = following;
    next = undefined;
    const samples = fold(v8.close(last.title), last, following.openingUs, following.fromUs);
    discardConsole(startUs);
    pauseUs += clock.monotonicUs() - startUs;
    account(following.fromUs - last.fromUs);
    sink.sliceEnded(following.fromUs);
    if (samples > 0) sampled = { atUs: following.fromUs, cpu: process.cpuUsage() };
    const cause = isSilent(following.fromUs) ? 'noSamples' : isForeignLeftOpen() ? 'foreignProfileLeftOpen' : undefined;
    if (cause === undefined) plan();
    else recover(cause, () => { startOver(undefined); });
  }

  function discardConsole(atUs: Microseconds): void {
    if (atUs - discardedUs < DISCARDED_EVERY_US) return;
    discardedUs = atUs;
    v8.discardConsole();
  }

  function fold(profile: V8Profile | undefined, slice: Open, openingUs: Microseconds, untilUs: Microseconds): number {
    if (profile === undefined) {
      sink.window().addDropped(0, untilUs - slice.fromUs);
      running = undefined;
      return 0;
    }
    const folded = foldSlice(profile, { fromUs: slice.fromUs, openingUs, untilUs, running, sourceAt: sink.switches?.reader() }, frames, sink.window());
    running = folded.running;
    sink.switches?.forget(untilUs);
    return folded.samples;
  }

  function account(lengthUs: Microseconds): void {
    cost.slices++;
    paused(pauseUs);
    sliceMs = nextSliceMs(lengthUs / 1000, pauseUs);
  }

  function paused(forUs: Microseconds): void {
    cost.totalPauseUs += forUs;
    cost.longestPauseUs = Math.max(cost.longestPauseUs, forUs);
  }

  function isSilent(atUs: Microseconds): boolean {
    const { user, system } = process.cpuUsage(sampled.cpu);
    return Math.min(atUs - sampled.atUs, user + system) > SILENT_PERIODS * intervalUs;
  }

  function isForeignLeftOpen(): boolean {
    return foreign.some(({ sinceMs }) => clock.wallMs() - sinceMs > FOREIGN_PROFILE_MS);
  }

  /** V8 ends the oldest of several by one title. */
  function forgetForeign(ended: string): void {
    const index = foreign.findIndex(({ title }) => title === ended);
    if (index >= 0) foreign.splice(index, 1);
  }

  function recover(cause: string, mend: () => void): void {
    cost.recoveries[cause] = (cost.recoveries[cause] ?? 0) + 1;
    mend();
  }

  /** The profile before it is still open and misses nothing: the slice just lasts longer. */
  function forgetNext(): void {
    cancelTimer();
    next = undefined;
    plan();
  }

  /** Time until V8 samples again is counted as dropped. */
  function startOver(ended: V8Profile | undefined): void {
    cancelTimer();
    const last = current;
    const overlapping = next;
    next = undefined;
    const startUs = clock.monotonicUs();
    if (last !== undefined) fold(ended ?? v8.close(last.title), last, startUs, startUs);
    if (overlapping !== undefined) v8.close(overlapping.title);
    running = undefined;
    foreign.length = 0;
    v8.reset();
    current = open();
    sampled = { atUs: current.fromUs, cpu: process.cpuUsage() };
    sink.window().addDropped(0, current.fromUs - startUs);
    paused(current.fromUs - startUs);
    sink.sliceEnded(current.fromUs);
    plan();
  }

  return {
    cost,
    stop() {
      stopped = true;
      cancelTimer();
      try {
        const untilUs = clock.monotonicUs();
        if (current !== undefined) fold(v8.close(current.title), current, untilUs, untilUs);
        if (next !== undefined) v8.close(next.title);
        v8.discardConsole();
        return untilUs;
      } finally {
        v8.disconnect();
      }
    },
  };
}
