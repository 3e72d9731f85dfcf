// Keeps one V8 profile open at all times and cuts it into slices that neither overlap nor leave a gap.
//
// The next profile is opened a few sampling periods before the last one is closed: V8 puts a sample into the
// profiles one period after it was taken, and both profiles share the sampling thread, so in the overlap both hold
// the same samples with the same stamps. The moment after opening is the boundary: the last profile tells what
// came before it, the next one what came after.
//
// Where turns of the loop last, the second of these two moments would come a whole turn after the first, and both
// profiles would hold all of it. There the last one is closed at once and tells what it has.
import type { Clock } from './clock.ts';
import type { Running, Span } from './fold.ts';
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
  readonly opened: Span;
  /** What is before was told with the profile before. */
  readonly fromUs: Microseconds;
}

/** A foreign profile left open makes V8 keep its samples for ever; after this long ours starts afresh. */
const FOREIGN_PROFILE_MS = 60_000;
const OVERLAP_PERIODS = 3;
/** A timer that is late by this much tells of turns that last. */
const LATE_US: Microseconds = 30_000;
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
  let next: Open | undefined;
  let plannedUs: Microseconds = 0;
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

  function open(): Open {
    const title = current?.title === `${tag} 0` ? `${tag} 1` : `${tag} 0`;
    const fromUs = clock.monotonicUs();
    v8.open(title);
    const untilUs = clock.monotonicUs();
    return { title, opened: { fromUs, untilUs }, fromUs: untilUs };
  }

  function plan(): void {
    if (stopped) return;
    const afterMs = untilSliceEndMs(sliceMs, sink.leftMs());
    plannedUs = clock.monotonicUs() + afterMs * 1000;
    cancelTimer = clock.after(afterMs, openNext);
  }

  function openNext(): void {
    next = open();
    const { fromUs, untilUs } = next.opened;
    pauseUs = untilUs - fromUs;
    const overlapUs = OVERLAP_PERIODS * intervalUs;
    const isLate = fromUs - plannedUs > Math.max(LATE_US, overlapUs);
    // A window ends a turn later: Node's histogram of delays has not seen this one yet.
    if (isLate && sink.leftMs() > 0) closeCurrent(undefined);
    else closeAfter(overlapUs, untilUs, !isLate);
  }

  /** `mayWait`: for one turn more, where this one becomes late and a window ends with it, as above. */
  function closeAfter(overlapUs: Microseconds, untilUs: Microseconds, mayWait: boolean): void {
    const dueUs = clock.monotonicUs() + overlapUs;
    cancelTimer = clock.after(overlapUs / 1000, () => {
      if (mayWait && clock.monotonicUs() - dueUs > LATE_US && sink.leftMs() <= 0) closeAfter(overlapUs, untilUs, false);
      else closeCurrent(untilUs);
    });
  }

  /** `untilUs`: as in the bounds of a slice. */
  function closeCurrent(untilUs: Microseconds | undefined): void {
    if (current === undefined || next === undefined) return;
    const startUs = clock.monotonicUs();
    const last = current;
    const following = next;
    current = following;
    next = undefined;
    const folded = fold(v8.close(last.title), last, following.opened, untilUs);
    current = { ...following, fromUs: folded.untilUs };
    discardConsole(startUs);
    pauseUs += clock.monotonicUs() - startUs;
    account(following.opened.untilUs - last.opened.untilUs);
    sink.sliceEnded(folded.untilUs);
    if (folded.samples > 0) sampled = { atUs: following.opened.untilUs, cpu: process.cpuUsage() };
    const cause = isSilent(following.opened.untilUs) ? 'noSamples' : isForeignLeftOpen() ? 'foreignProfileLeftOpen' : undefined;
    if (cause === undefined) plan();
    else recover(cause, () => { startOver(undefined); });
  }

  function discardConsole(atUs: Microseconds): void {
    if (atUs - discardedUs < DISCARDED_EVERY_US) return;
    discardedUs = atUs;
    v8.discardConsole();
  }

  function fold(profile: V8Profile | undefined, slice: Open, opening: Span, untilUs: Microseconds | undefined): { readonly samples: number; readonly untilUs: Microseconds } {
    if (profile === undefined) {
      sink.window().addDropped(0, opening.untilUs - slice.fromUs);
      running = undefined;
      return { samples: 0, untilUs: opening.untilUs };
    }
    const { fromUs, opened } = slice;
    const folded = foldSlice(profile, { fromUs, untilUs, opened, openingUs: opening.fromUs, intervalUs, running, sourceAt: sink.switches?.reader() }, frames, sink.window());
    running = folded.running;
    sink.switches?.forget(folded.untilUs);
    return folded;
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
    if (last !== undefined) fold(ended ?? v8.close(last.title), last, { fromUs: startUs, untilUs: startUs }, startUs);
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
        if (current !== undefined) fold(v8.close(current.title), current, { fromUs: untilUs, untilUs }, untilUs);
        if (next !== undefined) v8.close(next.title);
        v8.discardConsole();
        return untilUs;
      } finally {
        v8.disconnect();
      }
    },
  };
}
