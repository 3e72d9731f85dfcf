// A service that never comes to rest: hours of churn in minutes. It makes functions by eval, Function and vm, starts
// workers and lets them end, and loads modules anew. It tells what it takes, now and then.
import Module, { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import { createSampler } from 'liveprofiler-sampler';
import { SECRET } from '../overhead/variants.ts';

/** What is told now and then. */
export interface Told {
  readonly seconds: number;
  readonly functions: number;
  /** Started so far. */
  readonly workers: number;
  readonly rssBytes: number;
  /** Used by V8's heap, after a full collection. */
  readonly heapBytes: number;
  /** What V8 has from malloc. */
  readonly mallocBytes: number;
  /** Where its sampler answers, if it has one. */
  readonly port: number | undefined;
  /** What all the functions added up to. */
  readonly did: number;
}

const FUNCTIONS_PER_TURN = 40;
const TURN_MS = 5;
const WORKER_EVERY = 100;
const RELOAD_EVERY = 10;
const CONTEXT_EVERY = 2000;
const RELOADED = createRequire(import.meta.url).resolve('express/lib/application.js');
const loader = new Module('soak');
const { cache } = createRequire(import.meta.url);
const TELL_MS = 2000;

const sampled = process.argv[2] === 'sampled';
const sampler = sampled ? createSampler({ secret: SECRET }) : undefined;
const port = (await sampler?.listen({ port: 0 }))?.port;
let functions = 0;
let sum = 0;
let workers = 0;
let running = 0;

setInterval(tell, TELL_MS);
process.once('disconnect', () => process.exit());
for (let turn = 0; ; turn++) {
  for (let made = 0; made < FUNCTIONS_PER_TURN; made++) sum += make(functions++);
  if (turn % RELOAD_EVERY === 0) reload();
  if (turn % WORKER_EVERY === 0 && running < 1) startWorker();
  await pause(TURN_MS);
}

/** A function that nobody has seen before, called a few times and thrown away. */
function make(id: number): number {
  const source = `(function f${id}(n) { function inner${id}(m) { return m * ${id % 97} + 1; } let s = 0; for (let i = 0; i < n; i++) s += inner${id}(i); return s; })`;
  // What vm runs in the context at hand, Node keeps for good; a context of its own goes with what it ran.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is what is measured
  const made: unknown = id % CONTEXT_EVERY === 0 ? vm.runInNewContext(source) : id % 2 === 0 ? eval(source) : (new Function(`return ${source}`) as () => unknown)();
  return (made as (n: number) => number)(20);
}

/** As development servers do. */
function reload(): void {
  Reflect.deleteProperty(cache, RELOADED);
  loader.require(RELOADED);
  // Whoever loaded a module keeps it.
  loader.children.length = 0;
}

function startWorker(): void {
  workers++;
  running++;
  new Worker('let s = 0; const until = Date.now() + 200; while (Date.now() < until) s += new Function("n", "return n * 2")(s % 7);', { eval: true }).once('exit', () => running--);
}

function tell(): void {
  globalThis.gc?.();
  const { used_heap_size: heapBytes, malloced_memory: mallocBytes } = getHeapStatistics();
  process.send?.({ seconds: process.uptime(), functions, workers, rssBytes: process.memoryUsage.rss(), heapBytes, mallocBytes, port, did: sum } satisfies Told);
}
