// The collector and its store in a process of their own, so that what they cost is theirs alone.
// `node ingest-collector.js FOLDER PORT HOSTS SETTLE_MS MEASURE_MS PROGRAM,PROGRAM`; tells an Ingested and ends.
import { pino } from 'pino';
import { createCollector } from '../../collector/index.ts';
import type { AppendReport } from '../../collector/store/index.ts';
import { openStore } from '../../collector/store/index.ts';
import { quantile } from './figures.ts';
import { bothOf, HOUR_MS, recordedWindows, withOwnTables } from './layout.ts';
import { SECRET } from './programs.ts';
import { materialsOf } from './record.ts';

export interface Ingested {
  readonly windows: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** What rolling up the same windows costs later on, by the cost of all. */
  readonly rollUpCpuMs: number;
  readonly startRssBytes: number;
  readonly maxRssBytes: number;
  /** From the parsed answer to durable. */
  readonly appendP50Ms: number;
  readonly appendP95Ms: number;
  /** Hosts that were not up at the end. */
  readonly notUp: number;
  readonly refused: number;
}

const INTERVAL_MS = 10_000;
const [, , path = '', port = '', hosts = '0', settleMs = '0', measureMs = '0', programs = ''] = process.argv;

const store = await openStore({ path });
let windows = 0;
let everWindows = 0;
let refused = 0;
let appendsMs: number[] = [];
let maxRssBytes = 0;
const timed = {
  memory: (host: string) => store.memory(host),
  async append(...args: Parameters<typeof store.append>): Promise<AppendReport> {
    const startMs = performance.now();
    const report = await store.append(...args);
    appendsMs.push(performance.now() - startMs);
    // What was observed during a window is a window beside it.
    const of = report.appended / 2;
    windows += of;
    everWindows += of;
    refused += report.refused.length;
    return report;
  },
};
const names = Array.from({ length: Number(hosts) }, (_, i) => `fleet-${i}`);
// The hosts have been there for a while: their stacks are known.
const materials = await materialsOf(programs.split(','));
for (const [i, host] of names.entries()) {
  const material = materials[i % materials.length];
  if (material !== undefined) await store.append([...recordedWindows(material, host, Date.now() - HOUR_MS)].map(withOwnTables).flatMap(bothOf), new Map());
}
// They are no part of what is measured.
await store.rollUp(Date.now());
const targets = names.map((name, i) => ({ name, url: new URL(`http://127.0.0.1:${port}/${i}`), secret: SECRET, labels: {} }));
const config = { hosts: targets, sources: [], intervalMs: INTERVAL_MS, timeoutMs: 5000, maxBytes: 32 * 1024 * 1024, concurrency: 32 };
const collector = createCollector({ config, store: timed, log: pino({ level: 'silent' }) });
collector.start();
const looking = setInterval(() => (maxRssBytes = Math.max(maxRssBytes, process.memoryUsage.rss())), 250);

await new Promise((resolve) => setTimeout(resolve, Number(settleMs)));
[windows, refused, appendsMs] = [0, 0, []];
const startRssBytes = process.memoryUsage.rss();
const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
await new Promise((resolve) => setTimeout(resolve, Number(measureMs)));
const measured = { windows, refused, wallMs: performance.now() - startMs, cpuMs: cpuMsSince(startCpu), appendP50Ms: quantile(appendsMs, 0.5), appendP95Ms: quantile(appendsMs, 0.95) };
const notUp = collector.hosts().filter(({ state }) => state !== 'up').length;
await collector.stop();
const rollUpCpu = process.cpuUsage();
await store.rollUp(Date.now() + HOUR_MS);
const ingested: Ingested = {
  ...measured,
  rollUpCpuMs: (cpuMsSince(rollUpCpu) * measured.windows) / everWindows,
  startRssBytes,
  maxRssBytes,
  notUp,
};
clearInterval(looking);
await store.close();
process.send?.(ingested);
process.disconnect();

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
