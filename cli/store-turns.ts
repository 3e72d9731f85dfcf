// The store's upkeep while it serves: roll-ups every minute, retention every ten. A clock that is far ahead drops nothing
// that is new: retention counts from a day after the newest window at the latest.
import type { Logger } from 'pino';
import type { Store } from '../collector/store/index.ts';
import { StoreError } from '../collector/store/index.ts';

const ROLL_UP_EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 600_000;
/** Further ahead of the newest window, the clock is not believed. */
const BELIEVED_MS = 86_400_000;

/** Begins at once; what it returns ends it. */
export function startStoreTurns(store: Store, log: Logger): () => void {
  const told = { isAhead: false };
  const timers = [setInterval(() => void rollUp(store, log), ROLL_UP_EVERY_MS), setInterval(() => void prune(store, log, told), PRUNE_EVERY_MS)];
  void prune(store, log, told);
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

/** `told`: whether the clock was ahead at the last turn. That is told when it begins. */
async function prune(store: Store, log: Logger, told: { isAhead: boolean }): Promise<void> {
  try {
    const nowMs = Date.now();
    const untilMs = (await newestMs(store)) + BELIEVED_MS;
    const isAhead = untilMs < nowMs;
    if (isAhead && !told.isAhead) log.warn({ retentionCountsFrom: new Date(untilMs).toISOString() }, 'no window has come for more than a day, or the clock is ahead: retention counts from a day after the newest window until one comes');
    told.isAhead = isAhead;
    const { windows, bytes, overLimitBytes } = await store.prune(Math.min(nowMs, untilMs));
    if (windows > 0) log.info({ windows, bytes }, 'old windows dropped');
    if (overLimitBytes !== undefined) log.warn({ bytes, overLimitBytes }, 'the store is larger than max_size, and what is left is pinned or not rolled up yet');
  } catch (error) {
    tell(error, log, 'old windows could not be dropped');
  }
}

/** When the newest window of any host ends; never, where there is none. */
async function newestMs(store: Store): Promise<number> {
  let newest: number | undefined;
  for (const host of await store.hosts()) {
    // What is wrong with one host is told by its upkeep.
    const extent = await store.extent(host).catch(() => undefined);
    if (extent !== undefined) newest = Math.max(newest ?? extent.untilMs, extent.untilMs);
  }
  return newest ?? Number.POSITIVE_INFINITY;
}

/** A turn that the end of the process cut short is no fault. */
function tell(error: unknown, log: Logger, sentence: string): void {
  if (error instanceof StoreError && error.code === 'STORE_CLOSED') return;
  log.error({ err: error }, sentence);
}
