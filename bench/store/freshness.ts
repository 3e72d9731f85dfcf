// Freshness: from the moment a sample is taken to the moment the page's API answers with it.
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import type { Measured } from './figures.ts';
import { quantile, short } from './figures.ts';
import { WINDOW_MS, whileServing } from './live.ts';
import type { Live } from './live.ts';

/** Not in step with the windows, so that every delay between a window's end and the next pull is met. */
const INTERVAL_MS = 7000;
const SETTLE_MS = 20_000;
const POLL_MS = 200;
/** Moments of a window that are looked at. */
const STEP_MS = 50;

export async function freshness({ quick }: Bench): Promise<Measured> {
  const lengthMs = quick ? 30_000 : 280_000;
  const ages = await whileServing(INTERVAL_MS, (live) => watch(live, lengthMs));
  const [p50, p95, longest] = [quantile(ages, 0.5) / 1000, quantile(ages, 0.95) / 1000, quantile(ages, 1) / 1000];
  const targetS = (WINDOW_MS + INTERVAL_MS) / 1000 + 1;
  return {
    figures: [{ what: 'freshness: a sample taken to visible on the page', target: `p95 ≤ window + interval + 1 s = ${targetS} s`, measured: `p95 ${short(p95)} s`, met: p95 <= targetS }],
    details: `p50 ${short(p50)} s, p95 ${short(p95)} s, longest ${short(longest)} s. The example service with windows of ${WINDOW_MS / 1000} s, \`liveprofiler serve\` with an interval of ${INTERVAL_MS / 1000} s, ${lengthMs / 1000} s long; \`/api/flame\` asked every ${POLL_MS} ms, which is in the figure. Moments are ${STEP_MS} ms apart in all that was covered.`,
  };
}

/** The age, in milliseconds, of every moment when it was first covered. */
async function watch(live: Live, lengthMs: number): Promise<number[]> {
  const startMs = Date.now();
  const ages: number[] = [];
  await delay(SETTLE_MS);
  for (let coveredMs = 0; Date.now() < startMs + SETTLE_MS + lengthMs; ) {
    await delay(POLL_MS);
    const { covered } = await live.flame(startMs);
    const nowMs = Date.now();
    if (covered === undefined || covered.untilMs <= coveredMs) continue;
    for (let moment = coveredMs; coveredMs > 0 && moment < covered.untilMs; moment += STEP_MS) ages.push(nowMs - moment);
    coveredMs = covered.untilMs;
  }
  return ages;
}
