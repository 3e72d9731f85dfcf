// A service with worker threads. It tells its port, does what it is told and tells when it is done.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { createSampler } from 'liveprofiler-sampler';
import { SECRET } from './ask.ts';
import type { Fate } from './worker-fates.ts';
import { startWorker } from './worker-fates.ts';

const AT_ONCE = 32;
const ROUNDS = Number(process.argv[2] ?? 2);
/** Some end by themselves; some are terminated so many milliseconds after they were made, or after they said that they are busy. */
const FATES: readonly (readonly [fate: Fate, terminatedAfterMs?: number])[] = [
  ['ends'],
  ['crashes'],
  ['busyFromTheStart', 300],
  ['busyFromTheStart', 20],
  ['busyAfterAWhile', 300],
  ['blockedByAChild'],
  ['blockedByALock'],
  ['exits'],
  ['hasAWorker'],
];

const sampler = createSampler({ secret: SECRET, windowMs: 1000, intervalUs: 5000 });
const { port } = await sampler.listen({ port: 0 });

async function run(fate: Fate, terminatedAfterMs?: number, name?: string): Promise<void> {
  const worker = startWorker(fate, name);
  worker.on('error', () => undefined);
  const terminate = (): void => void setTimeout(() => void worker.terminate(), terminatedAfterMs);
  if (fate === 'busyAfterAWhile' || fate === 'hasABusyWorker') worker.once('message', terminate);
  else if (terminatedAfterMs !== undefined) terminate();
  await new Promise((resolve) => worker.once('exit', resolve));
}

let outer: Worker | undefined;

const ORDERS: Readonly<Record<string, () => Promise<unknown>>> = {
  load: () => run('loaded', undefined, 'resizer'),
  crowd: () => Promise.all(Array.from({ length: AT_ONCE }, () => run('crowds'))),
  pauseEarly: async () => {
    const worker = startWorker('slowToStart');
    await once(worker, 'online');
    sampler.pause();
    await once(worker, 'exit');
  },
  outer: () => once((outer = startWorker('startsOne')), 'online'),
  nest: () => {
    outer?.postMessage('start one');
    return outer === undefined ? Promise.resolve() : once(outer, 'exit');
  },
  family: () => run('hasABusyWorker', 300),
  churn: async () => {
    for (let round = 0; round < ROUNDS; round++) await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => run(...(FATES[index % FATES.length] ?? ['ends']))));
  },
  /** What workers post as they end, and what terminated ones leave to be counted, is there a moment later. */
  pause: () => {
    sampler.pause();
    return pause(500);
  },
};

process.on('message', (order: string) => {
  void ORDERS[order]?.().then(() => process.send?.({ done: order }));
});
process.once('disconnect', () => process.exit());
process.send?.({ port });
