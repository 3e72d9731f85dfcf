// The two sides of a comparison in an address: `a.host=…&b.host=…`; what has no side is meant for both. Pure.

const SIDED = /^[ab]\./;
/** Keys that belong to the comparison itself. */
const OWN = new Set(['by', 'limit', 'with', 'of', 'utc', 'search', 'zoom', 'more']);

/** Whether anything is said of a side alone. */
export function hasSide(query: URLSearchParams, side: 'a' | 'b'): boolean {
  return [...query.keys()].some((key) => key.startsWith(`${side}.`));
}

/** The query of one side, as pages of one selection have it. What it says itself replaces what both have. */
export function sideOf(query: URLSearchParams, side: 'a' | 'b'): URLSearchParams {
  const mine = [...query].filter(([key]) => key.startsWith(`${side}.`)).map(([key, value]) => [key.slice(2), value] as const);
  const named = new Set(mine.map(([key]) => key));
  const shared = [...query].filter(([key]) => !SIDED.test(key) && !OWN.has(key) && !named.has(key));
  return new URLSearchParams([...shared, ...mine].map(([key, value]): [string, string] => [key, value]));
}
