// The store's upkeep while it serves: roll-ups every minute, retention every ten.
import type { Logger } from 'pino';
import type { Store } from '../collector/store/index.ts';
import { StoreError } from '../collector/store/index.ts';

const ROLL_UP_EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 600_000;

/** Begins at once; what it returns ends it. */
export function startStoreTurns(store: Store, log: Logger): () => void {
  const timers = [setInterval(() => void rollUp(store, log), ROLL_UP_EVERY_MS), setInterval(() => void prune(store, log), PRUNE_EVERY_MS)];
  void prune(store, log);
  return () => {
    timers.forEach(clearInterval);
  };
}

async function rollUp(store: Store, log: Logger): Promise<void> {
  try {
    await store.rollUp(Date.now());
  } catch (error) {
    tell(error, log, 'roll-ups could not be brought up to date');
  }
}

async function prune(store: Store, log: Logger): Promise<void> {
  try {
    const { windows, bytes, overLimitBytes } = await store.prune(Date.now());
    if (windows > 0) log.info({ windows, bytes }, 'old windows dropped');
    if (overLimitBytes !== undefined) log.warn({ bytes, overLimitBytes }, 'the store is larger than max_size, and what is left is pinned or not rolled up yet');
  } catch (error) {
    tell(error, log, 'old windows could not be dropped');
  }
}

/** A turn that the end of the process cut short is no fault. */
function tell(error: unknown, log: Logger, sentence: string): void {
  if (error instanceof StoreError && error.code === 'STORE_CLOSED') return;
  log.error({ err: error }, sentence);
}
