// A day in which nobody asks, made in seconds: what a process takes in memory that does nothing besides.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createShelf } from '#sampler/shelf.js';
import type { ShelfCounts } from '#sampler/shelf.js';
import { HOUR_WINDOWS, MAX_BYTES, WINDOW_MS, windowsOf } from './away-windows.ts';
import type { Recording } from './away-windows.ts';

export interface DayTold {
  readonly held: number;
  readonly counts: ShelfCounts;
  /** The most at any time, beyond what the same work took before anything was kept. */
  readonly rssGrowthBytes: number;
  /** The same of what is in use, not only taken from the system. */
  readonly usedGrowthBytes: number;
}

const [path = '', windows = ''] = process.argv.slice(2);
const windowAt = windowsOf(JSON.parse(readFileSync(path, 'utf8')) as Recording, 0);
const shelf = createShelf(MAX_BYTES);
for (let at = 0; at < HOUR_WINDOWS; at++) windowAt(at);
const before = await taken();
const most = { ...before };
for (let at = 0; at < Number(windows); at++) {
  shelf.add(windowAt(at));
  if (at % ((5 * 60_000) / WINDOW_MS) !== 0) continue;
  const now = await taken();
  most.rss = Math.max(most.rss, now.rss);
  most.used = Math.max(most.used, now.used);
}
const held = shelf.peek(0).reduce((sum, { body }) => sum + body.count.reduce((a, b) => a + b, 0), 0);
process.send?.({ held, counts: shelf.counts(), rssGrowthBytes: most.rss - before.rss, usedGrowthBytes: most.used - before.used } satisfies DayTold);

async function taken(): Promise<{ rss: number; used: number }> {
  globalThis.gc?.();
  // V8 gives pages back to the system in a thread of its own.
  await pause(20);
  globalThis.gc?.();
  await pause(20);
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, used: heapUsed + external };
}
