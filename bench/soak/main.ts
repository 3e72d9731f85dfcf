// `npm run bench:soak`: hours of churn made short, with the sampler and without at the same time: what each takes in
// memory, drawn into docs/soak.svg, and the slope of it. --minutes 10  --node 20
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeBinary } from '../overhead/install.ts';
import { SECRET } from '../overhead/variants.ts';
import { table } from '../store/figures.ts';
import type { Told } from './child.ts';
import type { Fit } from './fit.ts';
import { fit } from './fit.ts';
import { svg } from './svg.ts';

const PICTURE = join(fileURLToPath(new URL('../../../', import.meta.url)), 'docs/soak.svg');
const READ_MS = 10_000;
/** What a process takes until it is at its level is no slope. */
const SETTLED = 0.4;
const MB = 1e6;

const { values: flags } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, node: { type: 'string', default: process.versions.node.split('.')[0] ?? '' } } });
const untilMs = performance.now() + Number(flags.minutes) * 60_000;
const path = nodeBinary(Number(flags.node));
const [plain, sampled] = await Promise.all([soak('plain'), soak('sampled')]);

const measures: readonly [name: string, read: (told: Told) => number][] = [['RSS', (told) => told.rssBytes], ['used by V8\'s heap', (told) => told.heapBytes], ['V8\'s from malloc', (told) => told.mallocBytes]];
const rows = measures.map(([name, read]) => {
  const [without, with_] = [slopeOf(plain, read), slopeOf(sampled, read)];
  return [name, shown(without), shown(with_), with_.low <= without.high ? 'yes' : '**no**'];
});
const [made, last] = [sampled.at(-1)?.functions ?? 0, (tolds: readonly Told[]): string => ((tolds.at(-1)?.rssBytes ?? 0) / MB).toFixed(0)];
const lineOf = (tolds: readonly Told[], read: (told: Told) => number) => tolds.map((told) => ({ x: told.functions / 1000, y: read(told) / MB }));
writeFileSync(
  PICTURE,
  svg(`Churn under an always-open profile, Node ${flags.node}`, 'thousand functions made and thrown away', 'MB', [
    { name: 'RSS with the sampler', color: '#c0392b', points: lineOf(sampled, ({ rssBytes }) => rssBytes) },
    { name: 'RSS without', color: '#2471a3', points: lineOf(plain, ({ rssBytes }) => rssBytes) },
    { name: 'V8\'s heap with the sampler', color: '#e59866', points: lineOf(sampled, ({ heapBytes }) => heapBytes) },
    { name: 'V8\'s heap without', color: '#7fb3d5', points: lineOf(plain, ({ heapBytes }) => heapBytes) },
  ]),
);
process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${flags.node}, ${flags.minutes} minutes, \`npm run bench:soak\`: ${Math.round(made / 1000)} thousand functions made and thrown away, ${sampled.at(-1)?.workers ?? 0} workers, modules loaded anew all the time; in the end ${last(sampled)} MB with the sampler, ${last(plain)} MB without.

${table(['slope, kB per 1,000 functions', 'without the sampler', 'with it', 'no more'], rows)}
`);

async function soak(how: 'plain' | 'sampled'): Promise<Told[]> {
  const child = fork(fileURLToPath(new URL('child.js', import.meta.url)), [how], { execPath: path, execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const tolds: Told[] = [];
  child.on('message', (told: Told) => {
    tolds.push(told);
    if (tolds.length % 15 === 0) process.stderr.write(`${how}: ${Math.round(told.seconds)} s, ${told.functions} functions, ${Math.round(told.rssBytes / MB)} MB\n`);
  });
  for (let cursor = ''; performance.now() < untilMs; ) {
    await Promise.race([pause(Math.min(READ_MS, Math.max(1, untilMs - performance.now()))), exited.then((how_) => Promise.reject(new Error(`the service ended: ${how_.join(' ')}`)))]);
    const port = tolds.at(-1)?.port;
    if (port !== undefined) cursor = await readAfter(port, cursor);
  }
  child.kill('SIGKILL');
  await exited;
  return tolds;
}

/** As a collector does. */
async function readAfter(port: number, cursor: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/liveprofiler?after=${cursor}`, { headers: { PROFILER_TOKEN: SECRET } });
  return ((await response.json()) as { readonly cursor: string }).cursor;
}

function slopeOf(tolds: readonly Told[], read: (told: Told) => number): Fit {
  const settled = tolds.slice(Math.floor(tolds.length * SETTLED));
  return fit(settled.map((told) => ({ x: told.functions / 1000, y: read(told) / 1000 })));
}

function shown({ slope, low, high }: Fit): string {
  return `${slope.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
}
