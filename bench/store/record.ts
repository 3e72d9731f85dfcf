// Records programs with the sampler, once, into a cache outside of what is committed: wire answers as they came.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { WireAnswer } from 'liveprofiler-sampler/wire';
import { readWire } from 'liveprofiler-sampler/wire';
import type { Material } from './material.ts';
import { materialOf } from './material.ts';
import type { ProgramName } from './programs.ts';
import { SECRET, start } from './programs.ts';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/liveprofiler-bench/', import.meta.url));
/** What a program compiles and loads first is left out. */
const WARM_UP_MS = 5000;
const FULL_MS = 300_000;
const QUICK_MS = 20_000;
/** At the same time: more would take each other's cores. */
const GROUPS: readonly (readonly ProgramName[])[] = [['typescript', 'example', 'idle'], ['express', 'renderer']];

export type Recorded = ReadonlyMap<ProgramName, readonly WireAnswer[]>;

/** A long recording serves a quick run too. */
export async function recordings(quick: boolean): Promise<Recorded> {
  const all = new Map<ProgramName, readonly WireAnswer[]>();
  for (const group of GROUPS) {
    const found = await Promise.all(group.map(async (name) => [name, await atHand(name, quick) ?? await record(name, quick)] as const));
    for (const [name, answers] of found) all.set(name, answers);
  }
  return all;
}

/** Of programs that were recorded before, in the order asked for. */
export async function materialsOf(names: readonly string[]): Promise<Material[]> {
  const recorded = await recordings(true);
  return names.map((name) => {
    const found = [...recorded].find(([of]) => of === name);
    if (found === undefined) throw new Error(`${name} is no program that is recorded`);
    return materialOf(name, found[1]);
  });
}

async function atHand(name: ProgramName, quick: boolean): Promise<readonly WireAnswer[] | undefined> {
  const path = [fileOf(name, false), ...(quick ? [fileOf(name, true)] : [])].find(existsSync);
  if (path === undefined) return undefined;
  return (JSON.parse(gunzipSync(await readFile(path)).toString('utf8')) as unknown[]).map(readWire);
}

async function record(name: ProgramName, quick: boolean): Promise<readonly WireAnswer[]> {
  const lengthMs = quick ? QUICK_MS : FULL_MS;
  process.stderr.write(`recording ${name} for ${lengthMs / 1000} s …\n`);
  const program = await start(name);
  try {
    await delay(WARM_UP_MS);
    const { cursor } = await last(program.port, '');
    const answers: unknown[] = [];
    let after = cursor;
    for (const untilMs = performance.now() + lengthMs; performance.now() < untilMs; ) {
      await delay(10_000);
      for (let more = true; more; ) {
        const answer = await ask(program.port, after);
        answers.push(answer);
        ({ cursor: after, more } = readWire(answer));
      }
    }
    await mkdir(CACHE, { recursive: true });
    await writeFile(`${fileOf(name, quick)}.part`, gzipSync(JSON.stringify(answers)));
    await rename(`${fileOf(name, quick)}.part`, fileOf(name, quick));
    return answers.map(readWire);
  } finally {
    await program.stop();
  }
}

/** A recording of its own at another interval, as long as `enough` wants more of it; kept under `file`. */
export async function recordUntil(file: string, name: ProgramName, intervalUs: number, enough: (material: Material) => boolean): Promise<Material> {
  const path = join(CACHE, `${file}.json.gz`);
  if (existsSync(path)) return materialOf(name, (JSON.parse(gunzipSync(await readFile(path)).toString('utf8')) as unknown[]).map(readWire));
  process.stderr.write(`recording ${name} every ${intervalUs} µs …\n`);
  const program = await start(name, { INTERVAL_US: String(intervalUs) });
  try {
    const answers: unknown[] = [];
    for (let [after, more] = ['', false]; ; ) {
      if (!more) await delay(5000);
      const answer = await ask(program.port, after);
      answers.push(answer);
      ({ cursor: after, more } = readWire(answer));
      if (more) continue;
      const material = materialOf(name, answers.map(readWire));
      if (!enough(material)) continue;
      await mkdir(CACHE, { recursive: true });
      await writeFile(path, gzipSync(JSON.stringify(answers)));
      return material;
    }
  } finally {
    await program.stop();
  }
}

async function last(port: number, after: string): Promise<WireAnswer> {
  const answer = readWire(await ask(port, after));
  return answer.more ? last(port, answer.cursor) : answer;
}

async function ask(port: number, after: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/liveprofiler?after=${encodeURIComponent(after)}`, { headers: { PROFILER_TOKEN: SECRET } });
  return response.json();
}

function fileOf(name: ProgramName, quick: boolean): string {
  return join(CACHE, `${name}${quick ? '.quick' : ''}.json.gz`);
}
