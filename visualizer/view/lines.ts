// The lines over time. Pure.
import type { TimelineLine } from '../api.ts';
import { isLevel } from './kinds.ts';

/** Okabe and Ito's, told apart by most of the colour-blind; dashed from the ninth on. */
export const LINE_COLOURS = 8;

/** Per step, of the time covered what was busy; null where nothing was covered. */
export function sharesOf({ busyUs, coveredUs }: TimelineLine): (number | null)[] {
  return busyUs.map((busy, step) => shareOf(busy, coveredUs[step]));
}

/** Per step, what kinds in bytes tell: the level, or bytes a second of the time that windows cover. */
export function levelsOf({ busyUs, coveredUs }: TimelineLine, kind: string): (number | null)[] {
  return busyUs.map((value, step) => levelAt(value, coveredUs[step], kind));
}

/** Over the whole range; of levels the last one. */
export function levelOf(line: TimelineLine, kind: string): number | null {
  if (isLevel(kind)) return levelsOf(line, kind).findLast((value) => value !== null) ?? null;
  return levelAt(sum(line.busyUs), sum(line.coveredUs), kind);
}

/** Over the whole range. */
export function meanOf({ busyUs, coveredUs }: TimelineLine): number | null {
  return shareOf(sum(busyUs), sum(coveredUs));
}

/** How many steps usually lie between two that have a value; a line is drawn over gaps that are not much longer. */
export function usualGap(shares: readonly (number | null)[]): number {
  const gaps: number[] = [];
  let last: number | undefined;
  shares.forEach((share, step) => {
    if (share === null) return;
    if (last !== undefined) gaps.push(step - last);
    last = step;
  });
  return gaps.sort((a, b) => a - b)[(gaps.length - 1) >> 1] ?? 1;
}

/** Whether a line joins two steps so far apart. */
export function isJoined(steps: number, usual: number): boolean {
  return steps <= 1.5 * usual;
}

/** What a line is called where it has no name of its own. */
export function nameOf({ name }: Pick<TimelineLine, 'name'>, by: string): string {
  if (name !== '') return name;
  return by === '' ? 'all together' : `without ${by}`;
}

/** Under the axis: the time, with the day where days matter. */
export function tickText(seconds: number, incrementSeconds: number, utc: boolean): string {
  const date = new Date(seconds * 1000);
  const zone = utc ? { timeZone: 'UTC' } : {};
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...zone });
  if (incrementSeconds >= 86_400) return day;
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...(incrementSeconds < 60 ? { second: '2-digit' as const } : {}), ...zone });
  return time.startsWith('00:00') && incrementSeconds >= 60 ? day : time;
}

function shareOf(busyUs: number, coveredUs: number | undefined): number | null {
  return coveredUs === undefined || coveredUs === 0 ? null : Math.min(1, busyUs / coveredUs);
}

function levelAt(value: number, coveredUs: number | undefined, kind: string): number | null {
  if (coveredUs === undefined || coveredUs === 0) return null;
  return isLevel(kind) ? value : (value / coveredUs) * 1e6;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
