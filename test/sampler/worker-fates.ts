// A worker thread, and what becomes of it.
import { execSync } from 'node:child_process';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { withLabels } from 'liveprofiler-sampler';

function busyInWorker(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs) Math.sqrt(untilMs);
}

export type Fate = 'loaded' | 'crowds' | 'ends' | 'crashes' | 'busyFromTheStart' | 'busyAfterAWhile' | 'blockedByAChild' | 'blockedByALock' | 'exits' | 'hasAWorker' | 'hasABusyWorker' | 'startsOne' | 'slowToStart' | 'turns';

const FATES: Readonly<Record<Fate, () => unknown>> = {
  loaded: async () => {
    for (let turn = 0; turn < 25; turn++) {
      await withLabels({ job: 'resize' }, async () => {
        busyInWorker(35);
        await pause(30);
        busyInWorker(35);
      });
    }
  },
  crowds: async () => {
    const untilMs = performance.now() + 4000;
    while (performance.now() < untilMs) {
      busyInWorker(10);
      await turn();
    }
  },
  ends: async () => {
    await pause(50);
    busyInWorker(300);
  },
  crashes: () => {
    busyInWorker(100);
    throw new Error('crashed');
  },
  busyFromTheStart: () => {
    for (;;) busyInWorker(1);
  },
  busyAfterAWhile: async () => {
    await pause(100);
    parentPort?.postMessage('busy');
    for (;;) busyInWorker(1);
  },
  blockedByAChild: () => execSync('sleep 2'),
  blockedByALock: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000),
  exits: async () => {
    await pause(100);
    process.exit(3);
  },
  hasAWorker: () => startWorker('ends'),
  /** When it is told to. */
  startsOne: () => { parentPort?.once('message', () => startWorker('turns')); },
  slowToStart: () => {
    busyInWorker(1000);
    return FATES.turns();
  },
  turns: async () => {
    const untilMs = performance.now() + 4000;
    while (performance.now() < untilMs) {
      busyInWorker(5);
      await pause(5);
    }
  },
  hasABusyWorker: () => startWorker('busyAfterAWhile').on('message', (word) => parentPort?.postMessage(word)),
};

export function startWorker(fate: Fate, name?: string): Worker {
  return new Worker(new URL(import.meta.url), { workerData: { fate }, ...(name === undefined ? {} : { name }) });
}

const given = workerData as { readonly fate: Fate } | null;
if (given !== null) await FATES[given.fate]();
