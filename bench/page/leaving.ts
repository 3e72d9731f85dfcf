// What pages that are left open cost the server: the time its process computes for what they ask again and again.
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const TIMES = 5;
/** As pages ask. */
const EVERY_MS = 5000;
const FOR_MS = 30_000;

/** `paths`: what a page asks when it asks again. In ms of computing, asking included, nothing shared with others. */
export async function refreshCost(url: string, paths: (time: number) => readonly string[]): Promise<number> {
  for (const path of paths(0)) await answered(url + path);
  const before = process.cpuUsage();
  for (let time = 1; time <= TIMES; time++) for (const path of paths(time)) await answered(url + path);
  return computedMs(before) / TIMES;
}

/** Share of one core that so many pages cost for half a minute, all of the same and each at a time of its own. */
export async function costOfLeaving(url: string, pages: number, paths: readonly string[]): Promise<number> {
  const [before, endMs] = [process.cpuUsage(), performance.now() + FOR_MS];
  await Promise.all(Array.from({ length: pages }, async (_, page) => {
    await delay((page * EVERY_MS) / pages);
    while (performance.now() < endMs) {
      const startMs = performance.now();
      for (const path of paths) await answered(url + path);
      await delay(Math.max(EVERY_MS, 4 * (performance.now() - startMs)));
    }
  }));
  return computedMs(before) / FOR_MS;
}

function computedMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function answered(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'br' } }, (response) => {
      response.resume();
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.on('end', resolve);
    }).on('error', reject);
  });
}
