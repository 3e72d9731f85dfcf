// Asks hosts for heap snapshots, where the configuration has their admin secret, and streams them into a file. One at a
// time: each pauses its host, and fills the disk. Invariant: nothing of it is in memory, and no more than allowed on disk.
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bytes, Milliseconds } from 'liveprofiler-sampler/wire';
import { decoded, readBody } from './body.ts';
import { PullFailure, networkFailure, statusFailure } from './failures.ts';
import { answerTo, connectTo } from './fetch.ts';
import { createLookup } from './lookup.ts';
import type { Target } from './target.ts';

export interface HeapSnapshots {
  /** Names of those whose admin secret is known. */
  hosts(): readonly string[];
  /** What taking one would cost the host now. @throws PullFailure, or an Error in the host's own words when it takes none. */
  expected(host: string): Promise<{ readonly host: string; readonly heapBytes: Bytes; readonly pauseMs: Milliseconds }>;
  /** Resolves when `path`, a new file for this user alone, holds all of it. `received` hears which share is here, where that is known. */
  take(host: string, path: string, received: (share?: number) => void): Promise<void>;
  /** Ends what is being taken. */
  stop(): void;
}

export interface HeapSnapshotsOptions {
  /** As they are configured now. */
  readonly targets: () => readonly Target[];
  readonly maxBytes?: Bytes;
  /** How long nothing may come, once the pause is over that the host expects. */
  readonly patienceMs?: Milliseconds;
  /** How long one may take in all: others wait for it. */
  readonly mostMs?: Milliseconds;
  readonly lookup?: LookupFunction;
}

const PATH = '/heap-snapshot';
const MAX_BYTES: Bytes = 4 * 1024 ** 3;
const PATIENCE_MS: Milliseconds = 30_000;
const MOST_MS: Milliseconds = 3_600_000;
/** A pause can be some times what was expected of it. */
const PAUSE_SLACK = 5;
const MAX_PLAN_BYTES: Bytes = 64 * 1024;
/** Characters of what a host says of itself. */
const MAX_WORDS = 500;

export function createHeapSnapshots({ targets, maxBytes = MAX_BYTES, patienceMs = PATIENCE_MS, mostMs = MOST_MS, lookup = createLookup() }: HeapSnapshotsOptions): HeapSnapshots {
  const running = new Set<AbortController>();
  let taking: string | undefined;

  /** The answer of a host, handed to `use`; silent for longer than `waitMs`, it is given up. */
  async function asking<T>(target: Target, query: string, waitMs: Milliseconds, use: (response: IncomingMessage, url: URL, alive: () => void) => Promise<T>): Promise<T> {
    const url = new URL(target.url);
    url.pathname = url.pathname.replace(/\/?$/, PATH);
    if (query !== '') url.searchParams.set(query, '');
    const gone = new AbortController();
    running.add(gone);
    const timer = setTimeout(() => { gone.abort(new PullFailure('timeout', `${url.host} told nothing for ${Math.round(waitMs / 1000)} s: is it overloaded?`)); }, waitMs);
    const most = setTimeout(() => { gone.abort(new PullFailure('timeout', `${url.host} was not done after ${Math.round(mostMs / 1000)} s: is it overloaded, or the way there too slow?`)); }, mostMs);
    const connection = connectTo({ ...target, secret: target.adminSecret ?? '', lookup });
    try {
      const response = await answerTo(connection.request(url, gone.signal), gone.signal);
      try {
        return await use(response, url, () => timer.refresh());
      } finally {
        response.destroy();
      }
    } catch (error) {
      throw gone.signal.aborted ? (gone.signal.reason as Error) : networkFailure(error, url);
    } finally {
      clearTimeout(timer);
      clearTimeout(most);
      running.delete(gone);
      connection.close();
    }
  }

  function targetOf(host: string): Target {
    const target = targets().find(({ name, adminSecret }) => name === host && adminSecret !== undefined);
    if (target === undefined) throw new Error(`There is no admin_secret for ${host}: give its sampler an adminSecret, and the same as admin_secret to the host in config.ini.`);
    return target;
  }

  async function planOf(target: Target): Promise<{ readonly heapBytes: Bytes; readonly pauseMs: Milliseconds }> {
    const plan = await asking(target, 'plan', patienceMs, async (response, url) => {
      if (response.statusCode !== 200) throw await failureOf(response, url);
      return planIn((await readBody(response, MAX_PLAN_BYTES, url)).toString(), url);
    });
    if (plan.refused !== undefined) throw new Refusal(plan.refused);
    return plan;
  }

  return {
    hosts: () => targets().flatMap(({ name, adminSecret }) => (adminSecret === undefined ? [] : [name])),
    expected: async (host) => ({ host, ...(await planOf(targetOf(host))) }),
    async take(host, path, received) {
      if (taking !== undefined) throw new Error(`A snapshot of ${taking} is being taken: wait until it is here.`);
      taking = host;
      try {
        const target = targetOf(host);
        const { pauseMs } = await planOf(target);
        await asking(target, '', Math.min(mostMs, patienceMs + PAUSE_SLACK * pauseMs), async (response, url, alive) => {
          if (response.statusCode !== 200) throw await failureOf(response, url);
          const whole = Number(response.headers['liveprofiler-snapshot-bytes']);
          const counted = counting(maxBytes, url, (bytes) => {
            alive();
            received(whole > 0 ? Math.min(1, bytes / whole) : undefined);
          });
          await pipeline(decoded(response, url), counted, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
          if (!response.complete) throw new PullFailure('incomplete', `${url.host} ended in the midst of its snapshot: did the service restart?`);
        });
      } finally {
        taking = undefined;
      }
    },
    stop() {
      for (const one of running) one.abort(new PullFailure('stopped', 'The server is being stopped.'));
    },
  };
}

/** The host takes no snapshot, in its own words. */
class Refusal extends PullFailure {
  constructor(words: string) {
    super('http-other', words.slice(0, MAX_WORDS));
  }
}

async function failureOf(response: IncomingMessage, url: URL): Promise<PullFailure> {
  const status = response.statusCode ?? 0;
  if (status === 403) return new PullFailure('http-403', `${url.host} does not know the admin secret (403): check admin_secret here against the adminSecret of its sampler.`);
  if (status === 404) return new PullFailure('http-404', `${url.host} hands out no heap snapshots (404): its sampler is too old, or its path is another.`);
  if (status !== 409 && status !== 429 && status !== 507) return statusFailure(status, response.headers.location, url);
  return new Refusal((await readBody(response, MAX_PLAN_BYTES, url)).toString().trim());
}

function planIn(text: string, url: URL): { readonly heapBytes: Bytes; readonly pauseMs: Milliseconds; readonly refused?: string } {
  let plan: Readonly<Record<string, unknown>> | undefined;
  try {
    plan = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    // It is told below.
  }
  const [heapBytes, pauseMs, refused] = [plan?.['heapUsedBytes'], plan?.['expectedPauseMs'], plan?.['refused']];
  if (!isWhole(heapBytes) || !isWhole(pauseMs) || (refused !== undefined && typeof refused !== 'string')) {
    throw new PullFailure('not-a-profile', `What ${url.host} says of its heap makes no sense: is this the address of a sampler?`);
  }
  return { heapBytes, pauseMs, ...(refused === undefined ? {} : { refused }) };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function counting(maxBytes: Bytes, url: URL, counted: (bytes: Bytes) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      if (bytes > maxBytes) {
        done(new PullFailure('too-large', `The snapshot of ${url.host} is larger than the ${Math.floor(maxBytes / 1024 ** 2)} MiB that are kept here.`));
        return;
      }
      counted(bytes);
      done(null, piece);
    },
  });
}
