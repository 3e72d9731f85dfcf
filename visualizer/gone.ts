// Hosts that nothing names any more: since when, as far as what is kept of them tells, and how long they are listed.
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import type { StoreReader } from '../collector/store/contract.ts';
import { isDamage } from '../collector/store/errors.ts';
import type { HostStatus } from '../collector/store/host-status.ts';

export interface Gone {
  /** Of hosts of which something is kept: those that went during the last day, or of which the range shows something. */
  listed(hosts: readonly string[], shown: (host: string) => boolean, nowMs: Milliseconds): Promise<HostStatus[]>;
}

const LISTED_MS = 24 * 3_600_000;

/** `known`: what the collector still knows of those that went while it ran. */
export function createGone(store: Pick<StoreReader, 'extent'>, known: () => readonly HostStatus[]): Gone {
  /** Nothing new comes of a host that is gone. */
  const ends = new Map<string, Milliseconds | undefined>();

  async function endOf(host: string): Promise<Milliseconds | undefined> {
    if (!ends.has(host)) ends.set(host, await lastOf(host));
    return ends.get(host);
  }

  /** What is damaged is told by who reads it. */
  async function lastOf(host: string): Promise<Milliseconds | undefined> {
    try {
      return (await store.extent(host))?.untilMs;
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  }

  return {
    async listed(hosts, shown, nowMs) {
      const told = new Map(known().filter(({ state }) => state === 'gone').map((status) => [status.host, status]));
      for (const host of ends.keys()) if (!hosts.includes(host)) ends.delete(host);
      const listed: HostStatus[] = [];
      for (const host of hosts) {
        const status = told.get(host) ?? goneStatus(host, await endOf(host));
        if (shown(host) || status.sinceMs === 0 || nowMs - status.sinceMs < LISTED_MS) listed.push(status);
      }
      return listed;
    },
  };
}

/** `sinceMs`: the end of its last window, where it is known. */
export function goneStatus(host: string, sinceMs: Milliseconds = 0): HostStatus {
  return { host, address: '', service: '', version: '', state: 'gone', sinceMs, error: 'The configuration does not name it any more; what was collected is still here.', speaks: 'unknown', clockSteps: 0 };
}
