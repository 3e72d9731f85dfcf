// Whole numbers beyond 2^53, exactly, as two parts: high × 2^40 + low. A level of bytes times a month of microseconds
// is one. Parts can be summed as they are; each sum stays exact for millions of them.

export interface Wide {
  readonly low: number;
  readonly high: number;
}

const BASE = 2 ** 40;
const BIG_BASE = BigInt(BASE);

/** The exact product of two whole numbers. */
export function product(a: number, b: number): Wide {
  const value = a * b;
  if (value <= Number.MAX_SAFE_INTEGER) return carried(value, 0);
  const exact = BigInt(a) * BigInt(b);
  return { low: Number(exact % BIG_BASE), high: Number(exact / BIG_BASE) };
}

/** The same number with `low` below 2^40. */
export function carried(low: number, high: number): Wide {
  const over = Math.floor(low / BASE);
  return { low: low - over * BASE, high: high + over };
}

/** Rounded down to a whole number; 0 when there is nothing to divide by. */
export function quotient({ low, high }: Wide, by: number): number {
  if (by === 0) return 0;
  if (high === 0) return Math.floor(low / by);
  return Number((BigInt(high) * BIG_BASE + BigInt(low)) / BigInt(by));
}
