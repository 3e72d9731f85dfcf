// `liveprofiler serve`: collector, store and page in one process, put together here and taken apart again in order.
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sampler } from 'liveprofiler-sampler';
import { createSampler } from 'liveprofiler-sampler';
import type { Logger } from 'pino';
import type { Config } from '../collector/config/index.ts';
import { ConfigError, loadConfig } from '../collector/config/index.ts';
import type { Collector } from '../collector/index.ts';
import { createCollector } from '../collector/index.ts';
import type { LevelStore, Store } from '../collector/store/index.ts';
import { openStore, StoreError } from '../collector/store/index.ts';
import type { Settings } from '../collector/target.ts';
import type { Access } from '../visualizer/app.ts';
import { createApp } from '../visualizer/app.ts';
import { readConfig } from './config.ts';
import { listenForControl } from './control.ts';
import { createLog } from './log.ts';
import { runUpkeep } from './upkeep.ts';

const ROLL_UP_EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 600_000;

/** Resolves to the exit code after SIGINT or SIGTERM. */
export async function serve(path: string): Promise<number> {
  const config = readConfig(path);
  if (config === undefined) return 2;
  const log = createLog();
  let store: LevelStore;
  try {
    store = await openStore({ path: config.dbpath, retention: config.retention, maxBytes: config.maxBytes });
  } catch (error) {
    return failed(error);
  }
  const self = await sampleSelf(config);
  const collector = createCollector({ config: withSelf(config.collector, self), store, log });
  let server: Server;
  try {
    server = await listen(config, store, collector);
  } catch (error) {
    await self?.sampler.stop();
    await store.close();
    return failed(error);
  }
  const reload = (): void => {
    reloadFrom(path, collector, self, log);
  };
  process.on('SIGHUP', reload);
  const control = await listenForControl(config.dbpath, (request, tell) => runUpkeep(store, request, tell)).catch((error: unknown) => {
    log.warn({ err: error }, 'other commands cannot reach this process');
    return undefined;
  });
  const ending = untilSignal();
  collector.start();
  announce(server);
  const rollingUp = setInterval(() => void rollUp(store, log), ROLL_UP_EVERY_MS);
  const pruning = setInterval(() => void prune(store, log), PRUNE_EVERY_MS);
  void prune(store, log);

  await ending;
  process.off('SIGHUP', reload);
  clearInterval(rollingUp);
  clearInterval(pruning);
  control?.close();
  await closed(server);
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
  return { sampler, target: { name: host, url: new URL(`http://127.0.0.1:${port}/liveprofiler`), secret, labels: {} } };
}

function withSelf(settings: Settings, self: Self | undefined): Settings {
  return self === undefined ? settings : { ...settings, hosts: [...settings.hosts, self.target] };
}

async function listen({ visualizer, collector: { hosts } }: Config, store: Store, collector: Collector): Promise<Server> {
  const access: Access = {
    loopback: visualizer.loopback,
    allowedHosts: visualizer.allowedHosts,
    ...(visualizer.credentials === undefined ? {} : { credentials: visualizer.credentials }),
    secrets: [...new Set(hosts.map(({ secret }) => secret))],
  };
  const metrics = async () => ({ contentType: collector.metrics.contentType, body: await collector.metrics.metrics() });
  const server = createServer(createApp({ store, collector, metrics, access }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(visualizer.listen.port, visualizer.listen.host, resolve);
  });
  return server;
}

function announce(server: Server): void {
  const { address, family, port } = server.address() as AddressInfo;
  process.stderr.write(`liveprofiler: http://${family === 'IPv6' ? `[${address}]` : address}:${port}/\n`);
}

function reloadFrom(path: string, collector: Collector, self: Self | undefined, log: Logger): void {
  try {
    const { collector: settings } = loadConfig(path, { env: process.env });
    collector.reload(withSelf(settings, self)).then(
      () => {
        log.info({ hosts: settings.hosts.length }, 'configuration read again');
      },
      (error: unknown) => {
        log.error({ err: error }, 'the configuration could not be taken over');
      },
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log.error({ faults: error.message }, 'the configuration has faults: nothing was changed');
  }
}

async function rollUp(store: Store, log: Logger): Promise<void> {
  try {
    await store.rollUp(Date.now());
  } catch (error) {
    tellUpkeep(error, log, 'roll-ups could not be brought up to date');
  }
}

async function prune(store: Store, log: Logger): Promise<void> {
  try {
    const { windows, bytes, overLimitBytes } = await store.prune(Date.now());
    if (windows > 0) log.info({ windows, bytes }, 'old windows dropped');
    if (overLimitBytes !== undefined) log.warn({ bytes, overLimitBytes }, 'the store is larger than max_size, and what is left is pinned or not rolled up yet');
  } catch (error) {
    tellUpkeep(error, log, 'old windows could not be dropped');
  }
}

/** A turn that the end of the process cut short is no fault. */
function tellUpkeep(error: unknown, log: Logger, sentence: string): void {
  if (error instanceof StoreError && error.code === 'STORE_CLOSED') return;
  log.error({ err: error }, sentence);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { resolve(); });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => { resolve(); });
    server.closeAllConnections();
  });
}

/** What an operator can mend is told in a sentence; anything else keeps its stack. */
function failed(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof StoreError) process.stderr.write(`liveprofiler: ${error.message}\n`);
  else if (code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    process.stderr.write(`liveprofiler: cannot listen: ${error instanceof Error ? error.message : ''}. Give another [visualizer] listen.\n`);
  } else throw error;
  return 1;
}
