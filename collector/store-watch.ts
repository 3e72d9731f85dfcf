// Tells once when the store stops keeping what hosts answer, and once when it goes on: its trouble is no host's, and
// a full disk must not fill the log of a thousand hosts.
import type { Logger } from 'pino';
import type { Store } from './store/contract.ts';
import { StoreError } from './store/errors.ts';
import type { StoreErrorCode } from './store/errors.ts';

const OF_ALL_HOSTS: readonly StoreErrorCode[] = ['STORE_FULL', 'STORE_IO'];

/** Whether an error says that the store takes nothing from anybody; others are about what one host brought. */
export function isStoreTrouble(error: unknown): error is StoreError {
  return error instanceof StoreError && OF_ALL_HOSTS.includes(error.code);
}

export interface WatchedStore extends Pick<Store, 'append' | 'memory'> {
  /** Why nothing is kept at present, without names of folders; undefined when the last write was taken. */
  trouble(): string | undefined;
}

export function watchStore(store: Pick<Store, 'append' | 'memory'>, log: Logger): WatchedStore {
  /** Each code is told once until a write succeeds: a full disk can fail in turns now so, now otherwise. */
  const told = new Set<StoreErrorCode>();

  async function watched<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isStoreTrouble(error) && !told.has(error.code)) {
        told.add(error.code);
        log.error({ code: error.code }, `nothing is stored at present, and each turn tries again: ${error.message}`);
      }
      throw error;
    }
  }

  return {
    trouble() {
      if (told.size === 0) return undefined;
      const why = told.has('STORE_FULL') ? 'The disk is full' : 'The disk refuses writes';
      return `${why}: nothing is stored at present. It goes on by itself; hosts keep their windows meanwhile.`;
    },
    memory: (host) => watched(store.memory(host)),
    async append(windows, memories) {
      const report = await watched(store.append(windows, memories));
      // Reading may go well all the while.
      if (told.size > 0) log.info({ codes: [...told] }, 'what hosts answer is stored again');
      told.clear();
      return report;
    },
  };
}
