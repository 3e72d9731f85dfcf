// A page over a store of its own, as `liveprofiler serve` puts them together, for as long as something is measured.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HostStatus } from '../../collector/store/host-status.ts';
import type { Window } from '../../collector/store/index.ts';
import { openStore } from '../../collector/store/index.ts';
import { createApp } from '../../visualizer/app.ts';
import { inFolder } from '../store/folder.ts';

const BATCH = 500;

export async function whilePaged<T>(hosts: readonly HostStatus[], windows: Iterable<Window> | AsyncIterable<Window>, work: (url: string) => Promise<T>): Promise<T> {
  return inFolder(async (path) => {
    const store = await openStore({ path });
    let batch: Window[] = [];
    for await (const window of windows) {
      batch.push(window);
      if (batch.length < BATCH) continue;
      await store.append(batch, new Map());
      batch = [];
    }
    await store.append(batch, new Map());
    await store.rollUp(Date.now());
    const server = createServer(createApp({
      store,
      collector: { hosts: () => hosts, pullNow: () => Promise.resolve({ stacksCollected: 0 }), storeTrouble: () => undefined },
      metrics: () => Promise.resolve({ contentType: 'text/plain', body: '' }),
      access: { loopback: true, allowedHosts: [], secrets: [] },
      failed: (error) => { process.stderr.write(`${String(error)}\n`); },
    }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
    }
  });
}

export function upHost(host: string, service: string): HostStatus {
  return { host, address: `http://${host}:8000/liveprofiler`, service, version: '1.0.0', state: 'up', sinceMs: Date.now() - 3_600_000, lastPullMs: Date.now(), speaks: 'liveprofiler', clockSteps: 0 };
}
