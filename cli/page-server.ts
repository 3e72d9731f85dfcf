// The page's server: one listener for the life of the process, and who may ask it, which a reload can change.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../collector/config/index.ts';
import type { Collector } from '../collector/index.ts';
import type { Store } from '../collector/store/index.ts';
import { createApp } from '../visualizer/app.ts';
import type { Held } from '../visualizer/held.ts';
import type { SnapshotPort } from '../visualizer/ports.ts';
import { createDesk } from '../visualizer/snapshot/desk.ts';
import { createShelf } from '../visualizer/snapshot/shelf.ts';

export interface PageServer {
  /** As one opens it in a browser. */
  readonly url: string;
  /** Takes over who may ask; what the server listens on stays. */
  admit(config: Pick<Config, 'collector' | 'visualizer'>): void;
  close(): Promise<void>;
}

interface PageParts {
  readonly store: Store;
  readonly collector: Collector;
  readonly snapshots: SnapshotPort;
  readonly held?: Held;
  /** Without it in the address nobody may ask. */
  readonly token?: string;
  readonly log: Logger;
}

/** Within the store's folder. */
export const SNAPSHOT_FOLDER = 'snapshots';

/** @throws what node:net throws when the address cannot be had. */
export async function servePage(config: Pick<Config, 'dbpath' | 'collector' | 'visualizer'>, { store, collector, snapshots, held, token, log }: PageParts): Promise<PageServer> {
  const { listen: { host, port }, loopback } = config.visualizer;
  const shelf = createShelf({ folder: join(config.dbpath, SNAPSHOT_FOLDER) });
  const desk = createDesk(shelf);
  const failed = (error: unknown, asked: { readonly method: string; readonly path: string }): void => {
    log.error({ err: error, ...asked }, 'a question to the page could not be answered');
  };
  const metrics = async () => ({ contentType: collector.metrics.contentType, body: await collector.metrics.metrics() });
  const appFor = ({ collector: { hosts, sources }, visualizer: { allowedHosts, credentials } }: Parameters<PageServer['admit']>[0]) =>
    createApp({ store, collector, metrics, failed, ...(held && { held }), snapshots: { shelf, desk, port: snapshots }, access: { loopback, allowedHosts, ...(credentials && { credentials }), ...(token !== undefined && { token }), secrets: [...new Set([...hosts, ...sources].map(({ secret }) => secret))] } });
  let app = appFor(config);
  const server = createServer((request, response) => {
    app(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Such as a connection that cannot be taken for want of file descriptors.
  server.on('error', (error) => {
    log.error({ err: error }, 'the page could not take a connection');
  });
  return {
    url: urlOf(server.address() as AddressInfo),
    admit(next) {
      app = appFor(next);
    },
    close: () =>
      new Promise((resolve) => {
        desk.close();
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
}
