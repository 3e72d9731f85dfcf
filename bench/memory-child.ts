// What looking at memory costs a process with a heap of about so many bytes (the argument). Tells figures as JSON.
import { queryObjects } from 'node:v8';
import { takeSnapshot } from '#sampler/admin/heap-snapshot.js';
import { keptAliveBy, reportOf } from '#sampler/admin/report.js';
import { systemClock } from '#sampler/clock.js';
import { Facts } from '#sampler/facts.js';
import { createFrameInterner } from '#sampler/frames.js';
import { followCreations } from '#sampler/memory/creations.js';
import { foldHeap } from '#sampler/memory/fold-heap.js';
import { activeResources, observeProcess } from '#sampler/observe/process-numbers.js';
import { observeThread } from '#sampler/observe/thread-numbers.js';
import { connectHeap } from '#sampler/v8-profiler.js';
import { createSampler } from 'liveprofiler-sampler';
import { Writable } from 'node:stream';

class Order {
  readonly id: number;
  readonly items: readonly number[];
  readonly next: Order | undefined;

  constructor(id: number, next: Order | undefined) {
    this.id = id;
    this.items = [id, id + 1, id + 2, id + 3, id + 4, id + 5];
    // Shallow chains, as real graphs have them.
    this.next = id % 10 === 0 ? undefined : next;
  }
}

const EVERY_BYTES = 512 * 1024;
const wantedBytes = Number(process.argv[2]);
const heap = connectHeap(EVERY_BYTES, false);
const orders: Order[] = [];
while (process.memoryUsage().heapUsed < wantedBytes) for (let one = 0; one < 10_000; one++) orders.push(new Order(orders.length, orders.at(-1)));

const frames = createFrameInterner();
const figures: Record<string, number> = { heapBytes: process.memoryUsage().heapUsed };
measured('read', 5, () => {
  const profile = heap.read();
  if (profile !== undefined) foldHeap(profile, 0, EVERY_BYTES, frames);
});
heap.disconnect();
measured('count', 3, () => { queryObjects(Order, { format: 'count' }); });
const [thread, ofProcess] = [observeThread(), observeProcess()];
measured('facts', 100, () => {
  const facts = new Facts();
  thread.windowEnded(facts);
  ofProcess.windowEnded(facts);
});
thread.stop();
measured('report', 5, () => { reportOf([]); });
measured('resources', 20, () => { JSON.stringify({ ...Object.fromEntries(activeResources()), ...keptAliveBy() }); });
const sampler = createSampler({ secret: 'bench', spool: false });
measured('mark', 100, () => { sampler.snapshot('mark'); });
class Passed extends Order {}
const ALL = 1_000_000;
/** So many of each class, because no more are watched. */
const OF_A_CLASS = 2500;
const CLASSES = 16;
const plainNs = nsOf(Order, ALL);
figures['passedNs'] = nsOf(sampler.track(Passed, { stacks: { every: 1e9 } }), ALL) - plainNs;
const heldBefore = process.memoryUsage.rss();
// By a clock that is read and stands still: what stacks take of a second is bounded too.
const creations = followCreations({ clock: { ...systemClock, monotonicUs: () => systemClock.monotonicUs() * 0 }, note: () => undefined, told: () => undefined });
creations.start();
const watchedNs = Array.from({ length: CLASSES }, (_, number) => nsOf(creations.follow(class Watched extends Order {}, `Watched ${number}`, 1), OF_A_CLASS));
figures['watchedNs'] = watchedNs.reduce((sum, one) => sum + one, 0) / CLASSES - plainNs;
figures['watchedBytes'] = (process.memoryUsage.rss() - heldBefore) / (OF_A_CLASS * CLASSES);
await sampler.stop();
const beforeBytes = process.memoryUsage.rss();
const snapshot = takeSnapshot();
figures['snapshotMs'] = snapshot.pauseMs;
figures['snapshotRssBytes'] = process.resourceUsage().maxRSS * 1024 - beforeBytes;
figures['snapshotBytes'] = snapshot.bytes;
await snapshot.send(new Writable({ write: (_piece, _encoding, done) => { done(); } }), false);
process.stdout.write(JSON.stringify({ ...figures, kept: orders.length }));

/** Median of the pauses, and what the process grew by meanwhile. */
function measured(name: string, times: number, work: () => void): void {
  const before = process.memoryUsage.rss();
  let most = before;
  const pauses = Array.from({ length: times }, () => {
    const startMs = performance.now();
    work();
    const pauseMs = performance.now() - startMs;
    most = Math.max(most, process.memoryUsage.rss());
    return pauseMs;
  }).sort((a, b) => a - b);
  figures[`${name}Ms`] = pauses[Math.floor(times / 2)] ?? 0;
  figures[`${name}RssBytes`] = most - before;
}

/** Of one construction, under as many calls as a request has. */
function nsOf(made: new (id: number, next: undefined) => Order, times: number): number {
  const startMs = performance.now();
  below(30, () => { for (let one = 0; one < times; one++) new made(one, undefined); });
  return ((performance.now() - startMs) * 1e6) / times;
}

function below(calls: number, work: () => void): void {
  if (calls === 0) work();
  else below(calls - 1, work);
}
