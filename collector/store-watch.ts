// Tells once when the store stops keeping what hosts answer, and once when it goes on: its trouble is no host's, and
// a full disk must not fill the log of a thousand hosts.
import type { Logger } from 'pino';
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import type { Clock } from './clock.ts';
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
  /** Ends looking for room. */
  stop(): void;
}

/** While the disk is full: room is found also when no host has anything to be stored. */
const LOOK_AGAIN_MS: Milliseconds = 5000;

export function watchStore(store: Pick<Store, 'append' | 'memory'>, log: Logger, clock: Clock): WatchedStore {
  /** Each code is told once until a write succeeds: a full disk can fail in turns now so, now otherwise. */
  const told = new Set<StoreErrorCode>();
  let cancel: (() => void) | undefined;
  let stopped = false;

  function lookAgain(): void {
    if (stopped || cancel !== undefined) return;
    cancel = clock.at(clock.monotonicMs() + LOOK_AGAIN_MS, () => {
      cancel = undefined;
      // Of nothing: it says whether there is room, and no more.
      store.append([], new Map()).then(() => { wellAgain(['STORE_FULL']); }, lookAgain);
    });
  }

  function wellAgain(codes: readonly StoreErrorCode[]): void {
    const over = codes.filter((code) => told.delete(code));
    if (over.length > 0) log.info({ codes: over }, 'what hosts answer is stored again');
    if (told.has('STORE_FULL')) return;
    cancel?.();
    cancel = undefined;
  }

  async function watched<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isStoreTrouble(error) && !told.has(error.code)) {
        told.add(error.code);
        log.error({ code: error.code }, `nothing is stored at present, and each turn tries again: ${error.message}`);
        if (error.code === 'STORE_FULL') lookAgain();
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
      wellAgain([...told]);
      return report;
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
