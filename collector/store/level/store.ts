// The embedded engine: windows in a LevelDB folder that belongs to one process.
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import type { Store } from '../contract.ts';
import { StoreError } from '../errors.ts';
import { checkFormat, encodeFormat } from '../format.ts';
import { formatKey } from '../keys.ts';
import { forgetHolder, noteHolder } from '../lock.ts';
import { Database } from './database.ts';
import { Dictionaries } from './dictionaries.ts';
import { allSeries, compactNames, compactWindows, pruneDictionaries, pruneWindows } from './prune.ts';
import { Reader } from './reader.ts';
import { closedError, Writer } from './writer.ts';

export interface StoreOptions {
  /** The folder; made when it is not there. */
  readonly path: string;
  /** Windows that started longer ago are dropped by `prune`. */
  readonly retentionMs?: Milliseconds;
}

const DEFAULT_RETENTION_MS = 14 * 24 * 3600 * 1000;

/**
 * @throws StoreError STORE_LOCKED when another process holds the folder, STORE_NEWER_FORMAT when a newer version
 * wrote it, STORE_DAMAGED or STORE_IO when it does not open.
 */
export async function openStore({ path, retentionMs = DEFAULT_RETENTION_MS }: StoreOptions): Promise<Store> {
  const db = await Database.open(path);
  try {
    await noteHolder(path);
    const format = await db.get(formatKey());
    if (format === undefined) await db.write([{ type: 'put', key: formatKey(), value: encodeFormat() }]);
    else checkFormat(path, format);
    return storeOver(db, await Dictionaries.open(db), path, retentionMs);
  } catch (error) {
    await db.close();
    await forgetHolder(path);
    throw error;
  }
}

function storeOver(db: Database, dictionaries: Dictionaries, path: string, retentionMs: Milliseconds): Store {
  const writer = new Writer(db, dictionaries);
  const reader = new Reader(db, dictionaries);
  let closing: Promise<void> | undefined;
  const whileOpen = <T>(work: () => Promise<T>): Promise<T> => (closing === undefined ? work() : Promise.reject(closedError()));
  const reads = new Set<Promise<unknown>>();
  const read = <T>(work: () => Promise<T>): Promise<T> =>
    whileOpen(() => {
      const running = work();
      const forget = (): void => void reads.delete(running);
      reads.add(running);
      running.then(forget, forget);
      return running;
    });
  return {
    append: (windows, memories) => writer.append(windows, memories),
    memory: (host) => read(() => reader.memory(host)),
    query: (selector, range, options) => read(() => reader.query(selector, range, options)),
    timeline: (selector, range, stepMs, by) => read(() => reader.timeline(selector, range, stepMs, by)),
    labels: (range) => read(() => reader.labels(range)),
    extent: (host) => read(() => reader.extent(host)),
    hosts: () => read(() => reader.hosts()),
    async prune(nowMs) {
      if (!Number.isFinite(nowMs)) throw new StoreError('STORE_BAD_REQUEST', `${nowMs} is no time to prune at.`);
      const beforeUs = Math.max(0, Math.ceil((nowMs - retentionMs) * 1000));
      let windows = 0;
      for (const series of await whileOpen(() => allSeries(db))) {
        let here = 0;
        for (let some = 1; some > 0; here += some) some = await whileOpen(() => writer.alone(() => pruneWindows(db, series, beforeUs)));
        if (here > 0) await whileOpen(() => compactWindows(db, series, beforeUs));
        windows += here;
      }
      // Reads that began earlier still see the windows that went, and need their names.
      await Promise.allSettled(reads);
      const names = await whileOpen(() => writer.alone(() => pruneDictionaries(db, dictionaries, beforeUs)));
      if (names) await whileOpen(() => compactNames(db));
      return { windows };
    },
    close() {
      closing ??= writer.close().then(async () => {
        await db.close();
        await forgetHolder(path);
      });
      return closing;
    },
  };
}
