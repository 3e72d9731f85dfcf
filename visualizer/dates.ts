// Dates as people and machines write them. Pure.
import { parse } from 'chrono-node';
import type { Milliseconds } from 'liveprofiler-sampler/wire';

/** Years 2001 to 5138 in seconds have up to 11 digits; milliseconds of those years have more. */
const MOST_SECONDS_DIGITS = 11;

/**
 * ISO 8601, epoch seconds or milliseconds, or words such as `-15minutes`, `now`, `yesterday 14:00`.
 * undefined when the text is not a date as a whole.
 */
export function parseWhen(text: string, nowMs: Milliseconds): Milliseconds | undefined {
  const trimmed = text.trim();
  if (/^\d{1,15}(?:\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed);
    return (trimmed.split('.')[0] ?? '').length <= MOST_SECONDS_DIGITS ? number * 1000 : number;
  }
  if (/^\d{4}-\d{2}-\d{2}T/.test(trimmed)) {
    const ms = Date.parse(trimmed);
    return Number.isNaN(ms) ? undefined : ms;
  }
  const [found, ...more] = trimmed.length > 100 ? [] : parse(trimmed, new Date(nowMs));
  // What chrono left unread is not guessed at.
  if (found === undefined || more.length > 0 || found.text.length !== trimmed.length) return undefined;
  return found.start.date().getTime();
}
