// The same program read twice: by the sampler, and in a twin run by `node --cpu-prof` at the same interval.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Profiler } from 'node:inspector';
import { inFolder } from '../store/folder.ts';
import type { Selves } from './twin-child.ts';
import { selvesOf } from './twin-child.ts';
import { samplingError } from './judge.ts';

export interface Compared {
  readonly name: string;
  readonly ours: number;
  readonly theirs: number;
  /** Both sampling errors and half a point. */
  readonly allowed: number;
}

const TOP = 20;
const HALF_A_POINT = 0.005;
const CHILD = fileURLToPath(new URL('twin-child.js', import.meta.url));

/** The functions that either of them has on top: first ours, by their share. */
export async function twins(seconds: number, intervalUs: number): Promise<Compared[]> {
  const ours = await run(['sampled', String(seconds), String(intervalUs)], []);
  // As much work, not as much time: what is done in the end differs from what is done at first.
  const theirs = await inFolder(async (folder) => {
    await run(['plain', String(ours.steps), String(intervalUs)], ['--cpu-prof', '--cpu-prof-interval', String(intervalUs), '--cpu-prof-dir', folder]);
    const [file = ''] = await readdir(folder);
    return selvesOfProfile(JSON.parse(await readFile(join(folder, file), 'utf8')) as Profiler.Profile);
  });
  return [...new Set([...topOf(ours), ...topOf(theirs)])].map((name) => {
    const [mine, other] = [shareOf(ours, name), shareOf(theirs, name)];
    return { name, ours: mine, theirs: other, allowed: samplingError(mine, ours.samples) + samplingError(other, theirs.samples) + HALF_A_POINT };
  });
}

function topOf({ us }: Selves): string[] {
  return Object.keys(us).sort((a, b) => (us[b] ?? 0) - (us[a] ?? 0)).slice(0, TOP);
}

function shareOf({ us, allUs }: Selves, name: string): number {
  return (us[name] ?? 0) / allUs;
}

async function run(parameters: readonly string[], flags: readonly string[]): Promise<Selves & { readonly steps: number }> {
  const child = spawn(process.execPath, [...flags, CHILD, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the twin ended with ${code}`);
  return JSON.parse(out) as Selves & { readonly steps: number };
}

function selvesOfProfile({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Selves {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  return selvesOf(samples.map((node, index) => {
    const frame = frames.get(node);
    return { name: frame?.functionName ?? '', line: (frame?.lineNumber ?? -1) + 1, us: Math.max(0, timeDeltas[index + 1] ?? 0), count: 1 };
  }));
}
