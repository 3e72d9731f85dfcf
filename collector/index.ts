// The collector: every configured host on its own schedule, all through one queue, into one store.
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { createHost } from './host.ts';
import type { Host } from './host.ts';
import { goneHost } from './host-state.ts';
import { createLookup } from './lookup.ts';
import { createMetrics } from './metrics.ts';
import { createQueue } from './queue.ts';
import { createSchedule } from './schedule.ts';
import { systemNameServers } from './sources/dns.ts';
import type { NameServers } from './sources/dns.ts';
import { createSources } from './sources/index.ts';
import type { Store } from './store/contract.ts';
import type { HostStatus } from './store/host-status.ts';
import { watchStore } from './store-watch.ts';
import { isSame } from './target.ts';
import type { Settings, Target } from './target.ts';

export interface CollectorOptions {
  readonly config: Settings;
  readonly store: Pick<Store, 'append' | 'memory'>;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Where the collector's metrics are kept; a registry serves one collector. */
  readonly registry?: Registry;
  /** Who resolves the names of `dns:` entries; the system's name servers unless said otherwise. */
  readonly nameServers?: () => NameServers;
}

export interface Collector {
  /** Begins to ask: each host for the first time within two seconds. */
  start(): void;
  /** In the order of the configuration, then those that are gone. */
  hosts(): readonly HostStatus[];
  /** What is asked at present, and how. */
  targets(): readonly Target[];
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

/** What left longer ago is known by what the store has of it. */
const MOST_GONE = 1000;

export function createCollector({ config, store, log, clock = systemClock, registry = new Registry(), nameServers = systemNameServers }: CollectorOptions): Collector {
  const queue = createQueue(config.concurrency);
  const lookup = createLookup();
  const watched = watchStore(store, log, clock);
  const metrics = createMetrics(registry, clock.wallMs, () => watched.trouble() === undefined);
  /** Hosts that left and may still write; the next of the same name waits for them. */
  const leaving = new Map<string, Promise<void>>();
  /** How those did that nothing names any more; the oldest first. */
  const gone = new Map<string, HostStatus>();
  let settings = config;
  let schedule = createSchedule(clock, config.intervalMs);
  let hosts = new Map(config.hosts.map((target) => [target.name, enter(target)]));
  let started = false;
  let stopped = false;
  const sources = createSources({ clock, log, registry, nameServers, changed: () => void follow(settings) });
  sources.set(config.sources);

  function enter(target: Target, before = gone.get(target.name)): Host {
    gone.delete(target.name);
    return createHost({ target, limits: settings, store: watched, queue, lookup, clock, log, metrics, before, after: leaving.get(target.name) });
  }

  function leave({ target: { name }, stop }: Host): Promise<void> {
    const left = Promise.all([leaving.get(name), stop()]).then(() => {
      if (leaving.get(name) === left) leaving.delete(name);
      if (!hosts.has(name)) metrics.forget(name);
    });
    leaving.set(name, left);
    return left;
  }

  function miss({ target: { name, source }, status }: Host): void {
    gone.set(name, goneHost(status(), source, clock.wallMs()));
    for (const [oldest] of gone) {
      if (gone.size <= MOST_GONE) break;
      gone.delete(oldest);
    }
  }

  async function reload(next: Settings): Promise<void> {
    if (stopped) return;
    queue.resize(next.concurrency);
    sources.set(next.sources);
    const former = settings;
    settings = next;
    await follow(former);
  }

  /** Goes by the settings and by what the sources name now. */
  async function follow(former: Settings): Promise<void> {
    if (stopped) return;
    const next = settings;
    const targets = sources.addTo(next.hosts);
    const named = new Map(targets.map((target) => [target.name, target]));
    const sameLimits = isDeepStrictEqual(limitsOf(former), limitsOf(next));
    const before = hosts;
    const stays = ({ target }: Host): boolean => sameLimits && isSame(target, named.get(target.name));
    const left = [...before.values()].filter((host) => !stays(host));
    const quiet = left.map((host) => {
      schedule.remove(host.target.name);
      if (!named.has(host.target.name)) miss(host);
      return leave(host);
    });
    if (former.intervalMs !== next.intervalMs) {
      schedule.stop();
      schedule = createSchedule(clock, next.intervalMs);
    }
    const leavers = new Set(left);
    hosts = new Map(targets.map((target) => {
      const known = before.get(target.name);
      return [target.name, known !== undefined && !leavers.has(known) ? known : enter(target, known?.status())];
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
      sources.start();
      for (const [name, host] of hosts) schedule.add(name, host.turn);
    },
    hosts: () => [...[...hosts.values()].map((host) => host.status()), ...gone.values()],
    targets: () => [...hosts.values()].map(({ target }) => target),
    async pullNow() {
      const reports = await Promise.all([...hosts.values()].map((host) => host.pull()));
      return { stacksCollected: reports.reduce((sum, { rows }) => sum + rows, 0) };
    },
    async stop() {
      stopped = true;
      sources.stop();
      watched.stop();
      schedule.stop();
      await Promise.all([...[...hosts.values()].map(leave), ...leaving.values()]);
    },
  };
}

function limitsOf({ intervalMs, timeoutMs, maxBytes }: Settings): readonly number[] {
  return [intervalMs, timeoutMs, maxBytes];
}
