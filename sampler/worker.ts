// What runs inside a worker thread: it samples and folds there, and posts finished windows to whoever follows it.
import { basename } from 'node:path';
import { BroadcastChannel, threadId } from 'node:worker_threads';
import * as workerThreads from 'node:worker_threads';
import { guarded, systemClock } from './clock.ts';
import { lendTracker, trackLabels } from './labels/tracker.ts';
import type { Microseconds, Milliseconds } from './profile.ts';
import { sampleThread } from './thread.ts';
import type { SentWindow } from './told-frames.ts';
import { createTeller } from './told-frames.ts';
import { watchWorkers } from './worker-watch.ts';

/** As a worker finds it among its environment data, under `WORKER_KEY`. */
export interface WorkerConfig {
  readonly channel: string;
  readonly intervalUs: Microseconds;
  readonly windowMs: Milliseconds;
  readonly paused: boolean;
}

export const WORKER_KEY = 'liveprofiler';

/** From a worker to the thread that keeps the windows. `joined` asks for the order of the moment. `started`, `online` and `gone` are told by the thread that started the worker, `lost` by one that goes on without being sampled. */
export type FromWorker =
  | { readonly tells: 'started'; readonly thread: number; readonly by: number }
  | { readonly tells: 'began'; readonly thread: number; readonly name: string; readonly atUs: Microseconds }
  | { readonly tells: 'window'; readonly window: SentWindow }
  | { readonly tells: 'online'; readonly thread: number }
  | { readonly tells: 'joined'; readonly thread: number }
  | { readonly tells: 'ended'; readonly thread: number }
  | { readonly tells: 'gone' | 'lost'; readonly thread: number; readonly atUs: Microseconds }
  | { readonly tells: 'failed'; readonly thread: number; readonly cause: string };

export type ToWorkers = 'pause' | 'resume' | 'stop';

/** Without an answer the sampler of the main thread was stopped, or it stands still: then the order comes later. */
const UNHEARD_MS: Milliseconds = 60_000;

let joined: { leave(): void } | undefined;

/** Begins to sample this worker, once: more calls change nothing. */
export function joinThread({ channel, intervalUs, windowMs, paused }: WorkerConfig): void {
  if (joined !== undefined) return;
  const post = (message: FromWorker): void => { postOnce(channel, message); };
  const sent = createTeller();
  const labelling = trackLabels();
  lendTracker(labelling);
  const thread = sampleThread({
    thread: threadId,
    threadName: nameOfWorker,
    intervalUs,
    windowMs,
    clock: guarded(systemClock, broke),
    switches: labelling.log,
    heldBytes: () => 0,
    finished: (window) => { post({ tells: 'window', window: sent(window) }); },
  });
  const stopWatching = watchWorkers(post);
  const orders = new BroadcastChannel(ordersOf(channel));
  let hasFailed = false;
  let isStarted = false;

  function start(): void {
    if (isStarted) return;
    isStarted = true;
    const atUs = systemClock.monotonicUs();
    try {
      thread.start();
    } catch (error) {
      tellFailure(error);
    }
    post({ tells: 'began', thread: threadId, name: nameOfWorker(), atUs });
  }

  function end(): void {
    isStarted = false;
    const atUs = systemClock.monotonicUs();
    try {
      thread.stop();
      post({ tells: 'ended', thread: threadId });
    } catch (error) {
      tellFailure(error);
      // What was not handed over is counted as dropped.
      post({ tells: 'lost', thread: threadId, atUs });
    }
  }

  function leave(): void {
    joined = undefined;
    clearTimeout(unheard);
    process.off('exit', leave);
    orders.close();
    stopWatching();
    end();
    labelling.stop();
  }

  /** Whatever breaks in here, the worker goes on: from now on it is not sampled. */
  function broke(error: unknown): void {
    tellFailure(error);
    leave();
  }

  function tellFailure(error: unknown): void {
    if (!hasFailed) post({ tells: 'failed', thread: threadId, cause: error instanceof Error ? error.message : String(error) });
    hasFailed = true;
  }

  orders.onmessage = (event) => {
    clearTimeout(unheard);
    const { data: order } = event as { readonly data: unknown };
    if (order === ('stop' satisfies ToWorkers)) leave();
    else if (order === ('resume' satisfies ToWorkers)) start();
    else if (order === ('pause' satisfies ToWorkers)) end();
  };
  orders.unref();
  process.once('exit', leave);
  joined = { leave };
  if (!paused) start();
  // What was ordered while it was on its way here reached nobody.
  const unheard = setTimeout(end, UNHEARD_MS).unref();
  post({ tells: 'joined', thread: threadId });
}

/** Undoes `joinThread`. */
export function leaveThread(): void {
  joined?.leave();
}

/** Its own name, or the file that it runs. */
export function nameOfWorker(): string {
  // Node 22.20 and 24.6 on; the name of one without a name is not always empty.
  const { threadName } = workerThreads as { readonly threadName?: string };
  const [, file] = process.argv;
  const name = threadName === undefined || threadName === '' || threadName === 'WorkerThread' ? (file === undefined ? '' : basename(file)) : threadName;
  return `worker ${threadId} ${name}`.trim().slice(0, 256);
}

export function ordersOf(channel: string): string {
  return `${channel} orders`;
}

/** A channel held open would get what all the others post. */
export function postOnce(channel: string, message: unknown): void {
  const sender = new BroadcastChannel(channel);
  sender.postMessage(message);
  sender.close();
}
