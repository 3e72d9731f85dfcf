// Whether a level grows on and on, and since when. A saw-tooth, a step, a cache that fills and slows down, and what
// comes and goes with the load are no growth. Pure.
import type { Bytes, Milliseconds } from 'liveprofiler-sampler/wire';
import type { Point, Slope } from './slope.ts';
import { median, quantile, slopeOf } from './slope.ts';

export interface Growth extends Slope {
  /** When it began, or when the first point was. */
  readonly sinceMs: Milliseconds;
  /** No point lies before it: it may have begun earlier. */
  readonly fromFirst: boolean;
  /** The level now, by the slope through the last points. */
  readonly bytes: Bytes;
  readonly points: number;
}

export interface GrowthOptions {
  /** Growth that lasts for less is not told. */
  readonly leastMs: Milliseconds;
  readonly leastPoints: number;
  /** Of the level, that it has to have risen by. */
  readonly leastShare: number;
  readonly leastBytes: Bytes;
  /** Of the mean growth, what the last quarter has to have grown: a cache that fills slows down. */
  readonly steady: number;
  /** Points that lie before all others, from coarser steps. */
  readonly earlier: readonly Point[];
}

const HOUR_MS = 3_600_000;
/** Each quarter has to grow by this part of what quarters grow on average. */
const EACH_QUARTER = 0.25;
/** Of the rise, what has to lie above all that was there before it. */
const ABOVE = 0.5;
/** A bend has to explain so much more than a straight line. */
const BEND_GAIN = 0.8;

/** Points are in order of time. */
export function growthOf(points: readonly Point[], { leastMs, leastPoints, leastShare, leastBytes, steady, earlier }: GrowthOptions): Growth | undefined {
  if (points.length < leastPoints) return undefined;
  const bend = bendOf(points, leastPoints);
  const tail = points.slice(bend);
  const [first, last] = [tail[0], tail.at(-1)];
  if (first === undefined || last === undefined || tail.length < leastPoints || last.atMs - first.atMs < leastMs) return undefined;
  const levels = quarters(tail);
  const [low = 0, high = 0] = [levels[0], levels[3]];
  const rises = levels.slice(1).map((level, index) => level - (levels[index] ?? 0));
  const mean = (high - low) / 3;
  if (mean <= 0 || rises.some((rise) => rise < EACH_QUARTER * mean) || (rises[2] ?? 0) < steady * mean) return undefined;
  const slope = slopeOf(tail);
  if (slope === undefined || slope.low <= 0) return undefined;
  const rise = (slope.perHour * (last.atMs - first.atMs)) / HOUR_MS;
  if (rise < leastBytes || rise < leastShare * low) return undefined;
  const before = [...earlier.filter(({ atMs }) => atMs < (points[0]?.atMs ?? 0)), ...points.slice(0, bend)].map(({ bytes }) => bytes).sort((a, b) => a - b);
  if (before.length > 0 && high - quantile(before, 0.95) < ABOVE * (high - low)) return undefined;
  const bytes = median(tail.slice(-5).map((point) => point.bytes + (slope.perHour * (last.atMs - point.atMs)) / HOUR_MS));
  return { ...slope, sinceMs: first.atMs, fromFirst: bend === 0, bytes, points: tail.length };
}

/** The index at which a level that was flat begins to rise; 0 where a straight line tells as much. */
function bendOf(points: readonly Point[], leastPoints: number): number {
  const smooth = points.map(({ bytes }, index) => median(points.slice(Math.max(0, index - 1), index + 2).map((point) => point.bytes).concat(bytes)));
  const straight = misfit(points, smooth, 0);
  let best = { at: 0, misfit: straight * BEND_GAIN };
  for (let at = 2; at <= points.length - leastPoints; at++) {
    const found = misfit(points, smooth, at);
    if (found < best.misfit) best = { at, misfit: found };
  }
  return best.at;
}

/** Sum of squares about the best line that is flat until a point and straight from it. */
function misfit(points: readonly Point[], levels: readonly number[], at: number): number {
  const n = points.length;
  const x = points.map(({ atMs }) => Math.max(0, atMs - (points[at]?.atMs ?? 0)));
  const [meanX, meanY] = [x.reduce((sum, value) => sum + value, 0) / n, levels.reduce((sum, value) => sum + value, 0) / n];
  let [xx, xy, yy] = [0, 0, 0];
  x.forEach((value, index) => {
    const [dx, dy] = [value - meanX, (levels[index] ?? 0) - meanY];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  });
  return xx === 0 ? yy : yy - (xy * xy) / xx;
}

function quarters(points: readonly Point[]): number[] {
  return [0, 1, 2, 3].map((part) => median(points.slice(Math.floor((points.length * part) / 4), Math.floor((points.length * (part + 1)) / 4)).map(({ bytes }) => bytes)));
}
