// A collector over a fresh folder, taken down with the test.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { createCollector } from '../../collector/index.ts';
import type { Collector, CollectorOptions } from '../../collector/index.ts';
import type { HostStatus } from '../../collector/store/host-status.ts';
import type { Settings, Target } from '../../collector/target.ts';
import { openNotingStore } from './noting-store.ts';
import type { NotingStore } from './noting-store.ts';

export interface Rig {
  readonly collector: Collector;
  readonly store: NotingStore;
  /** The log, one object per line. */
  readonly lines: readonly Record<string, unknown>[];
  status(host: string): HostStatus;
}

export function target(name: string, url: URL, more: Partial<Target> = {}): Target {
  return { name, url, secret: 'secret', labels: {}, ...more };
}

export function settings(hosts: readonly Target[], more: Partial<Settings> = {}): Settings {
  return { hosts, sources: [], intervalMs: 60_000, timeoutMs: 2000, maxBytes: 1_000_000, concurrency: 8, ...more };
}

async function temporaryStore(t: TestContext): Promise<NotingStore> {
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-collector-'));
  const store = await openNotingStore(folder);
  t.after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return store;
}

export async function createRig(t: TestContext, config: Settings, { wrap = (store) => store, ...options }: Partial<CollectorOptions> & { wrap?: (store: NotingStore) => CollectorOptions['store'] } = {}): Promise<Rig> {
  const store = await temporaryStore(t);
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  const collector = createCollector({ config, store: wrap(store), log, ...options });
  t.after(() => collector.stop());
  return {
    collector,
    store,
    lines,
    status(host) {
      const found = collector.hosts().find((status) => status.host === host);
      if (found === undefined) throw new Error(`no host ${host}`);
      return found;
    },
  };
}

/** Resolves once `met` answers true; the test's own timeout is the limit. */
export async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setImmediate(resolve));
}
