// Runs one program and observes itself as a sampler would; started by record.ts.
import { PerformanceObserver, constants, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { PROGRAMS } from './programs.ts';
import type { Recording } from './recording.ts';

const [name = '', seconds = '1'] = process.argv.slice(2);
const program = PROGRAMS[name];
if (program === undefined) throw new Error(`there is no program ${name}`);
const turn = program.start();
const steps: Recording['steps'][number][] = [];
const kB = (bytes: number): number => Math.round(bytes / 1000);
let seen: NodeJS.MemoryUsage[] = [];
let [after, majors]: [number | null, number] = [null, 0];
let utilization = performance.eventLoopUtilization();

new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries() as unknown as { readonly detail: { readonly kind: number } }[]) {
    if (detail.kind !== constants.NODE_PERFORMANCE_GC_MAJOR) continue;
    majors++;
    after = Math.min(after ?? Number.POSITIVE_INFINITY, process.memoryUsage().heapUsed);
  }
}).observe({ entryTypes: ['gc'] });
setInterval(turn, 5);
setInterval(() => { seen.push(process.memoryUsage()); }, 100);
setInterval(() => {
  const now = performance.eventLoopUtilization();
  const least = (of: 'rss' | 'heapUsed' | 'external'): number => kB(Math.min(...seen.map((one) => one[of])));
  if (seen.length > 0) steps.push({ rss: least('rss'), used: least('heapUsed'), external: least('external'), after: after === null ? null : kB(after), majors, busy: Number(performance.eventLoopUtilization(now, utilization).utilization.toFixed(3)) });
  [seen, after, majors, utilization] = [[], null, 0, now];
  if (steps.length < Number(seconds)) return;
  process.send?.({ node: process.version, limitBytes: getHeapStatistics().heap_size_limit, steps } satisfies Recording);
  process.disconnect();
  process.exit(0);
}, 1000);
