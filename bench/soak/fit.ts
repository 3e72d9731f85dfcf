// A line through points that a few jumps do not move: the median of the slopes between all pairs. Pure.
export interface Fit {
  readonly slope: number;
  /** Between which 95 % lie, by the ranks of the slopes, were the points independent. */
  readonly low: number;
  readonly high: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function fit(points: readonly Point[]): Fit {
  const slopes: number[] = [];
  for (const [index, a] of points.entries()) for (const b of points.slice(index + 1)) if (b.x !== a.x) slopes.push((b.y - a.y) / (b.x - a.x));
  slopes.sort((a, b) => a - b);
  const n = points.length;
  const spread = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (rank: number): number => slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(rank)))] ?? Number.NaN;
  return { slope: at(slopes.length / 2), low: at((slopes.length - spread) / 2), high: at((slopes.length + spread) / 2) };
}
