// Sees the workers that this thread starts: brings the sampler into each where Node allows it, and tells when one is gone.
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { systemClock } from './clock.ts';
import type { V8Workers } from './v8-profiler.ts';
import { connectWorkers } from './v8-profiler.ts';
import type { FromWorker, WorkerConfig } from './worker.ts';

/** Node 20 crashes when a worker that is terminated while busy is asked to evaluate something. */
const MAY_EVALUATE = Number(process.versions.node.split('.')[0]) >= 22;

/** Workers of the sampler itself: nobody wants to see them. */
export const ours: WeakSet<Worker> = new WeakSet<Worker>();

/** The result stops watching. */
export function watchWorkers(config: WorkerConfig, tell: (message: FromWorker) => void): () => void {
  let workers = MAY_EVALUATE ? connected() : undefined;
  const online = (worker: Worker): void => {
    if (ours.has(worker)) return;
    const thread = worker.threadId;
    tell({ tells: 'started', thread, by: threadId });
    // Before it is online, its own start would be disturbed.
    worker.once('online', () => {
      try {
        workers?.evaluate(thread, joining(config));
      } catch (error) {
        tell({ tells: 'failed', thread, cause: String(error) });
      }
    });
    worker.once('exit', () => {
      tell({ tells: 'gone', thread, atUs: systemClock.monotonicUs() });
    });
  };
  process.on('worker', online);
  return () => {
    process.off('worker', online);
    workers?.disconnect();
    // One that is starting may come online yet.
    workers = undefined;
  };
}

function connected(): V8Workers | undefined {
  try {
    return connectWorkers();
  } catch {
    // Workers that load the sampler themselves are sampled all the same.
    return undefined;
  }
}

/** Run by the worker between two turns of its loop: in the midst of its own work it could break what that is loading. */
function joining(config: WorkerConfig): string {
  const module = fileURLToPath(new URL('./worker.js', import.meta.url));
  return `setImmediate(() => {
    const { getBuiltinModule } = process;
    try {
      getBuiltinModule('node:module').createRequire(${JSON.stringify(import.meta.url)})(${JSON.stringify(module)}).joinThread(${JSON.stringify(config)});
    } catch (error) {
      const { BroadcastChannel, threadId } = getBuiltinModule('node:worker_threads');
      const sender = new BroadcastChannel(${JSON.stringify(config.channel)});
      sender.postMessage({ tells: 'failed', thread: threadId, cause: String(error) });
      sender.close();
    }
  })`;
}
