// What the main thread pays for a window of a worker thread: taking it from the channel, checking it, having its frames
// named, putting it on the shelf, and making its record for the spool. In the thread's own processor time where Node tells
// it (24 on): the workers are at work meanwhile. Workers have the TypeScript compiler at work; there are fewer than
// cores, so that the main thread waits for none of them. `npm run bench:workers [seconds]`.
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { BroadcastChannel, setEnvironmentData, Worker } from 'node:worker_threads';
import { fromWorker } from '#sampler/heard.js';
import { createNamer } from '#sampler/names/namer.js';
import type { ProcessState } from '#sampler/process-state.js';
import { createShelf } from '#sampler/shelf.js';
import { createListener } from '#sampler/told-frames.js';
import { recordOf } from '#sampler/wire-process.js';
import { WORKER_KEY } from '#sampler/worker.js';

const WORKERS = Math.max(1, cpus().length - 1);
/** As many samples in a window as 10 s hold at the usual 10 ms, in less time. */
const CONFIG = { channel: 'bench workers', intervalUs: 2000, windowMs: 2000, paused: false };
const LENGTH_MS = Number(process.argv[2] ?? 120) * 1000;
const REGISTER = new URL('../../sampler/dist/register.js', import.meta.url).href;

/** µs. */
interface Cost {
  readonly taken: number;
  readonly kept: number;
  readonly spooled: number;
  readonly frames: number;
  readonly stacks: number;
}

const { threadCpuUsage } = process as { readonly threadCpuUsage?: () => NodeJS.CpuUsage };
const costs: Cost[] = [];
const shelf = createShelf(8 * 2 ** 20);
const names = createNamer();
const state = { boot: 'bench', labels: {}, thread: { id: 0, name: 'main' }, names, state: () => ({ state: 'running' }), cost: () => ({}) } as unknown as ProcessState;
const listeners = new Map<number, ReturnType<typeof createListener>>();
setEnvironmentData(WORKER_KEY, CONFIG);
const channel = new BroadcastChannel(CONFIG.channel);
channel.onmessage = (event) => {
  const bytes = serialize((event as { readonly data: unknown }).data);
  const startUs = nowUs();
  const message = fromWorker(deserialize(bytes));
  if (message.tells !== 'window') return;
  const listener = listeners.get(message.window.thread) ?? createListener();
  listeners.set(message.window.thread, listener);
  const window = listener(message.window);
  if (window === undefined) throw new Error('a window refers to frames that were never told');
  const takenUs = nowUs();
  names.want(window.body);
  const kept = shelf.add(window);
  const keptUs = nowUs();
  void Promise.resolve(names.settled(1500)).then(() => {
    const spoolUs = nowUs();
    Buffer.from(recordOf(state, kept));
    costs.push({ taken: takenUs - startUs, kept: keptUs - takenUs, spooled: nowUs() - spoolUs, frames: window.body.frames.length, stacks: window.body.parent.length });
  });
};
const workers = Array.from({ length: WORKERS }, () => new Worker(new URL('workers-child.js', import.meta.url), { execArgv: ['--import', REGISTER] }));
await pause(LENGTH_MS);
await Promise.all(workers.map((worker) => worker.terminate()));
channel.close();
names.stop();

const row = (what: string, pick: (cost: Cost) => number, unit: number, digits = 2): string => {
  const sorted = costs.map((cost) => pick(cost) / unit).sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(digits);
  return `| ${what} | ${at(0.5)} | ${at(0.9)} | ${at(0.99)} | ${at(1)} |\n`;
};
process.stdout.write(`${cpus()[0]?.model.trim() ?? ''}, ${cpus().length} cores, Node ${process.version}, ${WORKERS} ${WORKERS === 1 ? 'worker' : 'workers'} with the TypeScript compiler at work, ${costs.length} windows\n\n`);
process.stdout.write(`| ${threadCpuUsage === undefined ? 'wall time' : 'processor time'} of the main thread per worker window, ms | median | p90 | p99 | most |\n|---|---|---|---|---|\n`);
process.stdout.write(row('taken and checked', ({ taken }) => taken, 1000) + row('named and kept', ({ kept }) => kept, 1000) + row('its record for the spool', ({ spooled }) => spooled, 1000) + row('all together', ({ taken, kept, spooled }) => taken + kept + spooled, 1000));
process.stdout.write(row('frames in a window', ({ frames }) => frames, 1, 0) + row('stacks in a window', ({ stacks }) => stacks, 1, 0));

function nowUs(): number {
  if (threadCpuUsage === undefined) return performance.now() * 1000;
  const { user, system } = threadCpuUsage();
  return user + system;
}
