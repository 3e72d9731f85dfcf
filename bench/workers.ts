// What the main thread pays for a window of a worker thread: taking it from the channel, checking it, having its frames
// named, putting it on the shelf, and making its record for the spool. In its own processor time where Node tells it (24
// on), as means, because that is told in steps; else, and beside it, in wall time. Fewer workers than cores, so that the
// main thread seldom waits for one; a collector has read every window before the next comes. `npm run bench:workers [seconds]`.
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
import { quantile } from './store/figures.ts';

const WORKERS = Math.max(1, cpus().length - 1);
/** As many samples in a window as 10 s hold at the usual 10 ms, in less time. */
const CONFIG = { intervalUs: 2000, windowMs: 2000, paused: false };
const LENGTH_MS = Number(process.argv[2] ?? 60) * 1000;
/** The first windows of each find nothing compiled and no frame known. */
const FIRST = 4;
const REGISTER = new URL('../../sampler/dist/register.js', import.meta.url).href;
const WORKS = { example: 'the example service’s work', compiler: 'the TypeScript compiler' };

/** Of one window, in µs. */
interface Cost {
  readonly stacks: number;
  readonly taken: Took;
  readonly kept: Took;
  readonly spooled: Took;
}

interface Took {
  readonly wall: number;
  readonly cpu: number;
}

const { threadCpuUsage } = process as { readonly threadCpuUsage?: () => NodeJS.CpuUsage };

process.stdout.write(`${cpus()[0]?.model.trim() ?? ''}, ${cpus().length} cores, Node ${process.version}, ${WORKERS} busy ${WORKERS === 1 ? 'worker' : 'workers'}\n
Of the main thread per worker window, ${threadCpuUsage === undefined ? 'ms' : 'ms of processor time, means'}:

| the worker runs | windows | stacks in one, median | taken and checked | named and kept | its record for the spool | all together | wall time of all, median (p90) |
|---|---|---|---|---|---|---|---|
`);
for (const [work, title] of Object.entries(WORKS)) process.stdout.write(row(title, (await costsOf(work)).slice(FIRST * WORKERS)));

async function costsOf(work: string): Promise<Cost[]> {
  const costs: Cost[] = [];
  const config = { ...CONFIG, channel: `bench workers ${work}` };
  const shelf = createShelf(8 * 2 ** 20);
  const names = createNamer();
  const state = { boot: 'bench', labels: {}, thread: { id: 0, name: 'main' }, names, state: () => ({ state: 'running' }), cost: () => ({}) } as unknown as ProcessState;
  const listeners = new Map<number, ReturnType<typeof createListener>>();
  setEnvironmentData(WORKER_KEY, config);
  const channel = new BroadcastChannel(config.channel);
  channel.onmessage = (event) => {
    const bytes = serialize((event as { readonly data: unknown }).data);
    const taking = begin();
    const message = fromWorker(deserialize(bytes));
    if (message.tells !== 'window') return;
    const listener = listeners.get(message.window.thread) ?? createListener();
    listeners.set(message.window.thread, listener);
    const window = listener(message.window);
    if (window === undefined) throw new Error('a window refers to frames that were never told');
    const taken = taking();
    const keeping = begin();
    names.want(window.body);
    const finished = shelf.add(window);
    const kept = keeping();
    shelf.send({ seq: 0, holes: [] });
    void Promise.resolve(names.settled(1500)).then(() => {
      const spooling = begin();
      Buffer.from(recordOf(state, finished));
      costs.push({ stacks: window.body.parent.length, taken, kept, spooled: spooling() });
    });
  };
  const workers = Array.from({ length: WORKERS }, () => new Worker(new URL('workers-child.js', import.meta.url), { execArgv: ['--import', REGISTER], workerData: work }));
  await pause(LENGTH_MS);
  await Promise.all(workers.map((worker) => worker.terminate()));
  channel.close();
  names.stop();
  return costs;
}

function row(title: string, costs: readonly Cost[]): string {
  const mean = (pick: (cost: Cost) => Took): number => costs.reduce((sum, cost) => sum + (threadCpuUsage === undefined ? pick(cost).wall : pick(cost).cpu), 0) / costs.length / 1000;
  const [taken, kept, spooled] = [mean((cost) => cost.taken), mean((cost) => cost.kept), mean((cost) => cost.spooled)];
  const walls = costs.map((cost) => (cost.taken.wall + cost.kept.wall + cost.spooled.wall) / 1000);
  const stacks = costs.map((cost) => cost.stacks);
  return `| ${title} | ${costs.length} | ${quantile(stacks, 0.5)} | ${[taken, kept, spooled, taken + kept + spooled].map((ms) => ms.toFixed(2)).join(' | ')} | ${quantile(walls, 0.5).toFixed(2)} (${quantile(walls, 0.9).toFixed(2)}) |\n`;
}

function begin(): () => Took {
  const [wall, cpu] = [performance.now() * 1000, cpuUs()];
  return () => ({ cpu: cpuUs() - cpu, wall: performance.now() * 1000 - wall });
}

function cpuUs(): number {
  if (threadCpuUsage === undefined) return 0;
  const { user, system } = threadCpuUsage();
  return user + system;
}
