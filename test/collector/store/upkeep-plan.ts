// What upkeep-child.ts writes, and what it keeps of it.
import type { Retention } from '../../../collector/store/index.ts';

const HOUR_MS = 3_600_000;

export const HOSTS: readonly string[] = ['web', 'db', 'mail'];
export const START_MS: number = Date.UTC(2026, 4, 4);
/** So short that everything is dropped from what is finer while the test runs; days stay. */
export const RETENTION: Retention = { rawMs: HOUR_MS / 2, minutesMs: HOUR_MS, hoursMs: 2 * HOUR_MS, daysMs: 400 * 24 * HOUR_MS };
