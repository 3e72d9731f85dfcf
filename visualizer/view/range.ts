// Moving through time, and dates as the page shows and reads them. Pure.
import type { Range } from '../../collector/store/contract.ts';
import { isDay } from './calendar.ts';

const HOUR_MS = 3_600_000;

export interface RangeTexts {
  readonly from: string;
  readonly until: string;
}

/** As far as it is long, back (-1) or forth (1); never beyond now. */
export function shifted({ fromMs, untilMs }: Range, by: -1 | 1, nowMs: number): RangeTexts {
  const lengthMs = untilMs - fromMs;
  const endMs = Math.min(untilMs + by * lengthMs, nowMs);
  return textsOf({ fromMs: endMs - lengthMs, untilMs: endMs });
}

/** Twice as long about its middle; never beyond now. */
export function widened({ fromMs, untilMs }: Range, nowMs: number): RangeTexts {
  const lengthMs = untilMs - fromMs;
  const endMs = Math.min(untilMs + lengthMs / 2, nowMs);
  return textsOf({ fromMs: endMs - 2 * lengthMs, untilMs: endMs });
}

/** A stretch of the past, which the page no longer follows. */
export function still(range: Range): RangeTexts & { readonly live: false } {
  return { ...textsOf(range), live: false };
}

/** The last hour of what there is. */
export function lastHour({ fromMs, untilMs }: Range): RangeTexts & { readonly live: false } {
  return still({ fromMs: Math.max(fromMs, untilMs - HOUR_MS), untilMs });
}

export function textsOf({ fromMs, untilMs }: Range): RangeTexts {
  return { from: new Date(Math.floor(fromMs)).toISOString(), until: new Date(Math.ceil(untilMs)).toISOString() };
}

/** A moment of the address as people read it: `2026-11-20 14:00:05`; words stay. */
export function dateShown(text: string, utc: boolean): string {
  const ms = /^\d{4}-\d{2}-\d{2}T.*Z$/.test(text) ? Date.parse(text) : /^\d{12,14}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(ms)) return text;
  return new Date(utc ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** The other way round; a day alone is its start. What is no such date stays, for the server to read or refuse. */
export function dateRead(text: string, utc: boolean): string {
  const [, day, time = '00:00'] = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?))?$/.exec(text.trim()) ?? [];
  const [year = 0, month = 0, date = 0] = day?.split('-').map(Number) ?? [];
  if (day === undefined || !isDay(year, month, date)) return text.trim();
  const ms = Date.parse(`${day}T${time}${utc ? 'Z' : ''}`);
  return Number.isNaN(ms) ? text.trim() : new Date(ms).toISOString();
}
