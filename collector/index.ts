// The collector: every configured host on its own schedule, all through one queue, into one store.
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { createHost } from './host.ts';
import type { Host } from './host.ts';
import { createLookup } from './lookup.ts';
import { createMetrics } from './metrics.ts';
import { createQueue } from './queue.ts';
import { createSchedule } from './schedule.ts';
import type { Store } from './store/contract.ts';
import type { HostStatus } from './store/host-status.ts';
import { watchStore } from './store-watch.ts';
import type { Settings, Target } from './target.ts';

export interface CollectorOptions {
  readonly config: Settings;
  readonly store: Pick<Store, 'append' | 'memory'>;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Where the collector's metrics are kept; a registry serves one collector. */
  readonly registry?: Registry;
}

export interface Collector {
  /** Begins to ask: each host for the first time within two seconds. */
  start(): void;
  /** In the order of the configuration. */
  hosts(): readonly HostStatus[];
  /** Pulls every host now, joining pulls that run; resolves when all have answered or failed. */
  pullNow(): Promise<{ readonly stacksCollected: number }>;
  /** Hosts come and go; those that stay as they were keep schedule, connection and state. Resolves when those that left are quiet. */
  reload(config: Settings): Promise<void>;
  /** Ends running requests; resolves when nothing is written any more. The store stays open. */
  stop(): Promise<void>;
  /** Why the store keeps nothing at present, fit for anybody's eyes; undefined while it does. */
  storeTrouble(): string | undefined;
  readonly metrics: Registry;
}

export function createCollector({ config, store, log, clock = systemClock, registry = new Registry() }: CollectorOptions): Collector {
  const queue = createQueue(config.concurrency);
  const lookup = createLookup();
  const watched = watchStore(store, log);
  const metrics = createMetrics(registry, clock.wallMs, () => watched.trouble() === undefined);
  /** Hosts that left and may still write; the next of the same name waits for them. */
  const leaving = new Map<string, Promise<void>>();
  let settings = config;
  let schedule = createSchedule(clock, config.intervalMs);
  let hosts = new Map(config.hosts.map((target) => [target.name, enter(target)]));
  let started = false;
  let stopped = false;

  function enter(target: Target, before?: HostStatus): Host {
    return createHost({ target, limits: settings, store: watched, queue, lookup, clock, log, metrics, before, after: leaving.get(target.name) });
  }

  function leave({ target: { name }, stop }: Host): Promise<void> {
    const gone = Promise.all([leaving.get(name), stop()]).then(() => {
      if (leaving.get(name) === gone) leaving.delete(name);
      if (!hosts.has(name)) metrics.forget(name);
    });
    leaving.set(name, gone);
    return gone;
  }

  async function reload(next: Settings): Promise<void> {
    if (stopped) return;
    const former = settings;
    settings = next;
    queue.resize(next.concurrency);
    const sameLimits = isDeepStrictEqual(limitsOf(former), limitsOf(next));
    const before = hosts;
    const stays = ({ target }: Host): boolean => sameLimits && isDeepStrictEqual(plain(target), plain(next.hosts.find(({ name }) => name === target.name)));
    const left = [...before.values()].filter((host) => !stays(host));
    const quiet = left.map((host) => {
      schedule.remove(host.target.name);
      return leave(host);
    });
    if (former.intervalMs !== next.intervalMs) {
      schedule.stop();
      schedule = createSchedule(clock, next.intervalMs);
    }
    hosts = new Map(next.hosts.map((target) => {
      const known = before.get(target.name);
      return [target.name, known !== undefined && !left.includes(known) ? known : enter(target, known?.status())];
    }));
    for (const [name, host] of hosts) {
      if (started && before.get(name) !== host) schedule.add(name, host.turn);
    }
    await Promise.all(quiet);
  }

  return {
    metrics: registry,
    storeTrouble: () => watched.trouble(),
    reload,
    start() {
      if (started || stopped) return;
      started = true;
      for (const [name, host] of hosts) schedule.add(name, host.turn);
    },
    hosts: () => [...hosts.values()].map((host) => host.status()),
    async pullNow() {
      const reports = await Promise.all([...hosts.values()].map((host) => host.pull()));
      return { stacksCollected: reports.reduce((sum, { rows }) => sum + rows, 0) };
    },
    async stop() {
      stopped = true;
      schedule.stop();
      await Promise.all([...[...hosts.values()].map(leave), ...leaving.values()]);
    },
  };
}

function limitsOf({ intervalMs, timeoutMs, maxBytes }: Settings): readonly number[] {
  return [intervalMs, timeoutMs, maxBytes];
}

/** URL objects compare by identity of their insides; their text is what counts. */
function plain(target: Target | undefined): unknown {
  return target && { ...target, url: target.url.href };
}
