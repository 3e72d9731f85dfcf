// The visualizer over a real store in a folder of its own, on a port of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Store, Window } from '../../collector/store/index.ts';
import { openStore } from '../../collector/store/index.ts';
import type { Access } from '../../visualizer/app.ts';
import { createApp } from '../../visualizer/app.ts';
import type { SnapshotPort } from '../../visualizer/ports.ts';
import { createDesk } from '../../visualizer/snapshot/desk.ts';
import { createShelf } from '../../visualizer/snapshot/shelf.ts';
import type { HostStatus } from '../../collector/store/host-status.ts';
import { afterwards } from '../cleanup.ts';

export interface Served {
  readonly port: number;
  readonly store: Store;
  /** The folder of snapshots; it is there once one is put in. */
  readonly snapshotFolder: string;
  /** How often every host was pulled at once. */
  readonly pulls: () => number;
  /** What got a 5xx, in order. */
  readonly failures: readonly { readonly error: unknown; readonly path: string }[];
}

export interface ServeOptions {
  readonly hosts?: readonly HostStatus[];
  readonly windows?: readonly Window[];
  readonly access?: Partial<Access>;
  readonly wallMs?: () => number;
  readonly storeTrouble?: string;
  /** Puts something before the store. */
  readonly wrap?: (store: Store) => Store;
  /** Hosts whose heap may be asked for; none by default. */
  readonly snapshots?: SnapshotPort;
}

const NO_SNAPSHOTS: SnapshotPort = { hosts: () => [], expected: () => Promise.reject(new Error('none')), take: () => Promise.reject(new Error('none')) };

export async function serve(t: TestContext, { hosts = [hostStatus({})], windows = [], access = {}, wallMs = Date.now, storeTrouble, wrap = (store) => store, snapshots = NO_SNAPSHOTS }: ServeOptions): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-page-'));
  const store = await openStore({ path: join(folder, 'db') });
  await store.append(windows, new Map());
  const shelf = createShelf({ folder: join(folder, 'snapshots') });
  const desk = createDesk(shelf);
  let pulls = 0;
  const failures: { error: unknown; path: string }[] = [];
  const app = createApp({
    store: wrap(store),
    failed: (error, { path }) => void failures.push({ error, path }),
    collector: {
      hosts: () => hosts,
      pullNow() {
        pulls++;
        return Promise.resolve({ stacksCollected: 42 });
      },
      storeTrouble: () => storeTrouble,
    },
    snapshots: { shelf, desk, port: snapshots },
    metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: 'liveprofiler_up 1\n' }),
    access: { loopback: true, allowedHosts: [], secrets: ['s3cret'], ...access },
    wallMs,
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(t, async () => {
    desk.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await store.close();
    await rm(folder, { recursive: true });
  });
  return { port: (server.address() as AddressInfo).port, store, snapshotFolder: join(folder, 'snapshots'), pulls: () => pulls, failures };
}

export function hostStatus(known: Partial<HostStatus>): HostStatus {
  return { host: 'web', address: 'http://web:8080/liveprofiler', service: 'shop', version: '1.2', state: 'up', sinceMs: 0, lastPullMs: 1000, speaks: 'liveprofiler', clockSteps: 0, ...known };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  json(): unknown;
}

/** Unlike fetch this sends any Host header. */
export function get(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return ask({ port, path, headers, method: 'GET' });
}

export function post(port: number, path: string, body: unknown): Promise<Answer> {
  return ask({ port, path, headers: { 'content-type': 'application/json' }, method: 'POST' }, JSON.stringify(body));
}

async function ask(options: RequestOptions, text = ''): Promise<Answer> {
  const { bytes, ...answer } = await askBytes(options, text);
  const body = bytes.toString('utf8');
  return { ...answer, body, json: () => JSON.parse(body) as unknown };
}

export interface Bytes {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

export function getBytes(port: number, path: string): Promise<Bytes> {
  return askBytes({ port, path, method: 'GET' }, '');
}

function askBytes(options: RequestOptions, text: string): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => { chunks.push(chunk); });
      response.on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) }); });
    });
    asking.on('error', reject);
    asking.end(text);
  });
}
