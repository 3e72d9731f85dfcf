// The example service and a liveprofiler that reads it, as processes of their own, asked through the page's API.
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FlameAnswer, TimelineAnswer } from '../../visualizer/api.ts';
import { inFolder } from './folder.ts';
import { total } from './material.ts';
import { SECRET } from './programs.ts';

/** What the sampler does unless told otherwise. */
export const WINDOW_MS = 10_000;
const HOST = 'shop';
const POLL_MS = 100;

export interface Live {
  /** The flame graph from a moment on until now, as the page gets it. */
  flame(fromMs: number): Promise<FlameAnswer>;
  /** Time that windows cover in a range, in µs. */
  coveredUs(fromMs: number, untilMs: number): Promise<number>;
}

export async function whileServing<T>(intervalMs: number, work: (live: Live) => Promise<T>): Promise<T> {
  return inFolder(async (path) => {
    const env = { ...process.env, PROFILER_TOKEN: SECRET, ADMIN_TOKEN: randomUUID() };
    const service = fork(scriptOf('../../example/service.js'), { env });
    const children: ChildProcess[] = [service];
    try {
      const [{ port }] = (await once(service, 'message')) as [{ port: number }];
      const config = join(path, 'config.ini');
      await writeFile(config, `[global]\ndbpath = ${join(path, 'db')}\n[collector]\nsecret_header = \${PROFILER_TOKEN}\ninterval = ${intervalMs}ms\n[host ${HOST}]\naddress = 127.0.0.1:${port}\n[visualizer]\nlisten = 127.0.0.1:0\n`);
      const liveprofiler = spawn(process.execPath, [scriptOf('../../cli/main.js'), 'serve', '--config', config], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      children.push(liveprofiler);
      const address = await addressOf(liveprofiler);
      let main: Promise<string> | undefined;
      const thread = (fromMs: number): Promise<string> => (main ??= mainThread(address, fromMs));
      return await work({ flame: async (fromMs) => flame(address, fromMs, await thread(fromMs)), coveredUs: async (fromMs, untilMs) => coveredUs(address, fromMs, untilMs, await thread(fromMs)) });
    } finally {
      await Promise.all(children.map(ended));
    }
  });
}

async function addressOf({ stderr }: ChildProcess): Promise<string> {
  let told = '';
  for await (const chunk of stderr ?? []) {
    told += String(chunk);
    const [address] = /http:\/\/\S+/.exec(told) ?? [];
    if (address === undefined) continue;
    stderr?.resume();
    return address;
  }
  throw new Error(`liveprofiler ended: ${told}`);
}

/** The service's other threads have windows of their own, which are no part of its time. */
async function mainThread(address: string, fromMs: number): Promise<string> {
  for (;;) {
    const { threads } = await flame(address, fromMs, '');
    const main = threads.find(({ name }) => name === 'main');
    if (main !== undefined) return `${main.boot}/${main.id}`;
    await delay(POLL_MS);
  }
}

async function flame(address: string, fromMs: number, thread: string): Promise<FlameAnswer> {
  return (await answered(new URL(`api/flame?host=${HOST}&thread=${encodeURIComponent(thread)}&limit=10&from=${new Date(fromMs).toISOString()}`, address))) as FlameAnswer;
}

async function coveredUs(address: string, fromMs: number, untilMs: number, thread: string): Promise<number> {
  const { lines } = (await answered(new URL(`api/timeline?host=${HOST}&thread=${encodeURIComponent(thread)}&from=${Math.floor(fromMs)}&until=${Math.ceil(untilMs)}`, address))) as TimelineAnswer;
  return total(lines.map((line) => total(line.coveredUs)));
}

async function answered(url: URL): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the page's API says ${response.status}: ${await response.text()}`);
  return response.json();
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill();
  await closed;
}

function scriptOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
