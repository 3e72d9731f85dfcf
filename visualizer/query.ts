// Reads the query of a request; whatever is wrong is told with its value and what is allowed.
import type { Range } from '../collector/store/contract.ts';
import { parseWhen } from './dates.ts';
import { HttpError } from './http-error.ts';

type Query = Readonly<Record<string, unknown>>;

const DEFAULT_RANGE_MS = 15 * 60_000;

export function textOf(query: Query, key: string): string | undefined {
  const value = query[key];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new HttpError(400, 'BAD_QUERY', `The query names ${key} more than once.`);
  return value;
}

/** The last 15 minutes when nothing is said. */
export function rangeOf(query: Query, nowMs: number): Range {
  const untilMs = dateOf(query, 'until', nowMs) ?? nowMs;
  const fromMs = dateOf(query, 'from', nowMs) ?? untilMs - DEFAULT_RANGE_MS;
  if (fromMs >= untilMs) throw new HttpError(400, 'BAD_RANGE', `The range ends at ${iso(untilMs)}, not after its start at ${iso(fromMs)}: swap from and until.`);
  return { fromMs, untilMs };
}

export function switchOf(query: Query, key: string): boolean {
  const value = textOf(query, key) ?? '0';
  if (value !== '0' && value !== '1') throw new HttpError(400, 'BAD_QUERY', `${key}=${value} is unknown: it takes 1 or 0.`);
  return value === '1';
}

export function countOf(query: Query, key: string, fallback: number, least: number, most: number): number {
  const text = textOf(query, key);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!(value >= least && value <= most)) throw new HttpError(400, 'BAD_QUERY', `${key}=${text} is out of bounds: it takes a number from ${least} to ${most}.`);
  return value;
}

/** `thread=<boot>/<id>` */
export function threadOf(query: Query): { readonly boot: string; readonly id: number } | undefined {
  const text = textOf(query, 'thread');
  if (text === undefined) return undefined;
  const [, boot, id] = /^(.+)\/(\d{1,15})$/.exec(text) ?? [];
  if (boot === undefined) throw new HttpError(400, 'BAD_QUERY', `thread=${text} is no thread: it takes BOOT/NUMBER as /api/flame names them.`);
  return { boot, id: Number(id) };
}

function dateOf(query: Query, key: string, nowMs: number): number | undefined {
  const text = textOf(query, key);
  if (text === undefined) return undefined;
  const ms = parseWhen(text, nowMs);
  if (ms === undefined || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) {
    throw new HttpError(400, 'BAD_DATE', `${key}=${text} is no date: write 2026-11-20T14:00Z, epoch seconds, or words such as -15minutes or yesterday 14:00.`);
  }
  return ms;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
