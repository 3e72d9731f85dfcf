// The profiled life of this process: its threads sampled, their finished windows on the shelf.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';
import { guarded } from './clock.ts';
import type { LabelTracker } from './labels/tracker.ts';
import { lendTracker, trackLabels } from './labels/tracker.ts';
import type { Namer } from './names/namer.ts';
import { createNamer } from './names/namer.ts';
import type { ClassCounts } from './memory/class-counts.ts';
import { countClasses } from './memory/class-counts.ts';
import { followCreations } from './memory/creations.ts';
import type { HeapSites } from './memory/heap-sites.ts';
import { readHeapSites } from './memory/heap-sites.ts';
import { maskArguments } from './observe/masking.ts';
import { observeProcess } from './observe/process-numbers.ts';
import type { CheckedOptions } from './options.ts';
import type { Labels, Microseconds, Milliseconds } from './profile.ts';
import type { Shelf } from './shelf.ts';
import { createShelf } from './shelf.ts';
import type { Spool } from './spool/spool.ts';
import { openSpool } from './spool/spool.ts';
import { sampleThread } from './thread.ts';
import { leaveThread, nameOfWorker } from './worker.ts';
import { followWorkers } from './workers.ts';
import type { ThreadWindow } from './window.ts';
import type { MemoryCost, WireProcess } from './wire.ts';
import { recordOf } from './wire-process.ts';

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
  /** Where other processes of the service are found, and find this one. */
  readonly spool: Spool | undefined;
  readonly labelling: LabelTracker;
  readonly classes: Pick<ClassCounts, 'track' | 'count'>;
  /** Marks this moment in the window that is open. */
  readonly mark: (name: string) => void;
  state(): Pick<WireProcess, 'state' | 'reason'>;
  cost(): WireProcess['cost'];
  pause(): void;
  resume(): void;
  /** Resolves when the workers have handed over what they had and all of it is spooled, or after three seconds. */
  stop(): Promise<void>;
}

/** How far a process's own interval may lie from the one asked for: processes in step with their work differ. */
const SPREAD = 0.05;

/** How long a window waits for the names of its frames before others can read it. */
const NAMING_MS: Milliseconds = 1500;
/** How long an end waits for what is yet to be spooled. */
const SPOOLING_MS: Milliseconds = 2000;
const MAX_MARK = 64;

export function startProcess(options: CheckedOptions, random: () => number = Math.random): ProcessState {
  const { windowMs } = options;
  const clock = guarded(options.clock, fail);
  const boot = randomBytes(6).toString('hex');
  const intervalUs = Math.round(options.intervalUs * (1 - SPREAD + 2 * SPREAD * random()));
  const spool = options.enabled ? spoolOf(options, boot) : undefined;
  const hasNoSpool = options.enabled && options.spool && options.labels['service'] !== undefined && spool === undefined;
  const shelf = createShelf(options.maxBytes, spool?.toldByOthers);
  const names = createNamer();
  const labelling = trackLabels();
  const name = (): string => (isMainThread ? 'main' : nameOfWorker());
  let spooled: Promise<void> = Promise.resolve();
  let now: Pick<WireProcess, 'state' | 'reason'> = options.enabled ? { state: 'paused' } : { state: 'disabled', reason: 'enabled is false' };

  function keep(window: ThreadWindow): void {
    names.want(window.body);
    const kept = shelf.add(window);
    if (spool === undefined) return;
    // Windows that come together wait together.
    const named = names.settled(NAMING_MS);
    spooled = spool.append(kept.lastSeq, async () => {
      await named;
      return recordOf(self, kept);
    });
  }

  const ofProcess = observeProcess();
  const thread = sampleThread({ thread: threadId, threadName: name, intervalUs, windowMs, clock, switches: labelling.log, heldBytes: () => shelf.counts().bytesHeld, ofProcess, finished: keep });
  const sites = options.memory === undefined ? undefined : readHeapSites({ memory: options.memory, clock, thread: () => ({ thread: threadId, threadName: name() }), finished: keep, paused: notePause });
  let workers: ReturnType<typeof followWorkers> | undefined;

  const creations = followCreations({ clock, note: ofProcess.note, told: (window) => { keep({ thread: threadId, threadName: name(), ...window }); } });
  const classes = countClasses({ memory: options.memory ?? { everyMs: 60_000, maxPauseMs: 200 }, clock, note: ofProcess.note, paused: notePause, creations });

  function notePause(forUs: Microseconds): void {
    ofProcess.note('samplerPauseUs', forUs);
    ofProcess.note('heapReadPauseUs', forUs);
  }

  /** Whatever breaks in here, the service goes on: from now on it is not sampled. */
  function fail(error: unknown): void {
    now = { state: 'disabled', reason: `the sampler failed: ${error instanceof Error ? error.message : String(error)}`.slice(0, 1024) };
    end();
    workers?.tell('pause');
  }

  /** For good. */
  function end(): void {
    letGo();
    labelling.stop();
  }

  function letGo(): void {
    for (const part of [thread, sites, classes]) {
      try {
        part?.stop();
      } catch {
        // That is what failed, or it goes without its last window: the service goes on.
      }
    }
  }

  function begin(): void {
    try {
      thread.start();
      sites?.start();
      classes.start();
      now = { state: 'running' };
      workers?.tell('resume');
    } catch (error) {
      end();
      now = { state: 'disabled', reason: `there is no inspector here: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  if (options.enabled) {
    // Whoever calls createSampler in a worker wants a sampler of the worker's own.
    leaveThread();
    lendTracker(labelling);
    begin();
    if (now.state === 'running') workers = followWorkers({ channel: `liveprofiler ${boot}`, intervalUs, windowMs }, keep);
  }
  const self: ProcessState = {
    boot,
    labels: { ...options.labels, hostname: hostname(), pid: String(process.pid), nodeVersion: process.version, v8Version: process.versions.v8, arguments: argumentsOf() },
    get thread() {
      return { id: threadId, name: name() };
    },
    intervalUs,
    windowMs,
    shelf,
    names,
    spool,
    labelling,
    classes,
    mark: (name) => { ofProcess.note(`mark.${name.slice(0, MAX_MARK)}`, Math.round(clock.wallMs())); },
    state: () => now,
    cost() {
      const { recoveries, ...cost } = thread.cost();
      return { ...cost, ...memoryCost(sites?.cost(), classes.cost()), recoveries: { ...recoveries, ...workers?.recoveries(), ...endedOf(sites), ...(names.faultyMaps() === 0 ? {} : { faultySourceMap: names.faultyMaps() }), ...(spool === undefined || spool.failed() === 0 ? {} : { spoolFailed: spool.failed() }), ...(hasNoSpool ? { spoolUnavailable: 1 } : {}) }, ...shelf.counts() };
    },
    pause() {
      if (now.state !== 'running') return;
      letGo();
      workers?.tell('pause');
      now = { state: 'paused' };
    },
    resume() {
      if (now.state === 'paused') begin();
    },
    async stop() {
      end();
      now = { state: 'stopped' };
      const following = workers;
      workers = undefined;
      await following?.stop();
      // Whoever waits for this ends the process then.
      await withinMs(SPOOLING_MS, spooled);
      names.stop();
    },
  };
  return self;
}

/** The disk may hang. */
async function withinMs(mostMs: Milliseconds, awaited: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([awaited, new Promise((resolve) => { timer = setTimeout(resolve, mostMs); })]);
  clearTimeout(timer);
}

function memoryCost(sites: MemoryCost | undefined, classes: MemoryCost | undefined): { readonly memory?: MemoryCost } {
  if (sites === undefined || classes === undefined) {
    const memory = sites ?? classes;
    return memory === undefined ? {} : { memory };
  }
  const stopped = [sites.stopped, classes.stopped].filter((words) => words !== undefined).join(' ');
  return { memory: { reads: sites.reads + classes.reads, longestPauseUs: Math.max(sites.longestPauseUs, classes.longestPauseUs), totalPauseUs: sites.totalPauseUs + classes.totalPauseUs, ...(stopped === '' ? {} : { stopped }) } };
}

function endedOf(sites: HeapSites | undefined): Readonly<Record<string, number>> {
  return sites === undefined || sites.ended() === 0 ? {} : { heapSamplingEnded: sites.ended() };
}

/** As it was started, without secrets. */
function argumentsOf(): string {
  return maskArguments([...process.execArgv, ...process.argv.slice(1)]).join(' ').slice(0, 1024);
}

function spoolOf({ spool, labels, secrets, maxBytes }: CheckedOptions, boot: string): Spool | undefined {
  const { service } = labels;
  if (!spool || service === undefined) return undefined;
  try {
    return openSpool(service, secrets, boot, maxBytes);
  } catch {
    // Without a folder of its own every process answers for itself.
    return undefined;
  }
}
