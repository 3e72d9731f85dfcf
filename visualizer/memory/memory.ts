// What processes told of themselves over time: at most so many lines, and when versions and processes came.
import type { GroupBy, Range } from '../../collector/store/contract.ts';
import type { HostStatus } from '../../collector/store/host-status.ts';
import type { MemoryAnswer, MemoryLine } from '../api.ts';
import { extentOf, labelsToChoose } from '../answers.ts';
import type { Selection } from '../selection.ts';
import { damageOf } from '../spare.ts';
import type { SparingReader } from '../spare.ts';
import { alignedTo, firstSeen, MOST_STEPS, stepFor } from '../timeline.ts';
import { processFacts, toldOf } from './measures.ts';

const MOST_LINES = 8;

export async function memoryOf(store: SparingReader, hosts: readonly HostStatus[], selection: Selection, asked: Range, by: GroupBy | undefined): Promise<MemoryAnswer> {
  const stepMs = stepFor(asked, MOST_STEPS);
  const range = alignedTo(asked, stepMs);
  const selector = processFacts(selection);
  const named = selection.hosts.length > 0 ? selection.hosts : undefined;
  const sampled = { ...selector, kind: 'cpu' };
  // Windows of numbers do not tell what time they cover; the main thread's samples cover the same.
  const [numbers, covered, versions, inventory, extent] = await Promise.all([
    store.numbers(selector, range, stepMs, by),
    store.timeline(sampled, range, stepMs, by),
    store.timeline(sampled, range, stepMs, { label: 'version' }),
    store.labels(asked, named),
    extentOf(store, selection.hosts),
  ]);
  const lines = numbers.series.map(({ name, numbers: own }): MemoryLine => ({ name, values: toldOf(own, covered.series.find((series) => series.name === name)?.coveredUs ?? []) }));
  const largest = lines.sort((a, b) => most(b) - most(a) || (a.name < b.name ? -1 : 1));
  return {
    asked,
    fromMs: range.fromMs,
    stepMs,
    lines: largest.slice(0, MOST_LINES),
    left: Math.max(0, largest.length - MOST_LINES),
    versions: firstSeen(versions.series).map(({ name, step }) => ({ version: name, atMs: range.fromMs + step * stepMs })),
    sampled: covered.series.some(({ coveredUs }) => coveredUs.some((us) => us > 0)),
    ...(extent === undefined ? {} : { extent }),
    hosts,
    hostNames: inventory.hosts,
    threads: named === undefined ? [] : inventory.threads,
    labels: labelsToChoose(inventory),
    ...damageOf(numbers, covered, versions, inventory),
  };
}

function most({ values }: MemoryLine): number {
  return (values['rssBytes'] ?? []).reduce<number>((high, bytes) => Math.max(high, bytes ?? 0), 0);
}
