// A leak in words. Pure; the page and the overview tell it the same way.
import type { LeakAnswer } from '../api.ts';
import { bytes } from './units.ts';

const SUBJECTS: Readonly<Record<LeakAnswer['of'], string>> = { heap: 'heap after GC', outside: 'memory outside the heap', resident: 'resident memory' };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Farther ahead nobody plans by a straight line. */
const FAR_MS = 60 * DAY_MS;
/** Longer after the start nobody saw the beginning of what grows. */
const WARM_MS = 40 * MINUTE_MS;
/** What ended so long ago does not run any more. */
const ENDED_MS = 5 * MINUTE_MS;

/** “heap after GC grows 3.1 MB an hour since 14:05, version 1.4.2; full in about 9 h”. */
export function leakSentence(leak: LeakAnswer, asked: { readonly untilMs: number }, utc: boolean): string {
  const { of, perHour, version, lastMs, fullInMs } = leak;
  const ended = lastMs < asked.untilMs - ENDED_MS;
  const full = fullInMs === undefined || ended || fullInMs.likely > FAR_MS ? '' : `; full in about ${span(fullInMs.likely)}`;
  return `${SUBJECTS[of]} ${ended ? 'grew' : 'grows'} ${bytes(perHour)} an hour ${since(leak, utc)}${ended ? ` until ${when(lastMs, asked.untilMs, utc)}` : ''}${version === '' ? '' : `, version ${version}`}${full}`;
}

/** How sure that is. */
export function leakDoubt({ low, high, fullInMs, bytes: level, limitBytes, points }: LeakAnswer): string {
  const full = fullInMs === undefined || limitBytes === undefined || fullInMs.likely > FAR_MS ? '' : ` Now at ${bytes(level)} of ${bytes(limitBytes)}: full in ${span(fullInMs.soonest)} to ${fullInMs.latest > FAR_MS ? 'months' : span(fullInMs.latest)}.`;
  return `With 99 % confidence between ${bytes(low)} and ${bytes(high)} an hour, by ${points} points.${full}`;
}

function since({ fromFirst, startedMs, sinceMs, lastMs }: LeakAnswer, utc: boolean): string {
  if (!fromFirst) return `since ${when(sinceMs, lastMs, utc)}`;
  return startedMs === undefined || sinceMs - startedMs > WARM_MS ? `for at least ${span(lastMs - sinceMs)}` : `since it started at ${when(startedMs, lastMs, utc)}`;
}

/** The time of the day alone where that is clear. */
function when(ms: number, nowMs: number, utc: boolean): string {
  const zone = utc ? { timeZone: 'UTC' } : {};
  const date = new Date(ms);
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...zone });
  return nowMs - ms < 20 * HOUR_MS ? time : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...zone })}, ${time}`;
}

function span(ms: number): string {
  if (ms < 90 * MINUTE_MS) return `${Math.max(1, Math.round(ms / MINUTE_MS))} min`;
  return ms < 2 * DAY_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / DAY_MS)} days`;
}
