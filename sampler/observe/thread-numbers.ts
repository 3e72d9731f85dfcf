// What a thread can tell of itself while it is sampled: its heap, its garbage collections, how late its loop is, how busy
// it was. Everything that watches is undone by `stop`; nothing of it keeps the process alive.
import type { IntervalHistogram, PerformanceEntry } from 'node:perf_hooks';
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Facts } from '../facts.ts';
import type { Microseconds, Milliseconds } from '../profile.ts';
import type { WindowBody } from '../window-builder.ts';

export interface ThreadNumbers {
  /** Often, while a window is open. */
  sliceEnded(facts: Facts): void;
  /** Once, when it ends. */
  windowEnded(facts: Facts): void;
  stop(): void;
}

type GcKind = 'Minor' | 'Major' | 'Incremental' | 'WeakCallback';

/** Finer, the timer behind it would wake an idle process more often. */
const DELAY_STEP_MS: Milliseconds = 20;
/** What is none of them is one more way to collect what is young. */
const GC_KINDS: ReadonlyMap<unknown, GcKind> = new Map<unknown, GcKind>([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'Minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'Major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'Incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'WeakCallback'],
]);
const ALL_GC_KINDS: readonly GcKind[] = ['Minor', 'Major', 'Incremental', 'WeakCallback'];

export function observeThread(): ThreadNumbers {
  const delay: IntervalHistogram = monitorEventLoopDelay({ resolution: DELAY_STEP_MS });
  delay.enable();
  let firstLateUs: Microseconds = 0;
  let first: NodeJS.Timeout | undefined;
  /** The histogram forgets its last tick as it is reset, and would not see what blocks before its next one. */
  function followFirst(): void {
    clearTimeout(first);
    firstLateUs = 0;
    const fromMs = performance.now();
    first = setTimeout(() => { firstLateUs = Math.max(0, Math.round((performance.now() - fromMs - DELAY_STEP_MS) * 1000)); }, DELAY_STEP_MS).unref();
  }
  followFirst();
  const collections = new Map<GcKind, { count: number; longestUs: Microseconds; sumUs: Microseconds }>();
  let afterGcBytes: number | undefined;
  const note = (entries: readonly PerformanceEntry[]): void => {
    let major = false;
    for (const entry of entries) {
      const { detail, duration } = entry as PerformanceEntry & { readonly detail?: { readonly kind?: unknown } };
      const kind = GC_KINDS.get(detail?.kind) ?? 'Minor';
      const known = collections.get(kind) ?? { count: 0, longestUs: 0, sumUs: 0 };
      const lastedUs = Math.round(duration * 1000);
      collections.set(kind, { count: known.count + 1, longestUs: Math.max(known.longestUs, lastedUs), sumUs: known.sumUs + lastedUs });
      major ||= kind === 'Major';
    }
    // The closest that can be had: the news of a collection comes when the loop goes round.
    if (major) afterGcBytes = Math.min(afterGcBytes ?? Number.POSITIVE_INFINITY, getHeapStatistics().used_heap_size);
  };
  const observer = new PerformanceObserver((list) => { note(list.getEntries()); });
  observer.observe({ entryTypes: ['gc'] });

  function sliceEnded(facts: Facts): void {
    note(observer.takeRecords());
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    facts.observe('heapUsedBytes', heapUsed);
    facts.observe('externalBytes', external);
    facts.observe('arrayBufferBytes', arrayBuffers);
  }

  return {
    sliceEnded,
    windowEnded(facts) {
      sliceEnded(facts);
      facts.observe('heapLimitBytes', getHeapStatistics().heap_size_limit);
      if (afterGcBytes !== undefined) facts.observe('heapAfterGcBytes', afterGcBytes);
      afterGcBytes = undefined;
      for (const { space_name, space_used_size } of getHeapSpaceStatistics()) facts.observe(`heapSpace.${space_name}.usedBytes`, space_used_size);
      for (const kind of ALL_GC_KINDS) {
        const { count, longestUs, sumUs } = collections.get(kind) ?? { count: 0, longestUs: 0, sumUs: 0 };
        facts.observe(`gc${kind}Count`, count);
        facts.observe(`gc${kind}Us`, sumUs);
        if (kind === 'Major' && count > 0) facts.observe('gcMajorLongestUs', longestUs);
      }
      collections.clear();
      if (delay.count > 0) {
        facts.observe('loopDelayP50Us', lateUs(delay.percentile(50)));
        facts.observe('loopDelayP99Us', lateUs(delay.percentile(99)));
        facts.observe('loopDelayMaxUs', Math.max(lateUs(delay.max), firstLateUs));
      }
      delay.reset();
      followFirst();
    },
    stop() {
      observer.disconnect();
      delay.disable();
      clearTimeout(first);
    },
  };
}

/** From the profile: the sampling signals disturb what Node itself tells of the loop. undefined where nothing was sampled. */
export function busyShare({ idle, dropped }: WindowBody, lengthUs: Microseconds): number | undefined {
  const sampledUs = lengthUs - dropped.weight;
  return sampledUs > 0 ? Math.min(1, Math.max(0, 1 - idle.weight / sampledUs)) : undefined;
}

/** The histogram holds the time from one tick to the next, in ns. */
function lateUs(betweenNs: number): Microseconds {
  return Math.max(0, Math.round(betweenNs / 1000 - DELAY_STEP_MS * 1000));
}
