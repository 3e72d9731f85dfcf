// Which processes leak, asked of the store: host by host, so that the cost of a question is bounded by its hosts.
import type { NumberSeries, Range } from '../../collector/store/contract.ts';
import type { HostStatus } from '../../collector/store/host-status.ts';
import type { LeakAnswer, LeaksAnswer } from '../api.ts';
import type { Selection } from '../selection.ts';
import { damageOf } from '../spare.ts';
import type { Spared, SparingReader } from '../spare.ts';
import { alignedTo } from '../timeline.ts';
import { leakOf, SCALES } from './leak.ts';
import { processFacts } from './measures.ts';

/** Each is three questions to the store. */
const MOST_HOSTS = 50;
/** Before the end: a process has one version all its life. */
const VERSION_MS = 3_600_000;

/** Looks back from the end of the range, at processes that ran within it. */
export async function leaksOf(store: SparingReader, hosts: readonly HostStatus[], selection: Selection, asked: Range): Promise<LeaksAnswer> {
  const chosen = hosts.slice(0, MOST_HOSTS);
  const answers: Spared[] = [];
  const leaks: LeakAnswer[] = [];
  for (const { host } of chosen) {
    const selector = processFacts({ ...selection, hosts: [host] });
    const scales = await Promise.all(SCALES.map(({ lengthMs, stepMs }) => store.numbers(selector, alignedTo({ fromMs: asked.untilMs - lengthMs, untilMs: asked.untilMs }, stepMs), stepMs, 'process')));
    answers.push(...scales);
    for (const boot of new Set(scales.flatMap(({ series }) => series.map(({ name }) => name)))) {
      const own = scales.map(({ fromMs, stepMs, series }) => ({ fromMs, stepMs, numbers: series.find(({ name }) => name === boot)?.numbers ?? {} }));
      const seen = own.map(({ fromMs, stepMs, numbers }) => seenIn(numbers, fromMs, stepMs)).filter((range) => range !== undefined);
      const lastMs = Math.min(asked.untilMs, Math.max(0, ...seen.map(({ untilMs }) => untilMs)));
      if (lastMs <= asked.fromMs) continue;
      const startedMs = seen.findLast(({ fromMs, first }) => fromMs > first)?.fromMs;
      const leak = leakOf({ scales: own, startedMs });
      if (leak === undefined) continue;
      const version = await store.numbers({ ...selector, boots: [boot] }, { fromMs: lastMs - VERSION_MS, untilMs: lastMs }, VERSION_MS, { label: 'version' });
      const { sinceMs, ...rest } = leak;
      leaks.push({ host, boot, version: version.series[0]?.name ?? '', sinceMs, ...(startedMs === undefined ? {} : { startedMs }), lastMs, ...rest });
    }
  }
  leaks.sort((a, b) => b.lastMs - a.lastMs || b.perHour - a.perHour);
  return { asked, checked: chosen.map(({ host }) => host), left: hosts.length - chosen.length, leaks, ...damageOf(...answers) };
}

/** `first`: where what was asked begins. */
function seenIn(numbers: NumberSeries['numbers'], first: number, stepMs: number): (Range & { readonly first: number }) | undefined {
  const columns = Object.values(numbers).map(({ count }) => count);
  const steps = Array.from({ length: columns[0]?.length ?? 0 }, (_, step) => columns.some((count) => (count[step] ?? 0) > 0));
  const [from, until] = [steps.indexOf(true), steps.lastIndexOf(true)];
  return from < 0 ? undefined : { first, fromMs: first + from * stepMs, untilMs: first + (until + 1) * stepMs };
}
