// A slope through points that are noisy and now and then wrong: the median of the slopes between all pairs (Theil 1950),
// with the confidence interval that Kendall's tau gives it (P. K. Sen, "Estimates of the regression coefficient based on
// Kendall's tau", JASA 63, 1968). Neighbours that hang together tell less than they count: the interval is widened by
// their autocorrelation (S. Yue and C. Wang, Water Resources Management 18, 2004). Pure.
import type { Bytes, Milliseconds } from 'liveprofiler-sampler/wire';

export interface Point {
  readonly atMs: Milliseconds;
  readonly bytes: Bytes;
  /** Share of time that the process computed, 0 to 1; undefined where nobody tells. */
  readonly load: number | undefined;
}

/** Bytes an hour, and between what it lies with 99 % confidence. */
export interface Slope {
  readonly perHour: number;
  readonly low: number;
  readonly high: number;
}

const HOUR_MS = 3_600_000;
/** 99 %, two-sided. */
const Z = 2.576;
/** Pairs are compared when their loads differ by no more than this, or by this part of what loads there are. */
const LIKE_LOAD = 0.01;
const LIKE_PART = 0.25;
/** Of the pairs that lie a third of the time apart: with fewer of like load, growth is not told from load. */
const LEAST_ALIKE = 0.15;
const FEWEST = 8;

/** undefined for too few points, or where what grows may be no more than the load. Points are in order of time. */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < FEWEST || first === undefined || last === undefined) return undefined;
  const far = (last.atMs - first.atMs) / 3;
  const likeLoad = Math.max(LIKE_LOAD, LIKE_PART * spread(points.flatMap(({ load }) => load ?? [])));
  const slopes: number[] = [];
  let [farPairs, farAlike] = [0, 0];
  points.forEach((a, index) => {
    for (const b of points.slice(index + 1)) {
      const apartMs = b.atMs - a.atMs;
      if (apartMs <= 0) continue;
      const alike = a.load === undefined || b.load === undefined || Math.abs(a.load - b.load) <= likeLoad;
      if (apartMs >= far) {
        farPairs++;
        if (alike) farAlike++;
      }
      if (alike) slopes.push(((b.bytes - a.bytes) / apartMs) * HOUR_MS);
    }
  });
  if (farAlike < LEAST_ALIKE * farPairs || slopes.length === 0) return undefined;
  slopes.sort((a, b) => a - b);
  const perHour = quantile(slopes, 0.5);
  const n = points.length;
  const deviation = Math.sqrt(((n * (n - 1) * (2 * n + 5)) / 18) * inflation(points, perHour));
  const half = Math.min(0.5, (Z * deviation) / (n * (n - 1)));
  return { perHour, low: quantile(slopes, 0.5 - half), high: quantile(slopes, 0.5 + half) };
}

export function median(values: readonly number[]): number {
  return quantile([...values].sort((a, b) => a - b), 0.5);
}

/** Of values in order; 0 of none. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.min(sorted.length - 1, Math.round(part * (sorted.length - 1))))] ?? 0;
}

/** Between the tenth and the ninetieth hundredth. */
function spread(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return quantile(sorted, 0.9) - quantile(sorted, 0.1);
}

/** How many points tell as much as one that stands for itself: 1 where they do not hang together. */
function inflation(points: readonly Point[], perHour: number): number {
  const n = points.length;
  const residuals = points.map(({ atMs, bytes }) => bytes - (perHour * (atMs - (points[0]?.atMs ?? 0))) / HOUR_MS);
  const mean = residuals.reduce((sum, value) => sum + value, 0) / n;
  const centred = residuals.map((value) => value - mean);
  const variance = centred.reduce((sum, value) => sum + value * value, 0);
  if (variance === 0) return 1;
  let factor = 1;
  for (let lag = 1; lag < n / 2; lag++) {
    const correlation = centred.reduce((sum, value, index) => sum + value * (centred[index + lag] ?? 0), 0) / variance;
    if (correlation <= 0) break;
    factor += 2 * (1 - lag / n) * correlation;
  }
  return Math.min(factor, n / 3);
}
