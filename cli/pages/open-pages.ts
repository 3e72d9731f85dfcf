// `openPages`: the pages for the process it is called in, on the spot. The process is sampled; store, collector and page
// live in a process of their own, so that they answer while this one is busy, or stands still.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeHeapSnapshot } from 'node:v8';
import { createSampler } from 'liveprofiler-sampler';
import type { Sampler } from 'liveprofiler-sampler';
import { ENDPOINT_PATH } from 'liveprofiler-sampler/wire';
import type { PagesStart, PagesTold } from './messages.ts';
import { standStill } from './stand-still.ts';

export interface PagesOptions {
  /** 0, as usual, lets the system choose. */
  readonly port?: number;
  /** An address of loopback; 127.0.0.1, as usual. */
  readonly host?: string;
  /** Takes a heap snapshot, then holds this thread until somebody presses “Continue” on the page. */
  readonly block?: boolean;
}

export interface Pages {
  /** As one opens it in a browser: with a token, so that other users of the machine cannot. */
  readonly url: string;
  /** Ends sampling and the pages, and deletes what they kept. They end with the program anyway. */
  close(): Promise<void>;
}

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/;
const PROCESS = fileURLToPath(new URL('./process.js', import.meta.url));

/**
 * Samples this thread, tells the address on stderr and resolves when the page answers; with `block`, when somebody let the
 * program go on. It does not keep the program alive.
 * @throws TypeError with code PAGES_OPTIONS, Error with code PAGES_NOT_STARTED
 */
export async function openPages(options: PagesOptions = {}): Promise<Pages> {
  const { port, host, block } = checked(options);
  const calledAt = callerOf(new Error());
  const program = basename(process.argv[1] ?? 'node');
  const [secret = '', adminSecret = '', token = ''] = Array.from({ length: 3 }, () => randomBytes(24).toString('hex'));
  const sampler = createSampler({ secret, adminSecret, service: program, spool: false });
  const own = await sampler.listen({ port: 0 });
  // What is loaded into this process by its environment has no business in there.
  const child = fork(PROCESS, { execArgv: [], env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const close = (): Promise<void> => end(sampler, child);
  try {
    const { url, snapshots } = await started(child, { port, host, program, ...(block ? { calledAt } : {}), target: `http://127.0.0.1:${own.port}${ENDPOINT_PATH}`, secret, adminSecret, token });
    child.unref();
    child.channel?.unref();
    if (block) await hold(sampler, url, snapshots);
    else process.stderr.write(`liveprofiler: ${url}\n`);
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function hold(sampler: Sampler, url: string, snapshots: string): Promise<void> {
  const path = join(snapshots, `here_${new Date().toISOString().replace(/[-:]/g, '')}.heapsnapshot`);
  renameSync(writeHeapSnapshot(`${path}.part`), path);
  sampler.pause();
  await standStill(url, `liveprofiler: the program stands still until somebody presses Continue at ${url.replace('?', 'held/?')}\n`);
  sampler.resume();
}

function started(child: ChildProcess, start: PagesStart): Promise<PagesTold> {
  return new Promise((resolve, reject) => {
    const failed = (why: string, cause?: unknown): void => { reject(Object.assign(new Error(`openPages: ${why}`, { cause }), { code: 'PAGES_NOT_STARTED' })); };
    child.once('error', (error) => { failed(`their process could not be started: ${error.message}.`, error); });
    child.once('exit', (code) => { failed(`their process ended with code ${code ?? 'none'} before it answered.`); });
    child.once('message', (told: PagesTold | { readonly failed: string }) => {
      if ('failed' in told) failed(told.failed);
      else resolve(told);
    });
    child.send(start);
  });
}

async function end(sampler: Sampler, child: ChildProcess): Promise<void> {
  await sampler.stop();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.ref();
  if (child.connected) child.disconnect();
  await ended;
}

function checked(options: PagesOptions): Required<PagesOptions> {
  const { port = 0, host = '127.0.0.1', block = false, ...more } = options as Readonly<Record<string, unknown>>;
  const faults = [
    ...(typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535 ? [] : [`port is ${JSON.stringify(port)}, but takes a whole number from 0 to 65535`]),
    ...(typeof host === 'string' && LOOPBACK.test(host) ? [] : [`host is ${JSON.stringify(host)}, but takes an address of loopback, such as 127.0.0.1: whoever reaches the pages sees what the program holds`]),
    ...(typeof block === 'boolean' ? [] : [`block is ${JSON.stringify(block)}, but takes true or false`]),
    ...Object.keys(more).map((key) => `${key} is no option`),
  ];
  if (faults.length > 0) throw Object.assign(new TypeError(`openPages: ${faults.join('; ')}.`), { code: 'PAGES_OPTIONS' });
  return { port: port as number, host: host as string, block: block as boolean };
}

/** Where the program stands, the call itself first. */
function callerOf({ stack = '' }: Error): string[] {
  return stack.split('\n').slice(2).map((line) => line.trim().replace(/^at /, ''));
}
