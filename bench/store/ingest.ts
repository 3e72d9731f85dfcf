// Ingest: a thousand hosts over HTTP into a store, and what appending costs beside plain batches of the same bytes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import type { Measured } from './figures.ts';
import { short, table } from './figures.ts';
import { inFolder } from './folder.ts';
import type { Ingested } from './ingest-collector.ts';
import { besidePlainBatches } from './plain.ts';

/** Long enough that every host was read twice. */
const SETTLE_MS = 30_000;
const MEASURE_MS = 120_000;

export async function ingest({ materials, quick }: Bench): Promise<Measured> {
  const hosts = quick ? 100 : 1000;
  const [settleMs, measureMs] = quick ? [15_000, 10_000] : [SETTLE_MS, MEASURE_MS];
  const { windows, wallMs, cpuMs, rollUpCpuMs, maxRssBytes, appendP50Ms, appendP95Ms, notUp, refused } = await collect(hosts, settleMs, measureMs, quick);
  const due = (hosts * wallMs) / 10_000;
  const share = (cpuMs + rollUpCpuMs) / wallMs;
  const keptUp = windows >= due * 0.98;
  const rssMb = maxRssBytes / 1e6;
  const plain = await besidePlainBatches(materials, quick ? 200 : 2000);
  return {
    figures: [
      { what: `ingest of ${hosts} hosts at one window per 10 s, from HTTP answer to durable`, target: '≤ 0.5 cores', measured: `${short(share)} cores${keptUp ? '' : `, and only ${windows} of ${Math.round(due)} windows`}`, met: keptUp && share <= 0.5 },
      { what: 'the same, memory', target: '≤ 512 MB', measured: `${short(rssMb)} MB RSS at most`, met: rssMb <= 512 },
      { what: 'append beside plain level batches of the same bytes', target: '', measured: `${short(plain.cpuRatio)} × the CPU, ${short(plain.wallRatio)} × the time` },
    ],
    details: `${table(['windows', 'a second', 'CPU a window', 'roll-up a window', 'append p50', 'p95', 'not up', 'refused'], [[`${windows} of ${Math.round(due)}`, short(windows / (wallMs / 1000)), `${short(cpuMs / windows)} ms`, `${short(rollUpCpuMs / windows)} ms`, `${short(appendP50Ms)} ms`, `${short(appendP95Ms)} ms`, String(notUp), String(refused)]])}\n\n${hosts} hosts of all programs in turn, in one process of their own, over HTTP on loopback with gzip, read by the collector every 10 s. CPU and RSS are the whole process of collector and store, over ${short(wallMs / 1000)} s after ${short(settleMs / 1000)} s; the hosts' process is not counted. Rolling up what came in is done afterwards and its CPU counted in. Append: from the checked answer to durable.\n\n${plain.details}`,
  };
}

async function collect(hosts: number, settleMs: number, measureMs: number, quick: boolean): Promise<Ingested> {
  return inFolder(async (path) => {
    const fleet = fork(scriptOf('fleet.js'), [String(hosts), ...(quick ? ['--quick'] : [])]);
    try {
      const [{ port }] = (await once(fleet, 'message')) as [{ port: number }];
      const collector = fork(scriptOf('ingest-collector.js'), [path, port, hosts, settleMs, measureMs].map(String));
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
