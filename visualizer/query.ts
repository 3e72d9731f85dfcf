// Reads the query of a request; whatever is wrong is told with its value and what is allowed.
import type { GroupBy, Range } from '../collector/store/contract.ts';
import { isZone, parseWhen } from './dates.ts';
import { HttpError } from './http-error.ts';
import type { Selection } from './selection.ts';
import { readSelection, readThread } from './selection.ts';

export const WEIGHTS = ['us', 'count'] as const;
const DEFAULT_RANGE_MS = 15 * 60_000;

/** Of an address as Express tells it. */
export function queryOf({ url }: { readonly url: string }): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

export function textOf(query: URLSearchParams, key: string): string | undefined {
  const [value, ...more] = query.getAll(key);
  if (more.length > 0) throw new HttpError(400, 'BAD_QUERY', `The query names ${key} more than once.`);
  return value === '' ? undefined : value;
}

/** `kind=`, `host=`, `service=`, `version=`, `label.NAME=`, `process=` (each as often as one likes) and `thread=BOOT/NUMBER`. */
export function selectionOf(query: URLSearchParams): Selection {
  const thread = textOf(query, 'thread');
  if (thread !== undefined && readThread(thread) === undefined) throw new HttpError(400, 'BAD_QUERY', `thread=${thread} is no thread: it takes BOOT/NUMBER as /api/flame names them.`);
  const kind = textOf(query, 'kind');
  if (kind !== undefined && !/^[\w-]{1,64}$/.test(kind)) throw new HttpError(400, 'BAD_QUERY', `kind=${kind} is no kind of profile: it takes cpu, heap-live, heap-alloc or instances.`);
  return readSelection(query);
}

/** The last 15 minutes when nothing is said. `tz=` names the zone of what names none itself. */
export function rangeOf(query: URLSearchParams, nowMs: number): Range {
  const untilMs = dateOf(query, 'until', nowMs) ?? nowMs;
  const fromMs = dateOf(query, 'from', nowMs) ?? untilMs - DEFAULT_RANGE_MS;
  if (fromMs >= untilMs) throw new HttpError(400, 'BAD_RANGE', `The range ends at ${iso(untilMs)}, not after its start at ${iso(fromMs)}: swap from and until.`);
  return { fromMs, untilMs };
}

/** Whether the range is another one a moment later. */
export function moves(query: URLSearchParams, nowMs: number): boolean {
  return rangeOf(query, nowMs).untilMs !== rangeOf(query, nowMs + 1).untilMs;
}

export function switchOf(query: URLSearchParams, key: string): boolean {
  const value = textOf(query, key) ?? '0';
  if (value !== '0' && value !== '1') throw new HttpError(400, 'BAD_QUERY', `${key}=${value} is unknown: it takes 1 or 0.`);
  return value === '1';
}

export function oneOf<T extends string>(query: URLSearchParams, key: string, allowed: readonly T[]): T | undefined {
  const text = textOf(query, key);
  const found = allowed.find((one) => one === text);
  if (text !== undefined && found === undefined) throw new HttpError(400, 'BAD_QUERY', `${key}=${text} is unknown: it takes ${allowed.join(', ')}, or is left out.`);
  return found;
}

export function countOf(query: URLSearchParams, key: string, fallback: number, least: number, most: number): number {
  const text = textOf(query, key);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!(value >= least && value <= most)) throw new HttpError(400, 'BAD_QUERY', `${key}=${text} is out of bounds: it takes a number from ${least} to ${most}.`);
  return value;
}

/** `by=host`, `process`, `thread`, or any label's name; undefined when left out. */
export function groupOf(query: URLSearchParams): GroupBy | undefined {
  const by = textOf(query, 'by');
  if (by === undefined || by === 'host' || by === 'process' || by === 'thread') return by;
  return { label: by };
}

function dateOf(query: URLSearchParams, key: string, nowMs: number): number | undefined {
  const text = textOf(query, key);
  if (text === undefined) return undefined;
  const zone = textOf(query, 'tz');
  if (zone !== undefined && !isZone(zone)) throw new HttpError(400, 'BAD_QUERY', `tz=${zone} is no time zone: it takes a name such as Europe/Berlin or UTC.`);
  const ms = parseWhen(text, nowMs, zone);
  if (ms === undefined || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) {
    throw new HttpError(400, 'BAD_DATE', `${key}=${text} is no date: write 2026-11-20T14:00Z, epoch seconds, or words such as -15minutes or yesterday 14:00.`);
  }
  return ms;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
