// The profiled life of this process: its threads sampled, their finished windows on the shelf.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';
import type { LabelTracker } from './labels/tracker.ts';
import { trackLabels } from './labels/tracker.ts';
import type { Namer } from './names/namer.ts';
import { createNamer } from './names/namer.ts';
import type { CheckedOptions } from './options.ts';
import type { Labels, Microseconds, Milliseconds } from './profile.ts';
import type { Shelf } from './shelf.ts';
import { createShelf } from './shelf.ts';
import { sampleThread } from './thread.ts';
import { leaveThread, nameOfWorker } from './worker.ts';
import { followWorkers } from './workers.ts';
import type { ThreadWindow } from './window.ts';
import type { WireProcess } from './wire.ts';

export interface ProcessState {
  readonly boot: string;
  readonly labels: Labels;
  /** The thread that the sampler was created in. */
  readonly thread: { readonly id: number; readonly name: string };
  readonly intervalUs: Microseconds;
  readonly windowMs: Milliseconds;
  readonly shelf: Shelf;
  /** What the frames of the windows are called. */
  readonly names: Namer;
  readonly labelling: LabelTracker;
  state(): Pick<WireProcess, 'state' | 'reason'>;
  cost(): WireProcess['cost'];
  pause(): void;
  resume(): void;
  /** Resolves when the workers have handed over what they had, or after a second. */
  stop(): Promise<void>;
}

/** How far a process's own interval may lie from the one asked for: processes in step with their work differ. */
const SPREAD = 0.05;

export function startProcess(options: CheckedOptions, random: () => number = Math.random): ProcessState {
  const { clock, windowMs } = options;
  const boot = randomBytes(6).toString('hex');
  const intervalUs = Math.round(options.intervalUs * (1 - SPREAD + 2 * SPREAD * random()));
  const shelf = createShelf(options.maxBytes);
  const names = createNamer();
  const labelling = trackLabels();
  const name = (): string => (isMainThread ? 'main' : nameOfWorker());
  let now: Pick<WireProcess, 'state' | 'reason'> = options.enabled ? { state: 'paused' } : { state: 'disabled', reason: 'enabled is false' };

  function keep(window: ThreadWindow): void {
    names.want(window.body.frames);
    shelf.add(window);
  }

  const thread = sampleThread({ thread: threadId, threadName: name, intervalUs, windowMs, clock, switches: labelling.log, heldBytes: () => shelf.counts().bytesHeld, finished: keep });
  let workers: ReturnType<typeof followWorkers> | undefined;

  function begin(): void {
    try {
      thread.start();
      now = { state: 'running' };
    } catch (error) {
      now = { state: 'disabled', reason: `there is no inspector here: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  if (options.enabled) {
    // Whoever calls createSampler in a worker wants a sampler of the worker's own.
    leaveThread();
    begin();
    if (now.state === 'running') workers = followWorkers({ channel: `liveprofiler ${boot}`, intervalUs, windowMs }, keep);
  }
  return {
    boot,
    labels: { ...options.labels, hostname: hostname(), pid: String(process.pid) },
    get thread() {
      return { id: threadId, name: name() };
    },
    intervalUs,
    windowMs,
    shelf,
    names,
    labelling,
    state: () => now,
    cost() {
      const { recoveries, ...cost } = thread.cost();
      return { ...cost, recoveries: { ...recoveries, ...workers?.recoveries(), ...(names.faultyMaps() === 0 ? {} : { faultySourceMap: names.faultyMaps() }) }, ...shelf.counts() };
    },
    pause() {
      if (now.state !== 'running') return;
      thread.stop();
      workers?.tell('pause');
      now = { state: 'paused' };
    },
    resume() {
      if (now.state !== 'paused') return;
      begin();
      workers?.tell('resume');
    },
    async stop() {
      thread.stop();
      labelling.stop();
      now = { state: 'stopped' };
      const following = workers;
      workers = undefined;
      await following?.stop();
      names.stop();
    },
  };
}
