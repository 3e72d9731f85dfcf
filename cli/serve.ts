// `liveprofiler serve`: collector, store and page in one process, put together here and taken apart again in order.
import { createSampler } from 'liveprofiler-sampler';
import type { Sampler } from 'liveprofiler-sampler';
import { ENDPOINT_PATH } from 'liveprofiler-sampler/wire';
import type { Config } from '../collector/config/index.ts';
import { createHeapSnapshots } from '../collector/heap-snapshots.ts';
import { createCollector } from '../collector/index.ts';
import type { LevelStore } from '../collector/store/index.ts';
import { openStore } from '../collector/store/index.ts';
import type { Settings } from '../collector/target.ts';
import { readConfig } from './config.ts';
import { listenForControl } from './control.ts';
import { whyNotStarted } from './failures.ts';
import { createLog } from './log.ts';
import { servePage } from './page-server.ts';
import type { PageServer } from './page-server.ts';
import { createReload } from './reload.ts';
import { ADDRESS_REQUEST } from './source.ts';
import { untilSignal } from './signals.ts';
import { measureStore } from './store-metrics.ts';
import { startStoreTurns } from './store-turns.ts';
import { runUpkeep } from './upkeep.ts';

/** Resolves to the exit code after SIGINT or SIGTERM. */
export async function serve(path: string): Promise<number> {
  const config = readConfig(path);
  if (config === undefined) return 2;
  const log = createLog();
  let store: LevelStore;
  try {
    store = await openStore({ path: config.dbpath, retention: config.retention, maxBytes: config.maxBytes });
  } catch (error) {
    return failed(error, config);
  }
  const self = await sampleSelf(config);
  const withSelf = (settings: Settings): Settings => addSelf(settings, self);
  const collector = createCollector({ config: withSelf(config.collector), store, log });
  const snapshots = createHeapSnapshots({ targets: () => collector.targets() });
  measureStore(store, collector.metrics);
  let page: PageServer;
  try {
    page = await servePage(config, { store, collector, snapshots, log });
  } catch (error) {
    await self?.sampler.stop();
    await store.close();
    return failed(error, config);
  }
  const reload = createReload({ path, started: config, collector, page, withSelf, log });
  process.on('SIGHUP', reload);
  const control = await listenForControl(config.dbpath, (request, tell) => (request.command === ADDRESS_REQUEST ? Promise.resolve(page.url) : runUpkeep(store, request, tell))).catch((error: unknown) => {
    log.warn({ err: error }, 'other commands cannot reach this process');
    return undefined;
  });
  const ending = untilSignal();
  collector.start();
  process.stderr.write(`liveprofiler: ${page.url}\n`);
  const endStoreTurns = startStoreTurns(store, log);

  await ending;
  process.off('SIGHUP', reload);
  endStoreTurns();
  control?.close();
  snapshots.stop();
  await page.close();
  await collector.stop();
  await self?.sampler.stop();
  await store.close();
  return 0;
}

interface Self {
  readonly sampler: Sampler;
  readonly target: Settings['hosts'][number];
}

/** The process profiles itself like any other: over a port of its own on loopback. */
async function sampleSelf({ sampler: wanted }: Config): Promise<Self | undefined> {
  if (wanted === undefined) return undefined;
  const { host, secret, intervalUs } = wanted;
  const sampler = createSampler({ secret, intervalUs, service: host });
  const { port } = await sampler.listen({ port: 0 });
  return { sampler, target: { name: host, url: new URL(`http://127.0.0.1:${port}${ENDPOINT_PATH}`), secret, labels: {} } };
}

/** A host of the file may have taken its name since it was started. */
function addSelf(settings: Settings, self: Self | undefined): Settings {
  if (self === undefined || settings.hosts.some(({ name }) => name === self.target.name)) return settings;
  return { ...settings, hosts: [...settings.hosts, self.target] };
}

/** What an operator can mend is told in a sentence; anything else keeps its stack. */
function failed(error: unknown, config: Config): number {
  const why = whyNotStarted(error, config);
  if (why === undefined) throw error;
  process.stderr.write(`liveprofiler: ${why}\n`);
  return 1;
}
