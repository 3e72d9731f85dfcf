/** Keeps the thread busy. */
export function spinFor(ms: number): number {
  const untilMs = performance.now() + ms;
  let x = 1;
  while (performance.now() < untilMs) x = Math.sqrt(x + 1);
  return x;
}
