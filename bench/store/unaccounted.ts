// Conservation: over a run of a real service, how much of its time is in no row, not idle and not told as dropped.
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import type { Measured } from './figures.ts';
import { table } from './figures.ts';
import { whileServing } from './live.ts';

const INTERVAL_MS = 10_000;

export async function unaccounted({ quick }: Bench): Promise<Measured> {
  const minutes = quick ? 1 : 60;
  const startMs = Date.now();
  const { root, idle, dropped, covered, coveredUs, windows } = await whileServing(INTERVAL_MS, async (live) => {
    await delay(minutes * 60_000);
    const answer = await live.flame(startMs);
    if (answer.covered === undefined) throw new Error('nothing was collected');
    return { ...answer, covered: answer.covered, coveredUs: await live.coveredUs(startMs, answer.covered.untilMs) };
  });
  const elapsedUs = Math.round((covered.untilMs - covered.fromMs) * 1000);
  const missingUs = elapsedUs - root.totalUs - idle.weight - dropped.weight;
  const share = Math.abs(missingUs) / elapsedUs;
  const gapsUs = elapsedUs - coveredUs;
  return {
    figures: [{ what: `microseconds unaccounted for over ${minutes} min of a real service`, target: '≤ 0.05 %', measured: `${missingUs} of ${elapsedUs} µs: ${(share * 100).toFixed(4)} %`, met: share <= 0.0005 }],
    details: `${table(['windows', 'first start to last end', 'busy', 'idle', 'dropped', 'between windows'], [[String(windows), `${elapsedUs} µs`, `${root.totalUs} µs`, `${idle.weight} µs`, `${dropped.weight} µs`, `${gapsUs} µs`]])}\n\nThe example service under its own traffic, read by \`liveprofiler serve\` every ${INTERVAL_MS / 1000} s, told by the page's API.`,
  };
}
