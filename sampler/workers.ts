// Keeps what worker threads hand over. A worker that was terminated leaves a stretch of time without samples: it is
// counted as dropped, so that no time of a sampled worker is missing.
import { BroadcastChannel, setEnvironmentData } from 'node:worker_threads';
import { guarded, systemClock } from './clock.ts';
import { fromWorker } from './heard.ts';
import type { Microseconds, Milliseconds } from './profile.ts';
import type { SentWindow } from './told-frames.ts';
import { createListener } from './told-frames.ts';
import type { ThreadWindow } from './window.ts';
import { WindowBuilder } from './window-builder.ts';
import { joining, reachWorkers } from './worker-bring.ts';
import { watchWorkers } from './worker-watch.ts';
import type { FromWorker, ToWorkers, WorkerConfig } from './worker.ts';
import { ordersOf, postOnce, WORKER_KEY } from './worker.ts';

export interface FollowedWorkers {
  tell(order: 'pause' | 'resume'): void;
  /** By cause, as in SamplerCost. */
  recoveries(): Readonly<Record<string, number>>;
  /** Resolves when all have handed over what they had, or after a second. */
  stop(): Promise<void>;
}

/** What a worker posts as it ends can come after the news that it is gone. */
const LAST_WORDS_MS = 200;
const FAREWELL_MS = 1000;
/** Anybody can post that a worker was started, and all of them are looked at when one is gone. */
const MOST_STARTED = 4096;

export function followWorkers(config: Omit<WorkerConfig, 'paused'>, finished: (window: ThreadWindow) => void): FollowedWorkers {
  /** Workers that are being sampled: until when their windows are here. */
  const alive = new Map<number, { readonly name: string; untilUs: Microseconds }>();
  const listeners = new Map<number, ReturnType<typeof createListener>>();
  /** By worker the thread that started it, which takes it along when it goes. */
  const starters = new Map<number, number>();
  let now: WorkerConfig = { ...config, paused: false };
  let isStopping = false;
  let failed = 0;
  let unheard = 0;
  const clock = guarded(systemClock, () => { unheard++; });
  let allEnded: () => void = () => undefined;

  const channel = new BroadcastChannel(config.channel);
  channel.onmessage = (event) => {
    hear((event as { readonly data: unknown }).data);
  };
  channel.unref();
  publish(false);
  let reached = reachWorkers();
  const stopWatching = watchWorkers(hear);

  /** Whatever is posted, and whatever breaks over it, the service goes on. */
  function hear(data: unknown): void {
    try {
      take(fromWorker(data));
    } catch {
      unheard++;
    }
  }

  function take(message: FromWorker): void {
    if (message.tells === 'started') follow(message.thread, message.by);
    else if (message.tells === 'online') bring(message.thread);
    else if (message.tells === 'joined') give(isStopping ? 'stop' : now.paused ? 'pause' : 'resume');
    else if (message.tells === 'began') begin(message.thread, message.name, message.atUs);
    else if (message.tells === 'window') keep(message.window);
    else if (message.tells === 'ended') forget(message.thread);
    else if (message.tells === 'failed') failed++;
    else clock.after(LAST_WORDS_MS, () => { (message.tells === 'gone' ? lose : bury)(message.thread, message.atUs); });
  }

  function follow(thread: number, by: number): void {
    if (starters.size < MOST_STARTED) starters.set(thread, by);
  }

  /** Not before it is online: its own start would be disturbed. */
  function bring(thread: number): void {
    try {
      if (!isStopping) reached?.evaluate(thread, joining(now));
    } catch {
      failed++;
    }
  }

  function begin(thread: number, name: string, atUs: Microseconds): void {
    if (alive.size < MOST_STARTED) alive.set(thread, { name, untilUs: atUs });
  }

  function lose(thread: number, atUs: Microseconds): void {
    bury(thread, atUs);
    reached?.forget(thread);
    listeners.delete(thread);
    starters.delete(thread);
    for (const [started, by] of starters) if (by === thread) lose(started, atUs);
  }

  function keep(sent: SentWindow): void {
    const { thread, threadName, startUs, endUs } = sent;
    const worker = alive.get(thread);
    if (worker !== undefined) worker.untilUs = endUs;
    const listener = listeners.get(thread) ?? createListener();
    if (listeners.size < MOST_STARTED) listeners.set(thread, listener);
    finished(listener(sent) ?? withoutSamples(thread, threadName, startUs, endUs));
  }

  function bury(thread: number, atUs: Microseconds): void {
    const worker = alive.get(thread);
    if (worker === undefined) return;
    forget(thread);
    const { name, untilUs } = worker;
    if (atUs > untilUs) finished(withoutSamples(thread, name, untilUs, atUs));
  }

  function forget(thread: number): void {
    alive.delete(thread);
    if (alive.size === 0) allEnded();
  }

  function give(order: ToWorkers): void {
    postOnce(ordersOf(config.channel), order);
  }

  /** For the workers to come. */
  function publish(paused: boolean): void {
    now = { ...config, paused };
    setEnvironmentData(WORKER_KEY, now);
  }

  return {
    tell(order) {
      publish(order === 'pause');
      give(order);
    },
    recoveries: () => ({ ...(failed === 0 ? {} : { workerNotSampled: failed }), ...(unheard === 0 ? {} : { workerNotHeard: unheard }) }),
    async stop() {
      isStopping = true;
      setEnvironmentData(WORKER_KEY, undefined);
      give('stop');
      if (alive.size > 0) {
        await new Promise<void>((resolve) => {
          // Whoever waits for this must not end before it.
          const timer = setTimeout(resolve, FAREWELL_MS);
          allEnded = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      stopWatching();
      reached?.disconnect();
      reached = undefined;
      channel.close();
    },
  };
}

function withoutSamples(thread: number, threadName: string, startUs: Microseconds, endUs: Microseconds): ThreadWindow {
  const builder = new WindowBuilder();
  builder.addDropped(0, endUs - startUs);
  const startWallMs: Milliseconds = systemClock.wallMs() - (systemClock.monotonicUs() - startUs) / 1000;
  return { thread, threadName, kind: 'cpu', startUs, endUs, startWallMs, processCpuUs: 0, body: builder.body() };
}
