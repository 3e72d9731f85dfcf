// The profiled life of one thread: rotation on, windows closed on time. Runs in the main thread and in workers alike.
import type { Clock } from './clock.ts';
import { Facts } from './facts.ts';
import type { SwitchLog } from './labels/switch-log.ts';
import type { ProcessNumbers } from './observe/process-numbers.ts';
import type { ThreadNumbers } from './observe/thread-numbers.ts';
import { busyShare, observeThread } from './observe/thread-numbers.ts';
import type { Bytes, Microseconds, Milliseconds } from './profile.ts';
import type { Rotation, RotationCost } from './rotation.ts';
import { startRotation } from './rotation.ts';
import { windowEndMs } from './schedule.ts';
import type { ThreadWindow } from './window.ts';
import { WindowBuilder } from './window-builder.ts';

export interface ThreadOptions {
  readonly thread: number;
  readonly threadName: () => string;
  readonly intervalUs: Microseconds;
  readonly windowMs: Milliseconds;
  readonly clock: Clock;
  readonly switches?: SwitchLog | undefined;
  /** What finished windows take in this thread's memory. */
  readonly heldBytes: () => Bytes;
  /** Where this thread tells of the whole process too. */
  readonly ofProcess?: ProcessNumbers;
  /** In time order, without a gap between `start` and `stop`. */
  readonly finished: (window: ThreadWindow) => void;
}

export interface SampledThread {
  /** @throws where there is no inspector. */
  start(): void;
  /** Ends the open window and lets V8 go. */
  stop(): void;
  cost(): RotationCost;
}

interface OpenWindow {
  readonly builder: WindowBuilder;
  readonly startUs: Microseconds;
  readonly startWallMs: Milliseconds;
  /** Planned by the wall clock, kept by the monotonic one: who sets the clock does not stretch a window. */
  readonly endUs: Microseconds;
  readonly cpu: CpuUsed;
  readonly facts: Facts;
}

interface EndedWindow extends OpenWindow {
  readonly endedUs: Microseconds;
  readonly used: CpuUsed;
  readonly cancel: () => void;
}

/** Memory and the like: asking at every slice would be a tenth of what a slice costs. */
const OBSERVED_EVERY_US: Microseconds = 1e6;
const NO_COST: RotationCost = { firstStartUs: 0, longestPauseUs: 0, totalPauseUs: 0, slices: 0, recoveries: {} };

export function sampleThread(options: ThreadOptions): SampledThread {
  const { clock, intervalUs, windowMs } = options;
  let rotation: Rotation | undefined;
  let costBefore: Readonly<RotationCost> = NO_COST;
  let windowsBefore = 0;
  /** Of what was done between slices. */
  let finishing: Readonly<RotationCost> = NO_COST;
  let open: OpenWindow | undefined;
  let ended: EndedWindow | undefined;
  let pausedBeforeUs: Microseconds = 0;
  let observedUs: Microseconds = 0;
  let ofThread: ThreadNumbers | undefined;

  function openWindow(startUs: Microseconds): OpenWindow {
    const startWallMs = clock.wallMs() - (clock.monotonicUs() - startUs) / 1000;
    const lengthMs = windowEndMs(startWallMs, windowsBefore, windowMs) - startWallMs;
    return { builder: new WindowBuilder(), startUs, startWallMs, endUs: startUs + lengthMs * 1000, cpu: cpuUsed(), facts: new Facts() };
  }

  /** Its last slice has just held up the thread: it is finished in a turn of its own. */
  function endWindow(endUs: Microseconds): void {
    if (open === undefined) return;
    finishEnded();
    const cancel = clock.after(0, finishEnded);
    ofThread?.windowEnded(open.facts);
    options.ofProcess?.windowEnded(open.facts);
    ended = { ...open, endedUs: endUs, used: cpuUsed(), cancel };
    windowsBefore++;
    open = undefined;
  }

  function finishEnded(): void {
    if (ended === undefined) return;
    ended.cancel();
    const fromUs = clock.monotonicUs();
    finish(ended);
    // Not before: what broke is tried again as the thread is stopped.
    ended = undefined;
    const pausedUs = clock.monotonicUs() - fromUs;
    open?.facts.observe('samplerPauseUs', pausedUs);
    finishing = sum(finishing, { ...NO_COST, longestPauseUs: pausedUs, totalPauseUs: pausedUs });
  }

  function finish({ builder, facts, startUs, startWallMs, endedUs, cpu, used }: EndedWindow): void {
    facts.observe('samplerHeldBytes', options.heldBytes());
    const threadCpu = used.threadUs === undefined || cpu.threadUs === undefined ? {} : { threadCpuUs: used.threadUs - cpu.threadUs };
    const body = builder.body();
    if (body.labelSetsInOther > 0) facts.observe('labelSetsInOther', body.labelSetsInOther);
    if (body.lineHitsDropped > 0) facts.observe('lineHitsDropped', body.lineHitsDropped);
    const busy = busyShare(body, endedUs - startUs);
    if (busy !== undefined) facts.observe('busyShare', busy);
    if (options.ofProcess !== undefined) {
      facts.observe('cpuUserUs', used.userUs - cpu.userUs);
      facts.observe('cpuSystemUs', used.systemUs - cpu.systemUs);
    }
    options.finished({
      thread: options.thread,
      threadName: options.threadName(),
      kind: 'cpu',
      startUs,
      endUs: endedUs,
      startWallMs,
      processCpuUs: used.userUs + used.systemUs - cpu.userUs - cpu.systemUs,
      ...threadCpu,
      facts: facts.numbers(),
      body,
    });
  }

  return {
    start() {
      if (rotation !== undefined) return;
      pausedBeforeUs = 0;
      rotation = startRotation(intervalUs, clock, {
        started: (atUs) => {
          open = openWindow(atUs);
          // Not before: where there is nothing to sample, nothing may be kept of whoever runs.
          options.switches?.wake();
        },
        switches: options.switches,
        window: () => (open ??= openWindow(clock.monotonicUs())).builder,
        leftMs: () => Math.max(0, ((open?.endUs ?? 0) - clock.monotonicUs()) / 1000),
        sliceEnded: (atUs) => {
          const pausedUs = rotation?.cost.totalPauseUs ?? 0;
          open?.facts.observe('samplerPauseUs', pausedUs - pausedBeforeUs);
          pausedBeforeUs = pausedUs;
          if (open !== undefined && atUs >= open.endUs - 1000) endWindow(atUs);
          else if (open !== undefined && atUs - observedUs >= OBSERVED_EVERY_US) {
            observedUs = atUs;
            ofThread?.sliceEnded(open.facts);
            options.ofProcess?.sliceEnded(open.facts);
          }
          open ??= openWindow(atUs);
        },
      });
      ofThread = observeThread();
    },
    stop() {
      if (rotation === undefined) return;
      const ending = rotation;
      rotation = undefined;
      try {
        // First V8 is let go, whatever breaks over the windows.
        endWindow(ending.stop());
        finishEnded();
      } finally {
        open = ended = undefined;
        options.switches?.sleep();
        ofThread?.stop();
        ofThread = undefined;
        costBefore = sum(costBefore, ending.cost);
      }
    },
    cost: () => sum(sum(costBefore, finishing), rotation?.cost ?? NO_COST),
  };
}

interface CpuUsed {
  /** Of the whole process. */
  readonly userUs: Microseconds;
  readonly systemUs: Microseconds;
  readonly threadUs: Microseconds | undefined;
}

function cpuUsed(): CpuUsed {
  const { user, system } = process.cpuUsage();
  // Node 22.19 and 23.9 on; not in the types of the oldest Node this runs on.
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  const thread = threadCpuUsage?.call(process);
  return { userUs: user, systemUs: system, threadUs: thread === undefined ? undefined : thread.user + thread.system };
}

function sum(a: Readonly<RotationCost>, b: Readonly<RotationCost>): RotationCost {
  const recoveries = { ...a.recoveries };
  for (const [cause, times] of Object.entries(b.recoveries)) recoveries[cause] = (recoveries[cause] ?? 0) + times;
  return {
    firstStartUs: Math.max(a.firstStartUs, b.firstStartUs),
    longestPauseUs: Math.max(a.longestPauseUs, b.longestPauseUs),
    totalPauseUs: a.totalPauseUs + b.totalPauseUs,
    slices: a.slices + b.slices,
    recoveries,
  };
}
