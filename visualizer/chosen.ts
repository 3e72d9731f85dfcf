// What a request chose to look at, and the hosts that it means: one that is named has to be there.
import type { Request } from 'express';
import type { StoreReader } from '../collector/store/contract.ts';
import type { HostStatus } from '../collector/store/host-status.ts';
import { meant } from './answers.ts';
import { goneStatus } from './gone.ts';
import { HttpError } from './http-error.ts';
import type { CollectorPort } from './ports.ts';
import { queryOf, selectionOf } from './query.ts';
import type { Selection } from './selection.ts';

export interface Chosen {
  readonly query: URLSearchParams;
  readonly selection: Selection;
  readonly hosts: readonly HostStatus[];
}

export interface Choices {
  /** @throws HttpError UNKNOWN_HOST */
  readonly statusOf: (host: string) => Promise<HostStatus>;
  /** Reads the query of a request, or one that is handed in. */
  readonly chosen: (request: Pick<Request, 'url'>, query?: URLSearchParams) => Promise<Chosen>;
}

export function choicesOf(store: StoreReader, collector: CollectorPort): Choices {
  async function statusOf(host: string): Promise<HostStatus> {
    const status = collector.hosts().find((one) => one.host === host);
    if (status !== undefined) return status;
    if ((await store.hosts()).includes(host)) return goneStatus(host, (await store.extent(host))?.untilMs);
    throw new HttpError(404, 'UNKNOWN_HOST', `There is no host ${JSON.stringify(host)}: the configuration does not name it and nothing is kept of it. The hosts are at /.`);
  }
  return {
    statusOf,
    async chosen(request, query = queryOf(request)) {
      const selection = selectionOf(query);
      const hosts = selection.hosts.length === 0 ? meant(selection, collector.hosts()) : await Promise.all(selection.hosts.map(statusOf));
      return { query, selection, hosts };
    },
  };
}
