// The command as a person runs it: a real process, its config.ini in a folder of its own, and what it says.
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const MAIN: string = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Serving {
  readonly child: ChildProcess;
  readonly url: string;
  /** The log so far, one object per line. */
  readonly lines: () => readonly LogLine[];
  /** Resolves to the first line, of those that come after this call or before it, whose sentence matches. */
  readonly told: (words: RegExp) => Promise<LogLine>;
  /** What it wrote on stderr so far. */
  readonly stderr: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string; readonly level: number };

export async function run(...args: string[]): Promise<Ended> {
  return runAs({}, ...args);
}

export async function runAs(options: SpawnOptions, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { ...options, stdio: 'pipe' });
  const [stdout, stderr] = [reading(child.stdout), reading(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

export async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-cli-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Serves until the test ends; resolves once the address is told. `command` is what runs it, Node by default. */
export async function serve(t: TestContext, config: string, [file, ...args]: readonly [string, ...string[]] = [process.execPath, MAIN]): Promise<Serving> {
  const child = spawn(file, [...args, 'serve', '--config', config], { stdio: 'pipe' });
  t.after(() => child.kill('SIGKILL'));
  const [stdout, stderr] = [reading(child.stdout), reading(child.stderr)];
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as NodeJS.Signals | null }));
  const url = (): string | undefined => /http:\/\/\S+/.exec(stderr())?.[0];
  while (url() === undefined) {
    if (child.exitCode !== null) throw new Error(`it ended: ${stderr()}`);
    await pause(10);
  }
  const lines = (): LogLine[] => stdout().split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as LogLine);
  return {
    child,
    url: url() ?? '',
    lines,
    stderr,
    ended,
    async told(words) {
      for (;;) {
        const line = lines().find(({ msg }) => words.test(msg));
        if (line !== undefined) return line;
        if (child.exitCode !== null) throw new Error(`it ended before it said ${words.source}: ${stderr()}`);
        await pause(10);
      }
    },
  };
}

export async function write(path: string, text: string): Promise<string> {
  const file = join(path, 'config.ini');
  await writeFile(file, text);
  return file;
}

/** A page on loopback, a folder beside the file, and one host on this machine. */
export function iniFor(port: number, more = ''): string {
  return `[global]\ndbpath = db\n[collector]\nsecret_header = token\ninterval = 200ms\nhosts = 127.0.0.1:${port}\n[visualizer]\nlisten = 127.0.0.1:0\n${more}`;
}

function reading(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
