// One configured host while it is configured: its connection, its pulls one at a time, its state, its log lines.
import type { LookupFunction } from 'node:net';
import type { Logger } from 'pino';
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import type { Clock } from './clock.ts';
import { createFetcher } from './fetch.ts';
import { afterPull, newHost } from './host-state.ts';
import type { CollectorMetrics } from './metrics.ts';
import { createPuller } from './pull.ts';
import type { PullReport } from './pull.ts';
import type { Queue } from './queue.ts';
import type { Store } from './store/contract.ts';
import type { HostStatus } from './store/host-status.ts';
import { isStoreTrouble } from './store-watch.ts';
import type { Limits, Target } from './target.ts';

export interface Host {
  readonly target: Target;
  readonly status: () => HostStatus;
  /** Joins the pull that is waiting or running, if there is one. Never rejects. */
  readonly pull: () => Promise<PullReport>;
  /** A turn of the schedule: one that comes while a pull is waiting or running is skipped. */
  readonly turn: () => void;
  /** Ends a running request; resolves when nothing of this host is written any more. */
  readonly stop: () => Promise<void>;
}

export interface HostOptions {
  readonly target: Target;
  readonly limits: Limits;
  readonly store: Pick<Store, 'append' | 'memory'>;
  readonly queue: Queue;
  readonly lookup: LookupFunction;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: CollectorMetrics;
  /** Nothing is asked before this has settled: the host's pulls under its former configuration. */
  readonly after?: Promise<void> | undefined;
  /** How the same address did under its former configuration. */
  readonly before?: HostStatus | undefined;
}

/** A host is stale after this many intervals without news, and never sooner than after a minute. */
const STALE_INTERVALS = 3;
const STALE_MS = 60_000;

export function createHost({ target, limits, store, queue, lookup, clock, log, metrics, after, before }: HostOptions): Host {
  const { name, url, labels } = target;
  const fetcher = createFetcher({ ...target, ...limits, lookup });
  const puller = createPuller({ host: target, url, store, fetcher, clock, intervalMs: limits.intervalMs });
  const staleAfterMs: Milliseconds = Math.max(STALE_MS, STALE_INTERVALS * limits.intervalMs);
  const stopping = new AbortController();
  const told = new Set<string>();
  let status = newHost(name, url, labels, clock.wallMs());
  if (before?.address === status.address) status = { ...(before.state === 'gone' ? back(before, status) : before), ...(labels['service'] !== undefined && { service: labels['service'] }) };
  let running: Promise<PullReport> | undefined;

  async function work(): Promise<PullReport> {
    await after;
    const startMs = clock.monotonicMs();
    const report = await puller.pull(stopping.signal);
    if (report.failure?.code === 'stopped') return report;
    const former = status;
    status = afterPull(former, report, labels, clock.wallMs(), staleAfterMs);
    metrics.pulled(name, report, clock.monotonicMs() - startMs);
    tell(former, report);
    return report;
  }

  /** A line when the state changes; within one state a line for the first of each kind of oddity. */
  function tell(former: HostStatus, { failure, notes }: PullReport): void {
    // The store's own trouble is told once, and not by every host.
    const codes = [...new Set([...(failure === undefined || isStoreTrouble(failure.cause) ? [] : [failure.code]), ...notes.map(({ code }) => code)])];
    const changed = former.state !== status.state;
    if (changed) told.clear();
    const news = codes.filter((code) => !told.has(code));
    news.forEach((code) => told.add(code));
    if (!changed && news.length === 0) return;
    const level = status.state === 'up' && status.error === undefined ? 'info' : 'warn';
    const { state, error, address, speaks } = status;
    log[level]({ host: name, address, state, from: former.state, speaks, codes, ...(failure?.code === 'internal' && { err: failure }) }, error ?? `host ${state}`);
  }

  function pull(): Promise<PullReport> {
    running ??= queue.run(work, status.state === 'down' ? 'suspect' : 'sound').finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    target,
    status: () => status,
    pull,
    turn() {
      if (running === undefined) void pull();
      else metrics.skipped(name);
    },
    async stop() {
      stopping.abort();
      await running;
      fetcher.close();
    },
  };
}

/** Of one that nothing named for a while what it said of itself still holds. */
function back({ service, version, speaks, clockSteps }: HostStatus, fresh: HostStatus): HostStatus {
  return { ...fresh, service, version, speaks, clockSteps };
}
