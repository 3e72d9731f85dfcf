// Ingest: a thousand hosts over HTTP into a store, and what appending costs beside plain batches of the same bytes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import type { Figure, Measured } from './figures.ts';
import { short, table } from './figures.ts';
import { inFolder } from './folder.ts';
import type { Ingested } from './ingest-collector.ts';
import { besidePlainBatches } from './plain.ts';
import { BUSY, PROGRAM_NAMES } from './programs.ts';

/** Long enough that every host was read twice. */
const SETTLE_MS = 30_000;
const MEASURE_MS = 120_000;

export async function ingest({ materials, quick }: Bench): Promise<Measured> {
  const hosts = quick ? 100 : 1000;
  const [settleMs, measureMs] = quick ? [15_000, 10_000] : [SETTLE_MS, MEASURE_MS];
  const due = Math.round((hosts * measureMs) / 10_000);
  const runs: Run[] = [];
  for (const programs of [PROGRAM_NAMES, PROGRAM_NAMES.filter((name) => name !== BUSY)]) runs.push({ programs, ...(await collect(hosts, settleMs, measureMs, programs)) });
  const plain = await besidePlainBatches(materials, quick ? 200 : 2000);
  return {
    figures: [
      ...runs.flatMap((run) => figuresOf(run, hosts, due)),
      { what: 'append beside plain level batches of the same bytes', target: '', measured: `${short(plain.cpuRatio)} × the CPU, ${short(plain.wallRatio)} × the time` },
    ],
    details: `${runTable(runs, due)}\n\n${hosts} hosts of these programs in turn, in one process of their own, over HTTP on loopback with gzip, read by the collector every 10 s. The store holds the recording of every host before it begins, so that most stacks are known. CPU and RSS are the whole process of collector and store, over ${short(measureMs / 1000)} s after ${short(settleMs / 1000)} s; the hosts' process is not counted. Rolling up what came in is done afterwards and its CPU counted in. Append: from the checked answer to durable.\n\n${plain.details}`,
  };
}

interface Run extends Ingested {
  readonly programs: readonly string[];
}

function figuresOf(run: Run, hosts: number, due: number): Figure[] {
  const [share, keptUp, rssMb] = [shareOf(run), run.windows >= due * 0.98, run.maxRssBytes / 1e6];
  const of = run.programs.includes(BUSY) ? `one in ${run.programs.length} a compiler` : 'all of them services';
  return [
    { what: `ingest of ${hosts} hosts, ${of}, at one window per 10 s, from HTTP answer to durable`, target: '≤ 0.5 cores', measured: `${short(share)} cores${keptUp ? '' : `, and only ${run.windows} of ${due} windows`}`, met: keptUp && share <= 0.5 },
    { what: 'the same, memory', target: '≤ 512 MB', measured: `${short(rssMb)} MB RSS at most`, met: rssMb <= 512 },
  ];
}

function runTable(runs: readonly Run[], due: number): string {
  const rows = runs.map((run) => [run.programs.join(', '), `${run.windows} of ${due}`, short(shareOf(run)), `${short(run.cpuMs / run.windows)} ms`, `${short(run.rollUpCpuMs / run.windows)} ms`, `${short(run.appendP50Ms)} ms`, `${short(run.appendP95Ms)} ms`, `${short(run.startRssBytes / 1e6)} MB`, `${short(run.maxRssBytes / 1e6)} MB`, String(run.notUp), String(run.refused)]);
  return table(['hosts', 'windows', 'cores', 'CPU a window', 'roll-up a window', 'append p50', 'p95', 'RSS before', 'at most', 'not up', 'refused'], rows);
}

/** Of one core. */
function shareOf({ cpuMs, rollUpCpuMs, wallMs }: Ingested): number {
  return (cpuMs + rollUpCpuMs) / wallMs;
}

async function collect(hosts: number, settleMs: number, measureMs: number, programs: readonly string[]): Promise<Ingested> {
  return inFolder(async (path) => {
    const fleet = fork(scriptOf('fleet.js'), [String(hosts), programs.join(',')]);
    try {
      const [{ port }] = (await once(fleet, 'message')) as [{ port: number }];
      const collector = fork(scriptOf('ingest-collector.js'), [path, port, hosts, settleMs, measureMs, programs.join(',')].map(String));
      const closed = once(collector, 'close');
      const [ingested] = (await Promise.race([once(collector, 'message'), closed])) as [Ingested | number];
      await closed;
      if (typeof ingested !== 'object') throw new Error(`the collector ended with ${ingested}`);
      return ingested;
    } finally {
      fleet.kill();
    }
  });
}

function scriptOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
