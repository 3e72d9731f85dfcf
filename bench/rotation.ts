// Pause per slice: the overlapping profiles of the sampler against stopping and starting V8's profiler, side by side
// in one run, at the same slice length, with the TypeScript compiler and with the example's work. `npm run bench:rotation`.
import type { Session } from 'node:inspector';
import { Session as InspectorSession } from 'node:inspector';
import { cpus } from 'node:os';
import ts from 'typescript';
import { createSampler } from 'liveprofiler-sampler';
import { compressArchive, renderPage, reportAsJson, searchText, sortCatalogue } from '../example/work.ts';

const ROUNDS = 6;
const SLICES_PER_ROUND = 5;
const SOURCE = Array.from({ length: 300 }, (_, i) => `export function f${i}<T extends { a: number }>(x: T): number { const y = [x.a, ${i}].map((v) => v * 2); return y.reduce((s, v) => s + v, 0); }`).join('\n');

type Work = () => unknown;
const WORKS: Readonly<Record<string, Work>> = {
  'TypeScript compiling': () => ts.transpileModule(SOURCE, { compilerOptions: { target: ts.ScriptTarget.ES2020 } }),
  'the example service': () => [reportAsJson(), renderPage(), searchText('sku'), compressArchive(), sortCatalogue()],
};

process.stdout.write(`${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}, sampling every 10 ms, TypeScript ${ts.version}

| at work | pause per slice (end, parse, fold, start) | median | p10 to p90 | longest | slices | slice length |
|---|---|---|---|---|---|---|
`);
for (const [name, work] of Object.entries(WORKS)) await compare(name, work);

async function compare(name: string, work: Work): Promise<void> {
  workFor(work, 3000);
  const ours: number[] = [];
  const stopStart: number[] = [];
  const sliceMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const measured = await pausesOfOurs(work);
    ours.push(...measured.pausesMs);
    sliceMs.push(measured.sliceMs);
    stopStart.push(...pausesOfStopStart(work, measured.sliceMs));
  }
  const length = `${median(sliceMs).toFixed(0)} ms`;
  process.stdout.write(`${row(name, 'overlapping profiles (the sampler)', ours, length)}\n${row(name, 'stop and start', stopStart, length)}\n`);
  process.stdout.write(`| ${name} | ratio of the medians | ${(median(stopStart) / median(ours)).toFixed(1)} | | | | |\n`);
}

function row(work: string, name: string, pausesMs: readonly number[], sliceLength: string): string {
  const spread = `${quantile(pausesMs, 0.1).toFixed(2)} to ${quantile(pausesMs, 0.9).toFixed(2)} ms`;
  return `| ${work} | ${name} | ${median(pausesMs).toFixed(2)} ms | ${spread} | ${Math.max(...pausesMs).toFixed(2)} ms | ${pausesMs.length} | ${sliceLength} |`;
}

/** The sampler tells the sum of its pauses: what one slice added is the difference, where no window was finished meanwhile. */
async function pausesOfOurs(work: Work): Promise<{ pausesMs: number[]; sliceMs: number }> {
  const sampler = createSampler({ secret: 'bench' });
  const { port } = await sampler.listen({ port: 0 });
  const pauses: number[] = [];
  const first = await cost(port);
  const startMs = performance.now();
  let before = first;
  while (pauses.length < SLICES_PER_ROUND) {
    workFor(work, 100);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const now = await cost(port);
    if (now.slices === before.slices) continue;
    if (now.windows === before.windows) pauses.push((now.totalPauseUs - before.totalPauseUs) / (now.slices - before.slices) / 1000);
    before = now;
  }
  const sliceMs = (performance.now() - startMs) / (before.slices - first.slices);
  await sampler.stop();
  return { pausesMs: pauses, sliceMs };
}

interface Cost {
  readonly slices: number;
  readonly totalPauseUs: number;
  readonly windows: number;
}

async function cost(port: number): Promise<Cost> {
  const response = await fetch(`http://127.0.0.1:${port}/liveprofiler?after=`, { headers: { PROFILER_TOKEN: 'bench' } });
  const { processes } = (await response.json()) as { processes: readonly { readonly cost: Cost; readonly windows: readonly unknown[] }[] };
  const [first] = processes;
  if (first === undefined) throw new Error('the sampler answered without a process');
  return { ...first.cost, windows: first.windows.length };
}

function pausesOfStopStart(work: Work, sliceMs: number): number[] {
  const session: Session = new InspectorSession();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 10_000 });
  session.post('Profiler.start');
  const pauses: number[] = [];
  while (pauses.length < SLICES_PER_ROUND) {
    workFor(work, sliceMs);
    const startMs = performance.now();
    session.post('Profiler.stop', (_error, { profile }) => {
      sums(profile.nodes);
    });
    session.post('Profiler.start');
    pauses.push(performance.now() - startMs);
  }
  session.post('Profiler.stop');
  session.disconnect();
  return pauses;
}

function sums(nodes: readonly { readonly hitCount?: number | undefined }[]): number {
  return nodes.reduce((sum, { hitCount = 0 }) => sum + hitCount, 0);
}

function workFor(work: Work, ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs) work();
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
