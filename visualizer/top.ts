// The functions that took most time, from all stacks: in all, or service by service.
import type { CallTree, Range } from '../collector/store/contract.ts';
import type { HostStatus } from '../collector/store/host-status.ts';
import type { FunctionRow, TopAnswer, TopGroup } from './api.ts';
import { named } from './flame.ts';
import type { Selection } from './selection.ts';
import { narrowed, selectorOf } from './selection.ts';
import { damageOf } from './spare.ts';
import type { Spared, SparingReader } from './spare.ts';

/** Each is a question to the store; the others have done less. */
const MOST_SERVICES = 20;

export interface TopOptions {
  readonly limit: number;
  readonly byService: boolean;
}

export async function topOf(store: SparingReader, hosts: readonly HostStatus[], selection: Selection, asked: Range, { limit, byService }: TopOptions): Promise<TopAnswer> {
  const parts = byService ? await servicesOf(store, hosts, selection, asked) : [{ name: '', selection }];
  const groups: TopGroup[] = [];
  const answers: Spared[] = [];
  for (const part of parts) {
    const answer = await store.query(selectorOf(part.selection), asked);
    const { tree } = answer;
    answers.push(answer);
    const rows = functionsOf(tree);
    groups.push({ name: part.name, totalCount: tree.totalCount[0] ?? 0, totalUs: tree.totalWeight[0] ?? 0, functions: rows.length, rows: largest(rows, limit) });
  }
  return { asked, groups, ...damageOf(...answers) };
}

/** Every function of a tree that was not cut. */
export function functionsOf(tree: CallTree): FunctionRow[] {
  const sums = new Map<number, { selfCount: number; selfUs: number; totalCount: number; totalUs: number }>();
  for (let id = 1; id < tree.parent.length; id++) {
    const frame = tree.frame[id] ?? 0;
    const sum = sums.get(frame) ?? { selfCount: 0, selfUs: 0, totalCount: 0, totalUs: 0 };
    sums.set(frame, sum);
    sum.selfCount += tree.selfCount[id] ?? 0;
    sum.selfUs += tree.selfWeight[id] ?? 0;
    if (isInside(tree, id, frame)) continue;
    sum.totalCount += tree.totalCount[id] ?? 0;
    sum.totalUs += tree.totalWeight[id] ?? 0;
  }
  return [...sums].map(([frame, sum]) => ({ ...named(tree.frames[frame]), ...sum }));
}

/** The busiest services; what has no service is found by its hosts. */
async function servicesOf(store: SparingReader, hosts: readonly HostStatus[], selection: Selection, asked: Range): Promise<{ name: string; selection: Selection }[]> {
  const { series } = await store.timeline(selectorOf(selection), asked, asked.untilMs - asked.fromMs, { label: 'service' });
  const busiest = [...series].sort((a, b) => (b.busy[0] ?? 0) - (a.busy[0] ?? 0)).slice(0, MOST_SERVICES).map(({ name }) => name);
  const nameless = hosts.filter(({ service }) => service === '').map(({ host }) => host);
  return busiest.filter((name) => name !== '' || nameless.length > 0).map((name) => ({ name, selection: name === '' ? { ...selection, hosts: nameless } : narrowed(selection, { label: ['service', name] }) }));
}

/** Half of them by self, the rest by total. */
function largest(rows: readonly FunctionRow[], limit: number): FunctionRow[] {
  const bySelf = [...rows].sort((a, b) => b.selfUs - a.selfUs || b.totalUs - a.totalUs);
  if (rows.length <= limit) return bySelf;
  const kept = new Set(bySelf.slice(0, Math.ceil(limit / 2)));
  for (const row of [...rows].sort((a, b) => b.totalUs - a.totalUs)) {
    if (kept.size >= limit) break;
    kept.add(row);
  }
  return bySelf.filter((row) => kept.has(row));
}

function isInside(tree: CallTree, id: number, frame: number): boolean {
  for (let up = tree.parent[id] ?? 0; up !== 0; up = tree.parent[up] ?? 0) if (tree.frame[up] === frame) return true;
  return false;
}
