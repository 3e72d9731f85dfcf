// One measurement: a service in a fresh process under a profiler, asked a fixed number of times by the clients' process.
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Visit, Visited } from './client.ts';
import type { Ready, Taken } from './service.ts';
import type { ServiceOptions } from './variants.ts';
import { SECRET } from './variants.ts';

export interface Measurement extends Taken, Visited {
  readonly cpuUsPerRequest: number;
}

const LIMIT_MS = 90_000;
const SETTLE_MS = 300;
/** As often as a collector asks. */
const PULL_MS = 10_000;
/** V8 lets it grow to that sooner or later: when it does would decide who takes more memory. */
const YOUNG_MB = 16;

export class Clients {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('client.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });

  async visit(order: Visit): Promise<Visited> {
    const answer = await told<Visited | { readonly failed: string }>(this.#child, order);
    if ('failed' in answer) throw new Error(answer.failed);
    return answer;
  }

  stop(): void {
    this.#child.kill();
  }
}

let logs = 0;

export class Measured {
  readonly #child: ChildProcess;
  /** How long it was measured since a reader asked. */
  unreadMs = 0;
  readonly #log = join(tmpdir(), `liveprofiler-bench-${process.pid}-${logs++}.log`);
  #ready: Ready = { port: 0 };

  private constructor(node: string, options: ServiceOptions) {
    const log = openSync(this.#log, 'w');
    // What it logs goes to a file, as it does in production; errors are shown.
    this.#child = fork(fileURLToPath(new URL('service.js', import.meta.url)), [JSON.stringify(options)], { execPath: node, execArgv: ['--expose-gc', `--min-semi-space-size=${YOUNG_MB}`], stdio: ['ignore', log, 'inherit', 'ipc'] });
    closeSync(log);
  }

  /** @throws when it ends or does not come up. */
  static async start(node: string, options: ServiceOptions): Promise<Measured> {
    const measured = new Measured(node, options);
    try {
      measured.#ready = await told<Ready>(measured.#child);
      return measured;
    } catch (error) {
      await measured.stop();
      throw error;
    }
  }

  get port(): number {
    return this.#ready.port;
  }

  async begin(): Promise<void> {
    await told(this.#child, 'begin');
  }

  async end(): Promise<Taken> {
    return told<Taken>(this.#child, 'end');
  }

  /** Callbacks of Node's per request: what labels follow. */
  async switches(service: Visit['service'], clients: Clients): Promise<number> {
    await told(this.#child, 'count');
    const { requests } = await clients.visit({ port: this.port, service, forMs: SETTLE_MS });
    return (await told<{ readonly switches: number }>(this.#child, 'counted')).switches / requests;
  }

  /** After full collections; it does not run on as before. */
  async rssBytes(): Promise<number> {
    return (await told<{ readonly rssBytes: number }>(this.#child, 'rss')).rssBytes;
  }

  /** It takes nothing of the machine while others are measured. */
  halt(): void {
    this.#child.kill('SIGSTOP');
  }

  wake(): void {
    this.#child.kill('SIGCONT');
  }

  /** As a collector asks: everything it has. Resolves to the mean length of its slices, if it is ours. */
  async pull(): Promise<number | undefined> {
    if (this.#ready.samplerPort === undefined) return undefined;
    const response = await fetch(`http://127.0.0.1:${this.#ready.samplerPort}/liveprofiler?after=`, { headers: { PROFILER_TOKEN: SECRET } });
    const { processes } = (await response.json()) as { processes: readonly { readonly cost: { readonly slices: number }; readonly windows: readonly { readonly startUs: number; readonly endUs: number }[] }[] };
    const [own] = processes;
    const [first, last] = [own?.windows[0], own?.windows.at(-1)];
    return own === undefined || first === undefined || last === undefined ? undefined : (last.endUs - first.startUs) / 1000 / Math.max(1, own.cost.slices);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exited;
    }
    rmSync(this.#log, { force: true });
  }
}

/** @throws when the process breaks or takes too long. */
export async function measure(service: Measured, work: Visit['service'], clients: Clients, requests: number): Promise<Measurement> {
  const { port } = service;
  service.wake();
  try {
    // Timers that fell due while it was halted run here.
    await clients.visit({ port, service: work, forMs: SETTLE_MS });
    await service.begin();
    const due = service.unreadMs >= PULL_MS;
    const [visited] = await Promise.all([clients.visit({ port, service: work, requests }), due ? service.pull() : undefined]);
    const taken = await service.end();
    service.unreadMs = (due ? 0 : service.unreadMs) + taken.elapsedMs;
    return { ...visited, ...taken, cpuUsPerRequest: taken.cpuUs / visited.requests };
  } finally {
    service.halt();
  }
}

async function told<T>(child: ChildProcess, order?: object | string): Promise<T> {
  const abort = new AbortController();
  const { signal } = abort;
  const failure = (what: string) => (how: unknown[]) => Promise.reject(new Error(`${what} ${how.join(' ').trim()}`));
  const limit = setTimeout(() => { abort.abort(new Error(`no answer within ${LIMIT_MS / 1000} s`)); }, LIMIT_MS);
  try {
    const answer = Promise.race([once(child, 'message', { signal }), once(child, 'exit', { signal }).then(failure('the process ended:'))]);
    if (order !== undefined) child.send(order);
    const [message] = (await answer) as [T];
    return message;
  } finally {
    clearTimeout(limit);
    abort.abort();
  }
}
