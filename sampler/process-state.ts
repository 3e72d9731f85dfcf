// The profiled life of this process: rotation on, windows closed on time, finished ones on the shelf.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';
import { Facts } from './facts.ts';
import type { CheckedOptions } from './options.ts';
import type { Labels, Microseconds, Milliseconds } from './profile.ts';
import type { Rotation, RotationCost } from './rotation.ts';
import { startRotation } from './rotation.ts';
import { windowEndMs } from './schedule.ts';
import type { Shelf } from './shelf.ts';
import { createShelf } from './shelf.ts';
import type { WireProcess } from './wire.ts';
import { WindowBuilder } from './window-builder.ts';

export interface ProcessState {
  readonly boot: string;
  readonly labels: Labels;
  readonly thread: { readonly id: number; readonly name: string };
  readonly intervalUs: Microseconds;
  readonly windowMs: Milliseconds;
  readonly shelf: Shelf;
  state(): Pick<WireProcess, 'state' | 'reason'>;
  cost(): WireProcess['cost'];
  pause(): void;
  resume(): void;
  stop(): void;
}

const NO_COST: RotationCost = { firstStartUs: 0, longestPauseUs: 0, totalPauseUs: 0, slices: 0, recoveries: {} };
/** How far a process's own interval may lie from the one asked for: processes in step with their work differ. */
const SPREAD = 0.05;

export function startProcess(options: CheckedOptions, random: () => number = Math.random): ProcessState {
  const { clock, windowMs } = options;
  const intervalUs = Math.round(options.intervalUs * (1 - SPREAD + 2 * SPREAD * random()));
  const shelf = createShelf(options.maxBytes);
  const thread = { id: threadId, name: isMainThread ? 'main' : `worker ${threadId}` };
  let now: Pick<WireProcess, 'state' | 'reason'> = options.enabled ? { state: 'paused' } : { state: 'disabled', reason: 'enabled is false' };
  let rotation: Rotation | undefined;
  let costBefore: Readonly<RotationCost> = NO_COST;
  let windowsBefore = 0;
  let open: OpenWindow | undefined;
  let pausedBeforeUs: Microseconds = 0;

  interface OpenWindow {
    readonly builder: WindowBuilder;
    readonly startUs: Microseconds;
    readonly startWallMs: Milliseconds;
    /** Planned by the wall clock, kept by the monotonic one: who sets the clock does not stretch a window. */
    readonly endUs: Microseconds;
    readonly cpu: CpuUsed;
    readonly facts: Facts;
  }

  function openWindow(startUs: Microseconds): OpenWindow {
    const startWallMs = clock.wallMs() - (clock.monotonicUs() - startUs) / 1000;
    const lengthMs = windowEndMs(startWallMs, windowsBefore, windowMs) - startWallMs;
    return { builder: new WindowBuilder(), startUs, startWallMs, endUs: startUs + lengthMs * 1000, cpu: cpuUsed(), facts: new Facts() };
  }

  function closeWindow(endUs: Microseconds): void {
    if (open === undefined) return;
    open.facts.observe('samplerHeldBytes', shelf.counts().bytesHeld);
    const cpu = cpuUsed();
    const threadCpu = cpu.threadUs === undefined || open.cpu.threadUs === undefined ? {} : { threadCpuUs: cpu.threadUs - open.cpu.threadUs };
    shelf.add({
      thread: thread.id,
      kind: 'cpu',
      startUs: open.startUs,
      endUs,
      startWallMs: open.startWallMs,
      processCpuUs: cpu.processUs - open.cpu.processUs,
      ...threadCpu,
      facts: open.facts.numbers(),
      body: open.builder.body(),
    });
    windowsBefore++;
    open = undefined;
  }

  function begin(): void {
    pausedBeforeUs = 0;
    try {
      rotation = startRotation(intervalUs, clock, {
        started: (atUs) => {
          open = openWindow(atUs);
        },
        window: () => (open ??= openWindow(clock.monotonicUs())).builder,
        leftMs: () => Math.max(0, ((open?.endUs ?? 0) - clock.monotonicUs()) / 1000),
        sliceEnded: (atUs) => {
          const pausedUs = rotation?.cost.totalPauseUs ?? 0;
          open?.facts.observe('samplerPauseUs', pausedUs - pausedBeforeUs);
          pausedBeforeUs = pausedUs;
          if (open !== undefined && atUs >= open.endUs - 1000) closeWindow(atUs);
          open ??= openWindow(atUs);
        },
      });
      now = { state: 'running' };
    } catch (error) {
      now = { state: 'disabled', reason: `there is no inspector here: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  function end(state: 'paused' | 'stopped'): void {
    if (rotation !== undefined) {
      closeWindow(rotation.stop());
      costBefore = sum(costBefore, rotation.cost);
      rotation = undefined;
    }
    if (now.state !== 'disabled' || state === 'stopped') now = { state };
  }

  if (options.enabled) begin();
  return {
    boot: randomBytes(6).toString('hex'),
    labels: { ...options.labels, hostname: hostname(), pid: String(process.pid) },
    thread,
    intervalUs,
    windowMs,
    shelf,
    state: () => now,
    cost: () => ({ ...sum(costBefore, rotation?.cost ?? NO_COST), ...shelf.counts() }),
    pause() {
      if (now.state === 'running') end('paused');
    },
    resume() {
      if (now.state === 'paused') begin();
    },
    stop() {
      end('stopped');
    },
  };
}

interface CpuUsed {
  readonly processUs: Microseconds;
  readonly threadUs: Microseconds | undefined;
}

function cpuUsed(): CpuUsed {
  const { user, system } = process.cpuUsage();
  // Node 22.19 and 23.9 on; not in the types of the oldest Node this runs on.
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  const thread = threadCpuUsage?.call(process);
  return { processUs: user + system, threadUs: thread === undefined ? undefined : thread.user + thread.system };
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
