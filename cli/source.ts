// Where answers come from: a running server, or a folder that none holds. Then the same server answers from here, for
// this command alone, so that both say the same.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Store } from '../collector/store/index.ts';
import { openStore } from '../collector/store/index.ts';
import { createApp } from '../visualizer/app.ts';
import type { ServerAddress } from './ask-server.ts';
import { basic } from './ask-server.ts';
import { readConfig } from './config.ts';
import { askHolder } from './control.ts';

export interface Source {
  readonly url?: string | undefined;
  /** A folder. */
  readonly db?: string | undefined;
  /** config.ini. */
  readonly config?: string | undefined;
}

/** What `liveprofiler serve` answers to the control request of this name: its page's address. */
export const ADDRESS_REQUEST = 'address';

/**
 * Runs `work` while there is something to ask; undefined when the configuration is faulty, which stderr was told.
 * @throws StoreError when the folder does not open
 */
export async function withServer<T>({ url, db, config: path }: Source, work: (server: ServerAddress) => Promise<T>): Promise<T | undefined> {
  if (url !== undefined) return work({ url: ended(url), authorization: fromEnvironment() });
  const config = path === undefined ? undefined : readConfig(path);
  if (path !== undefined && config === undefined) return undefined;
  const folder = db ?? config?.dbpath ?? '';
  const held = await askHolder(folder, { command: ADDRESS_REQUEST, args: [] }, () => undefined);
  if (held?.ok === true) {
    const known = config?.visualizer.credentials;
    return work({ url: ended(held.text), authorization: fromEnvironment() ?? (known === undefined ? undefined : basic(known.user, known.password)) });
  }
  const store = await openStore({ path: folder, create: false, ...(config === undefined ? {} : { retention: config.retention, maxBytes: config.maxBytes }) });
  try {
    return await answering(store, work);
  } finally {
    await store.close();
  }
}

/** Nobody else on this machine can ask it: it wants a password that only this process knows. */
async function answering<T>(store: Store, work: (server: ServerAddress) => Promise<T>): Promise<T> {
  const credentials = { user: 'liveprofiler', password: randomBytes(24).toString('hex') };
  const server = createServer(createApp({
    store,
    collector: { hosts: () => [], pullNow: () => Promise.resolve({ stacksCollected: 0 }), storeTrouble: () => undefined },
    metrics: () => Promise.resolve({ contentType: 'text/plain', body: '' }),
    access: { loopback: false, allowedHosts: [], credentials, secrets: [] },
    // The answer says it too.
    failed: () => undefined,
  }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    return await work({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, authorization: basic(credentials.user, credentials.password) });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function fromEnvironment(): string | undefined {
  const { LIVEPROFILER_USER: user, LIVEPROFILER_PASSWORD: password } = process.env;
  return user === undefined || password === undefined ? undefined : basic(user, password);
}

function ended(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
