// Sees the workers that this thread starts, and tells when one begins and when it is gone.
import { threadId } from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { systemClock } from './clock.ts';
import type { FromWorker } from './worker.ts';

/** Workers of the sampler itself: nobody wants to see them. */
export const ours: WeakSet<Worker> = new WeakSet<Worker>();

/** The result stops watching. */
export function watchWorkers(tell: (message: FromWorker) => void): () => void {
  const begins = (worker: Worker): void => {
    if (ours.has(worker)) return;
    const thread = worker.threadId;
    tell({ tells: 'started', thread, by: threadId });
    worker.once('online', () => { tell({ tells: 'online', thread }); });
    worker.once('exit', () => {
      tell({ tells: 'gone', thread, atUs: systemClock.monotonicUs() });
    });
  };
  process.on('worker', begins);
  return () => {
    process.off('worker', begins);
  };
}
