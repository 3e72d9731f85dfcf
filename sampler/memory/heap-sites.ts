// Where memory is held and allocated, read from V8 on a clock slower than the CPU's, because each read pauses the thread.
// When the pauses are longer than allowed it ends by itself, and says so.
import { createFrameInterner } from '../frames.ts';
import type { CheckedOptions, MemoryOptions } from '../options.ts';
import type { Bytes, Microseconds } from '../profile.ts';
import { windowEndMs } from '../schedule.ts';
import type { V8Heap } from '../v8-profiler.ts';
import { connectHeap, isHeapHeld } from '../v8-profiler.ts';
import type { ThreadWindow } from '../window.ts';
import type { MemoryCost } from '../wire.ts';
import { foldHeap } from './fold-heap.ts';

export interface HeapSitesOptions extends Pick<CheckedOptions, 'clock'> {
  readonly memory: Required<MemoryOptions>;
  readonly thread: () => Pick<ThreadWindow, 'thread' | 'threadName'>;
  readonly finished: (window: ThreadWindow) => void;
  readonly paused: (forUs: Microseconds) => void;
  /** Tests bring one that is slow or fails. */
  readonly connect?: typeof connectHeap;
}

export interface HeapSites {
  /** @throws where there is no inspector. */
  start(): void;
  stop(): void;
  cost(): MemoryCost;
  /** Times at which somebody else ended V8's sampling of the heap, and it was begun afresh. */
  readonly ended: () => number;
}

/** Of allocations, one in so many bytes is looked at. */
const EVERY_BYTES: Bytes = 512 * 1024;
/** One long pause can be the machine's. */
const PAUSES_TOO_LONG = 2;
const HELD = 'The heap is not read while somebody else in this process samples it; then it goes on.';

export function readHeapSites({ memory, clock, thread, finished, paused, connect = connectHeap }: HeapSitesOptions): HeapSites {
  const { everyMs, maxPauseMs, of } = memory;
  const frames = createFrameInterner();
  const cost = { reads: 0, longestPauseUs: 0, totalPauseUs: 0 };
  let stopped: string | undefined;
  let ended = 0;
  let tooLong = 0;
  let windows = 0;
  let heap: V8Heap | undefined;
  let lastOrdinal = 0;
  let sinceUs: Microseconds = 0;
  let cancel: () => void = () => undefined;

  /** Where somebody else samples the heap already it is tried again at the next turn. */
  function reach(how: () => void): void {
    try {
      how();
      stopped = undefined;
    } catch (error) {
      if (!isHeapHeld(error)) throw error;
      heap?.disconnect();
      heap = undefined;
      stopped = HELD;
    }
    begin();
  }

  function connectAnew(): void {
    heap = connect(EVERY_BYTES, of === 'allocated');
  }

  function begin(): void {
    lastOrdinal = 0;
    sinceUs = clock.monotonicUs();
  }

  function plan(): void {
    const wallMs = clock.wallMs();
    cancel = clock.after(Math.max(1, windowEndMs(wallMs, windows, everyMs) - wallMs), read);
  }

  function read(): void {
    if (heap === undefined) {
      reach(connectAnew);
      windows++;
      plan();
      return;
    }
    const startUs = clock.monotonicUs();
    const startWallMs = clock.wallMs() - (startUs - sinceUs) / 1000;
    const profile = heap.read();
    if (profile === undefined) {
      ended++;
      reach(() => heap?.restart());
    } else {
      const folded = foldHeap(profile, lastOrdinal, EVERY_BYTES, frames);
      const common = { ...thread(), startUs: sinceUs, endUs: startUs, startWallMs, processCpuUs: 0 };
      if (of === 'live') finished({ ...common, kind: 'heap-live', body: folded.live });
      finished({ ...common, kind: 'heap-alloc', body: folded.allocated });
      ({ lastOrdinal } = folded);
      sinceUs = startUs;
      if (of === 'allocated') reach(() => heap?.restart());
    }
    windows++;
    if (account(clock.monotonicUs() - startUs)) plan();
    else disconnect();
  }

  /** False when that was one pause too many. */
  function account(pauseUs: Microseconds): boolean {
    cost.reads++;
    cost.totalPauseUs += pauseUs;
    cost.longestPauseUs = Math.max(cost.longestPauseUs, pauseUs);
    paused(pauseUs);
    tooLong = pauseUs > maxPauseMs * 1000 ? tooLong + 1 : 0;
    if (tooLong < PAUSES_TOO_LONG) return true;
    stopped = `The heap is not read any more: the last reads paused the service for up to ${Math.ceil(cost.longestPauseUs / 1000)} ms, and memory.maxPauseMs is ${maxPauseMs}.`;
    return false;
  }

  function disconnect(): void {
    cancel();
    heap?.disconnect();
    heap = undefined;
  }

  return {
    start() {
      [stopped, tooLong] = [undefined, 0];
      reach(connectAnew);
      plan();
    },
    stop: disconnect,
    cost: () => ({ ...cost, ...(stopped === undefined ? {} : { stopped }) }),
    ended: () => ended,
  };
}
