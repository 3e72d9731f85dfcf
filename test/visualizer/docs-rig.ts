// What docs/api.md is about: a service of two hosts and another one of one, at a fixed time. Its examples are asked of this, to the letter.
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { SnapshotPort } from '../../visualizer/ports.ts';
import type { Served } from './server.ts';
import { hostStatus, serve } from './server.ts';
import { factsOf } from './facts.ts';
import { made } from './snapshot/made.ts';
import { windowOf } from './windows.ts';

export const DOCS_NOW_MS: number = Date.UTC(2026, 10, 20, 14, 30);

const MINUTE_MS = 60_000;

/** A cache that holds 200 sessions. */
const HEAP = JSON.stringify(made([
  { type: 'synthetic', name: '', refers: { 'shortcut:1': 1 } },
  { name: 'global', bytes: 100, refers: { cache: 2 } },
  { name: 'Map', bytes: 32, refers: { 'internal:table': 3 } },
  { type: 'array', name: '', bytes: 1600, refers: Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`internal:${index}`, index + 4])) },
  ...Array.from({ length: 200 }, () => ({ name: 'Session', bytes: 1000 })),
]));

export async function serveDocs(t: TestContext): Promise<Served> {
  const version = (minutesAgo: number): string => (minutesAgo > 15 ? '1.1' : '1.2');
  const at = (seq: number, minutesAgo: number, query: number) => windowOf({ host: 'web-1', boot: `3f8a-${version(minutesAgo)}`, seq, startMs: DOCS_NOW_MS - minutesAgo * MINUTE_MS, labels: { service: 'shop', version: version(minutesAgo) }, stacks: { 'handle /app/server.js:10 < query /app/db.js:7': query, 'handle /app/server.js:10 < render /app/render.js:12': 300, '(garbage collector)': 20 }, lines: { 'render /app/render.js:12': { 14: 40, 15: 210 } }, ranFor: minutesAgo > 15 ? {} : { 'handle /app/server.js:10 < query /app/db.js:7': { route: '/orders/:id' }, 'handle /app/server.js:10 < render /app/render.js:12': { route: '/' } } });
  const other = windowOf({ host: 'web-2', boot: '77c1', seq: 1, startMs: DOCS_NOW_MS - 5 * MINUTE_MS, labels: { service: 'shop', version: '1.2' }, stacks: { 'handle /app/server.js:10 < render /app/render.js:12': 400 } });
  const jobs = { host: 'jobs-1', boot: 'c41d', labels: { service: 'jobs', version: '2.0' } };
  // It holds 200 kB more every minute.
  const growing = Array.from({ length: 60 }, (_, minute) => {
    const heldBytes = 40_000_000 + 200_000 * minute;
    return factsOf({ ...jobs, seq: minute, startMs: DOCS_NOW_MS - (60 - minute) * MINUTE_MS, durationMs: 5000, numbers: { rssBytes: heldBytes + 60_000_000, heapUsedBytes: heldBytes + 5_000_000, heapAfterGcBytes: heldBytes, heapLimitBytes: 268_000_000, externalBytes: 2_000_000, gcMajorCount: 1, gcMajorUs: 20_000, busyShare: 0.25, 'class.Session.count': 400 + 50 * minute } });
  });
  const busy = windowOf({ ...jobs, seq: 59, startMs: DOCS_NOW_MS - MINUTE_MS, durationMs: 5000, stacks: { 'work /app/job.js:3': 125 } });
  const hosts = [['web-1', 'shop', '1.2'], ['web-2', 'shop', '1.2'], ['jobs-1', 'jobs', '2.0']].map(([host = '', service = '', version = '']) => hostStatus({ host, service, address: `http://${host}:8000/liveprofiler`, version, sinceMs: DOCS_NOW_MS - 60 * MINUTE_MS, lastPullMs: DOCS_NOW_MS - 4000 }));
  const snapshots: SnapshotPort = { hosts: () => ['web-1'], expected: (host) => Promise.resolve({ host, heapBytes: 312_000_000, pauseMs: 2400 }), take: () => Promise.reject(new Error('This is no real host.')) };
  const served = await serve(t, { hosts, snapshots, windows: [at(1, 25, 80), at(2, 20, 80), at(1, 10, 180), at(2, 5, 180), other, ...growing, busy], wallMs: () => DOCS_NOW_MS });
  await mkdir(served.snapshotFolder);
  const file = join(served.snapshotFolder, 'web-1.heapsnapshot');
  await writeFile(file, HEAP);
  await utimes(file, DOCS_NOW_MS / 1000, DOCS_NOW_MS / 1000);
  return served;
}
