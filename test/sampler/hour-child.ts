// An hour in which nobody asks, made in seconds: real stacks on a real shelf behind a real endpoint.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import ts from 'typescript';
import { createSampler } from 'liveprofiler-sampler';
import { createEndpoint } from '#sampler/endpoint.js';
import { trackLabels } from '#sampler/labels/tracker.js';
import { createNamer } from '#sampler/names/namer.js';
import { createShelf } from '#sampler/shelf.js';
import type { Shelf, ShelfCounts } from '#sampler/shelf.js';
import { askWire, SECRET } from './ask.ts';
import { HOUR_WINDOWS, INTERVAL_US, MAX_BYTES, monotonicUs, WINDOW_MS, windowsOf } from './away-windows.ts';
import type { Recording } from './away-windows.ts';

export interface HourTold {
  readonly port: number;
  readonly distinctStacks: number;
  readonly counts: ShelfCounts;
}

const [recordMs = '', path = ''] = process.argv.slice(2);
const SOURCE = 'class D<T> { private readonly a = new Map<string, T>(); async f(x?: T) { for (const [k, v] of this.a) await this.g(k, v ?? x!); return { ...this, x }; } protected g(k: string, v: T) { return `${k}` as const; } }\n'.repeat(50);

const recording = await record();
writeFileSync(path, JSON.stringify(recording));
const startMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS - HOUR_WINDOWS * WINDOW_MS;
const shelf = createShelf(MAX_BYTES);
const windowAt = windowsOf(recording, startMs);
for (let at = 0; at < HOUR_WINDOWS; at++) shelf.add(windowAt(at));
process.send?.({ port: await serve(shelf), distinctStacks: new Set(recording.samples).size, counts: shelf.counts() } satisfies HourTold);
process.once('disconnect', () => process.exit());

/** TypeScript at work, sampled closely. */
async function record(): Promise<Recording> {
  const sampler = createSampler({ secret: SECRET, intervalUs: 1000, windowMs: 1000 });
  const { port } = await sampler.listen({ port: 0 });
  for (const untilMs = performance.now() + Number(recordMs); performance.now() < untilMs; ) {
    ts.transpileModule(SOURCE, { compilerOptions: { target: ts.ScriptTarget.ES2015, module: ts.ModuleKind.CommonJS } });
    await turn();
  }
  sampler.pause();
  const [frames, paths] = [new Map<string, number>(), new Map<string, number>()];
  const idIn = (known: Map<string, number>, value: unknown): number => {
    const key = JSON.stringify(value);
    return known.get(key) ?? known.set(key, known.size).size - 1;
  };
  const samples: number[] = [];
  for (let [after, more] = ['', true]; more; ) {
    const answer = await askWire(port, after);
    ({ cursor: after, more } = answer);
    for (const { frames: told, stacks, windows } of answer.processes) {
      const here: number[][] = [[]];
      for (let stack = 1; stack < stacks.parent.length; stack++) here.push([...(here[stacks.parent[stack] ?? 0] ?? []), idIn(frames, told[stacks.frame[stack] ?? 0])]);
      for (const { rows } of windows) {
        for (const [row, stack] of rows.stack.entries()) samples.push(...new Array<number>(rows.count[row] ?? 0).fill(idIn(paths, here[stack])));
      }
    }
  }
  await sampler.stop();
  return { frames: [...frames.keys()].map((key) => JSON.parse(key) as Recording['frames'][number]), paths: [...paths.keys()].map((key) => JSON.parse(key) as number[]), samples };
}

async function serve(held: Shelf): Promise<number> {
  const state = {
    boot: 'a0a0a0a0', labels: { service: 'away' }, thread: { id: 0, name: 'main' }, intervalUs: INTERVAL_US, windowMs: WINDOW_MS, shelf: held, names: createNamer(), labelling: trackLabels(), classes: { track: <C,>(tracked: C) => tracked, count: () => ({}) }, mark: () => undefined, spool: undefined,
    state: () => ({ state: 'running' }) as const,
    cost: () => ({ firstStartUs: 0, longestPauseUs: 0, totalPauseUs: 0, slices: 0, recoveries: {}, ...held.counts() }),
    pause: () => undefined, resume: () => undefined, stop: () => Promise.resolve(),
  };
  const clock = { wallMs: () => Date.now(), monotonicUs: () => monotonicUs(Date.now(), startMs), after: () => () => undefined };
  const endpoint = createEndpoint(state, '/liveprofiler', clock, () => true);
  const server = createServer((request, response) => { endpoint.answer(request, response); }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}
