// Questions over a month of one host and an hour of a hundred, from the store to JSON.
import type { Range, Store } from '../../collector/store/index.ts';
import { openStore } from '../../collector/store/index.ts';
import { alignedTo, MOST_STEPS, stepFor } from '../../visualizer/timeline.ts';
import type { Bench } from './bench.ts';
import { materialFor } from './bench.ts';
import type { Measured } from './figures.ts';
import { quantile, short, table } from './figures.ts';
import { diskBytes, inFolder } from './folder.ts';
import { DAY_MS, fill, FIRST_MS, HOUR_MS, windowsOf } from './layout.ts';
import { BUSY, PROGRAM_NAMES } from './programs.ts';

/** As the page asks: nodes it draws. */
const LIMIT = 3000;
const ODD_STEPS = 96;
/** Ranges move by this from question to question, so that no answer is the last one's. */
const MOVE_MS = 37 * 60_000 + 11_000;
const REPEATS = 20;
const BUDGET_MS = 60_000;
const LEAST_REPEATS = 3;
const HOST = 'busy';

interface Timing {
  readonly firstMs: number;
  readonly times: readonly number[];
  readonly bytes: number;
}

type Question = (store: Store, range: Range) => Promise<unknown>;

export async function query({ materials, quick }: Bench): Promise<Measured> {
  const [days, hosts] = quick ? [3, 10] : [30, 100];
  const untilMs = FIRST_MS + (days + 1) * DAY_MS;
  const fleet = Array.from({ length: hosts }, (_, i) => `host-${i}`);
  return inFolder(async (path) => {
    const filling = await openStore({ path });
    let [windows, fillMs, upkeepMs] = [0, 0, 0];
    for (let fromMs = FIRST_MS; fromMs < untilMs; fromMs += DAY_MS) {
      const startMs = performance.now();
      const today = windowsOf({ host: HOST, material: materialFor(materials, BUSY), range: { fromMs, untilMs: fromMs + DAY_MS }, turn: (fromMs - FIRST_MS) / 10_000 });
      windows += (await fill(filling, today)).windows;
      const filledMs = performance.now();
      await filling.prune(fromMs + DAY_MS);
      [fillMs, upkeepMs] = [fillMs + filledMs - startMs, upkeepMs + performance.now() - filledMs];
    }
    const monthBytes = await diskBytes(path);
    for (const [name, material] of materials) await fill(filling, windowsOf({ host: name, material, range: { fromMs: untilMs - 2 * DAY_MS, untilMs } }));
    for (const [i, host] of fleet.entries()) {
      const material = materialFor(materials, PROGRAM_NAMES[i % PROGRAM_NAMES.length] ?? BUSY);
      await fill(filling, windowsOf({ host, material, range: { fromMs: untilMs - 2 * HOUR_MS, untilMs }, turn: i * 1000 }));
    }
    await filling.prune(untilMs);
    await filling.close();

    const graph = (names: readonly string[]): Question => (store, range) => store.query({ kind: 'cpu', hosts: names }, range, { limit: LIMIT });
    const timeline: Question = (store, range) => {
      const stepMs = stepFor(range, MOST_STEPS);
      return store.timeline({ kind: 'cpu', hosts: [HOST] }, alignedTo(range, stepMs), stepMs);
    };
    const oddTimeline: Question = (store, range) => store.timeline({ kind: 'cpu', hosts: [HOST] }, range, Math.ceil((range.untilMs - range.fromMs) / ODD_STEPS));
    const ask = (question: Question, lengthMs: number): Promise<Timing> => timed(path, question, untilMs, lengthMs);
    const day = await ask(graph([HOST]), DAY_MS);
    const whole = await ask(graph([HOST]), days * DAY_MS);
    const merged = await ask(graph(fleet), HOUR_MS);
    const bars = await ask(timeline, days * DAY_MS);
    const odd = await ask(oddTimeline, days * DAY_MS);
    const others: (readonly [string, Timing])[] = [];
    for (const name of PROGRAM_NAMES) others.push([`${name}, 24 h`, await ask(graph([name]), DAY_MS)]);
    const [dayMs, wholeMs, mergedMs, barsMs] = [day, whole, merged, bars].map(({ times }) => quantile(times, 0.5)) as [number, number, number, number];
    const rows = [['one host, 24 h', day], [`one host, ${days} days`, whole], [`${hosts} hosts, 1 h, merged`, merged], [`timeline of ${days} days`, bars], [`the same in ${ODD_STEPS} steps that begin at odd moments`, odd], ...others] as const;
    return {
      figures: [
        { what: 'flame graph of one host, 24 h, from store to JSON', target: 'p50 ≤ 25 ms', measured: `p50 ${short(dayMs)} ms, p95 ${p95(day)} ms`, met: dayMs <= 25 },
        { what: `the same, ${days} days`, target: '≤ 2 × the 24 h figure', measured: `p50 ${short(wholeMs)} ms, p95 ${p95(whole)} ms: ${short(wholeMs / dayMs)} ×`, met: wholeMs <= 2 * dayMs },
        { what: `${hosts} hosts, 1 h, merged`, target: '≤ 300 ms', measured: `p50 ${short(mergedMs)} ms, p95 ${p95(merged)} ms`, met: mergedMs <= 300 },
        { what: `timeline of ${days} days`, target: '≤ 20 ms', measured: `p50 ${short(barsMs)} ms, p95 ${p95(bars)} ms`, met: barsMs <= 20 },
      ],
      details: `${table(['question', 'first after opening', 'p50', 'p95', 'asked', 'JSON'], rows.map(([name, timing]) => [name, `${short(timing.firstMs)} ms`, `${short(quantile(timing.times, 0.5))} ms`, `${p95(timing)} ms`, `${timing.times.length} ×`, `${short(timing.bytes / 1000)} kB`]))}\n\nThe one host is ${BUSY}, never idle: ${windows} windows over ${days + 1} days, appended at ${short(windows / (fillMs / 1000))} a second; after each day the store's upkeep, ${short(upkeepMs / (days + 1) / 1000)} s a day. In the end they take ${short(monthBytes / 1e6)} MB. The ${hosts} hosts are all programs in turn. A graph has at most ${LIMIT} nodes, a timeline at most ${MOST_STEPS} whole steps, as the page asks; ranges end at odd moments and move between questions.${quick ? ` Quick: ${days} days and ${hosts} hosts in place of 30 and 100.` : ''}`,
    };
  });
}

/** In a store opened for this question: the first time is told apart. */
async function timed(path: string, question: Question, endMs: number, lengthMs: number): Promise<Timing> {
  const store = await openStore({ path });
  try {
    let bytes = 0;
    const once = async (turn: number): Promise<number> => {
      const untilMs = endMs - (turn * MOVE_MS) % Math.min(DAY_MS, lengthMs);
      const startMs = performance.now();
      bytes = Buffer.byteLength(JSON.stringify(await question(store, { fromMs: untilMs - lengthMs, untilMs })));
      return performance.now() - startMs;
    };
    const firstMs = await once(0);
    const times: number[] = [];
    for (const stopMs = performance.now() + BUDGET_MS; times.length < LEAST_REPEATS || (times.length < REPEATS && performance.now() < stopMs); ) times.push(await once(times.length + 1));
    return { firstMs, times, bytes };
  } finally {
    await store.close();
  }
}

function p95({ times }: Timing): string {
  return short(quantile(times, 0.95));
}
