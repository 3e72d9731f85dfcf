// What each process told of itself over a range: its labels, its threads, and every named number.
import type { Range, Selector } from '../../collector/store/contract.ts';
import type { HostStatus } from '../../collector/store/host-status.ts';
import type { NumberTold, ProcessAnswer, ProcessesAnswer } from '../api.ts';
import { extentOf } from '../answers.ts';
import type { Selection } from '../selection.ts';
import { damageOf } from '../spare.ts';
import type { SparingReader } from '../spare.ts';
import { processFacts } from './measures.ts';

/** Each is some questions to the store. */
const MOST_PROCESSES = 12;
/** Of a process, told the same in all its windows. */
const LABELS = ['service', 'version', 'hostname', 'pid', 'nodeVersion', 'v8Version', 'arguments'];
/** Before the end: what a process is called does not change. */
const RECENT_MS = 3_600_000;

export async function processesOf(store: SparingReader, hosts: readonly HostStatus[], selection: Selection, asked: Range): Promise<ProcessesAnswer> {
  const selector = processFacts(selection);
  const named = selection.hosts.length > 0 ? selection.hosts : undefined;
  const [facts, inventory, extent] = await Promise.all([store.numbers(selector, asked, asked.untilMs - asked.fromMs, 'process'), store.labels(asked, named), extentOf(store, selection.hosts)]);
  const threads = inventory.threads.filter(({ boot }) => selection.processes.length === 0 || selection.processes.includes(boot));
  const told = new Map(facts.series.map(({ name, numbers }) => [name, numbers]));
  // Who uses most comes first, then who tells nothing of it.
  const boots = [...new Set([...told.keys(), ...(Object.keys(selection.labels).length === 0 ? threads.map(({ boot }) => boot) : [])])];
  const largest = boots.sort((a, b) => (told.get(b)?.['rssBytes']?.last[0] ?? -1) - (told.get(a)?.['rssBytes']?.last[0] ?? -1));
  const processes = await Promise.all(largest.slice(0, MOST_PROCESSES).map(async (boot): Promise<ProcessAnswer> => {
    const own = threads.filter((thread) => thread.boot === boot);
    return {
      boot,
      host: own[0]?.host ?? '',
      threads: own.map(({ id, name }) => ({ id, name })).sort((a, b) => a.id - b.id),
      labels: await labelsOf(store, { ...selector, boots: [boot] }, asked),
      numbers: Object.fromEntries(Object.entries(told.get(boot) ?? {}).map(([name, { min, max, sum, count, last }]): [string, NumberTold] => [name, { least: min[0] ?? 0, most: max[0] ?? 0, mean: (sum[0] ?? 0) / Math.max(1, count[0] ?? 0), last: last[0] ?? 0 }])),
    };
  }));
  return { asked, processes, left: boots.length - processes.length, sampled: inventory.kinds.length > 0, ...(extent === undefined ? {} : { extent }), hosts, ...damageOf(facts, inventory) };
}

/** The windows of numbers tell them, or those of the CPU where a sampler sends no numbers. */
async function labelsOf(store: SparingReader, selector: Selector, { fromMs, untilMs }: Range): Promise<Readonly<Record<string, string>>> {
  const recent = { fromMs: Math.max(fromMs, untilMs - RECENT_MS), untilMs };
  const found = await Promise.all(LABELS.map(async (label) => {
    for (const range of [recent, { fromMs, untilMs }]) {
      const { series } = await store.timeline({ ...selector, kind: 'cpu' }, range, range.untilMs - range.fromMs, { label });
      const [value] = series.filter(({ name }) => name !== '');
      if (value !== undefined) return [[label, value.name] as const];
      if (range.fromMs === fromMs) break;
    }
    return [];
  }));
  return Object.fromEntries(found.flat());
}
