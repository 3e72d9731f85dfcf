// How busy what was chosen was over time: at most so many lines, the rest summed up by name, and when versions changed.
import type { GroupBy, Range, TimelineSeries } from '../collector/store/contract.ts';
import type { TimelineAnswer, TimelineLine } from './api.ts';
import type { Selection } from './selection.ts';
import { selectorOf } from './selection.ts';
import { damageOf } from './spare.ts';
import type { SparingReader } from './spare.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Shorter than a window they would show gaps that are none; they divide the store's buckets, or are made of whole ones. */
const STEPS_MS = [15 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 7 * DAY_MS, 28 * DAY_MS];
/** A line has no more points. */
export const MOST_STEPS = 200;
const MOST_LINES = 12;

export async function timelineOf(store: SparingReader, selection: Selection, asked: Range, by: GroupBy | undefined): Promise<TimelineAnswer> {
  const stepMs = stepFor(asked, MOST_STEPS);
  const range = alignedTo(asked, stepMs);
  const selector = selectorOf(selection);
  const [grouped, versions] = await Promise.all([
    store.timeline(selector, range, stepMs, by),
    store.timeline(selector, range, stepMs, { label: 'version' }),
  ]);
  return { asked, fromMs: range.fromMs, stepMs, lines: linesOf(grouped.series), versions: firstSeen(versions.series).map(({ name, step }) => ({ version: name, atMs: range.fromMs + step * stepMs })), ...damageOf(grouped, versions) };
}

/** The shortest that makes at most so many steps. */
export function stepFor({ fromMs, untilMs }: Range, mostSteps: number): number {
  const wanted = (untilMs - fromMs) / mostSteps;
  return STEPS_MS.find((stepMs) => stepMs >= wanted) ?? Math.ceil(wanted / DAY_MS) * DAY_MS;
}

/** Whole steps, which the store reads from whole records. */
export function alignedTo({ fromMs, untilMs }: Range, stepMs: number): Range {
  return { fromMs: Math.floor(fromMs / stepMs) * stepMs, untilMs: Math.ceil(untilMs / stepMs) * stepMs };
}

/** The busiest, then what the others are together. */
function linesOf(series: readonly TimelineSeries[]): TimelineLine[] {
  const withoutUs = series.find(({ name }) => name === '')?.coveredUs;
  const sorted = series.map((one) => lineOf(one, withoutUs)).sort((a, b) => sum(b.busyUs) - sum(a.busyUs) || (a.name < b.name ? -1 : 1));
  const shown = sorted.slice(0, sorted.length > MOST_LINES ? MOST_LINES - 1 : MOST_LINES);
  const rest = sorted.slice(shown.length);
  const [first] = rest;
  if (first === undefined) return shown;
  const added = (pick: (line: TimelineLine) => readonly number[]): number[] => pick(first).map((_, step) => rest.reduce((total, line) => total + (pick(line)[step] ?? 0), 0));
  return [...shown, { name: `${rest.length} others`, others: rest.length, busyUs: added(({ busyUs }) => busyUs), coveredUs: added(({ coveredUs }) => coveredUs) }];
}

/** What is chosen by labels of samples covers no windows of its own: it lies in those without the label. */
function lineOf({ name, busy, coveredUs }: TimelineSeries, withoutUs = coveredUs): TimelineLine {
  return { name, busyUs: busy, coveredUs: coveredUs.some((us) => us > 0) ? coveredUs : withoutUs };
}

/** A version that was there from the start is no change. */
export function firstSeen(series: readonly TimelineSeries[]): { name: string; step: number }[] {
  const seen = series.filter(({ name }) => name !== '').map(({ name, coveredUs }) => ({ name, step: coveredUs.findIndex((us) => us > 0) }));
  const start = Math.min(...seen.map(({ step }) => step));
  return seen.filter(({ step }) => step > start).sort((a, b) => a.step - b.step);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
