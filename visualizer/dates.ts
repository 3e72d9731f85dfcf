// Dates as people and machines write them. Pure.
import { parse } from 'chrono-node';
import type { ParsedComponents } from 'chrono-node';
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import { isDay } from './view/calendar.ts';

/** Years 2001 to 5138 in seconds have up to 11 digits; milliseconds of those years have more. */
const MOST_SECONDS_DIGITS = 11;
const LONGEST_TEXT = 100;
const MINUTE_MS = 60_000;

/**
 * ISO 8601, epoch seconds or milliseconds, or words such as `-15minutes`, `now`, `yesterday 14:00`. What names no zone
 * is read in `zone`, such as `Europe/Berlin`; left out, in that of this process. A day without a time is its start.
 * undefined when the text is not a date as a whole.
 */
export function parseWhen(text: string, nowMs: Milliseconds, zone?: string): Milliseconds | undefined {
  const trimmed = text.trim();
  if (/^\d{1,15}(?:\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed);
    return (trimmed.split('.')[0] ?? '').length <= MOST_SECONDS_DIGITS ? number * 1000 : number;
  }
  const [, year, month, day, time] = /^(\d{4})-(\d{2})-(\d{2})(T.*)?$/.exec(trimmed) ?? /^(\d{4})-(\d{2})-(\d{2})\b/.exec(trimmed) ?? [];
  if (year !== undefined && !isDay(Number(year), Number(month), Number(day))) return undefined;
  if (time !== undefined && /(?:Z|[+-]\d{2}:?\d{2})$/.test(time)) return readable(Date.parse(trimmed));
  if (time !== undefined && zone === undefined) return readable(Date.parse(trimmed));
  return trimmed.length > LONGEST_TEXT ? undefined : inWords(trimmed, nowMs, zone);
}

/** Whether this machine knows a time zone of that name. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}

function inWords(text: string, nowMs: Milliseconds, zone: string | undefined): Milliseconds | undefined {
  const nowOffset = offsetMinutes(nowMs, zone);
  const [found, ...more] = parse(text, { instant: new Date(nowMs), timezone: nowOffset });
  // What chrono left unread is not guessed at.
  if (found === undefined || more.length > 0 || found.text.length !== text.length) return undefined;
  const ms = found.start.date().getTime() - timeOfBareDay(text, found.start);
  if (!Number.isFinite(ms)) return undefined;
  // A clock time means the zone's clock of that day, which may be another one than today's; so many hours ago do not.
  return found.start.isCertain('timezoneOffset') ? ms : ms + (nowOffset - offsetMinutes(ms, zone)) * MINUTE_MS;
}

/** chrono takes a day that is written out without a time for its noon. */
function timeOfBareDay(text: string, components: ParsedComponents): Milliseconds {
  return /\d/.test(text) && components.isCertain('day') && !components.isCertain('hour') && components.get('timezoneOffset') === null ? (components.get('hour') ?? 0) * 3_600_000 : 0;
}

/** Of a zone's clock at a moment: minutes ahead of UTC. */
function offsetMinutes(ms: Milliseconds, zone: string | undefined): number {
  if (zone === undefined) return -new Date(ms).getTimezoneOffset();
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(ms);
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function readable(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : ms;
}
