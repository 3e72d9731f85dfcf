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

/** Of one function: index of its frame, and what it did. */
interface Sums {
  readonly frame: number;
  selfCount: number;
  selfUs: number;
  totalCount: number;
  totalUs: number;
}

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
    const sums = sumsOf(tree);
    groups.push({ name: part.name, totalCount: tree.totalCount[0] ?? 0, totalUs: tree.totalWeight[0] ?? 0, functions: sums.length, rows: rowsOf(tree, largest(sums, limit)) });
  }
  return { asked, groups, ...damageOf(...answers) };
}

/** Every function of a tree that was not cut. */
export function functionsOf(tree: CallTree): FunctionRow[] {
  return rowsOf(tree, sumsOf(tree));
}

/** To tell where functions come from takes longer than to add them up. */
function rowsOf({ frames }: CallTree, sums: readonly Sums[]): FunctionRow[] {
  return sums.map(({ frame, ...sum }) => ({ ...named(frames[frame]), ...sum }));
}


function sumsOf(tree: CallTree): Sums[] {
  const sums: (Sums | undefined)[] = [];
  const open = new Int32Array(tree.frames.length);
  walk(tree, (id, frame) => {
    const sum = (sums[frame] ??= { frame, selfCount: 0, selfUs: 0, totalCount: 0, totalUs: 0 });
    sum.selfCount += tree.selfCount[id] ?? 0;
    sum.selfUs += tree.selfWeight[id] ?? 0;
    // Not within another call of the same function.
    if (open[frame] === 0) {
      sum.totalCount += tree.totalCount[id] ?? 0;
      sum.totalUs += tree.totalWeight[id] ?? 0;
    }
    open[frame] = (open[frame] ?? 0) + 1;
  }, (frame) => { open[frame] = (open[frame] ?? 0) - 1; });
  return sums.filter((sum) => sum !== undefined);
}

/** Depth first, without the root: each node is seen once, however deep it lies. */
function walk({ parent, frame }: CallTree, enter: (id: number, frame: number) => void, leave: (frame: number) => void): void {
  const first = new Int32Array(parent.length);
  const next = new Int32Array(parent.length);
  for (let id = parent.length - 1; id > 0; id--) {
    const up = parent[id] ?? 0;
    next[id] = first[up] ?? 0;
    first[up] = id;
  }
  let id = first[0] ?? 0;
  while (id !== 0) {
    enter(id, frame[id] ?? 0);
    let following = first[id] ?? 0;
    while (following === 0 && id !== 0) {
      leave(frame[id] ?? 0);
      following = next[id] ?? 0;
      id = parent[id] ?? 0;
    }
    id = following;
  }
}

/** The busiest services; what has no service is found by its hosts. */
async function servicesOf(store: SparingReader, hosts: readonly HostStatus[], selection: Selection, asked: Range): Promise<{ name: string; selection: Selection }[]> {
  const { series } = await store.timeline(selectorOf(selection), asked, asked.untilMs - asked.fromMs, { label: 'service' });
  const busiest = [...series].sort((a, b) => (b.busy[0] ?? 0) - (a.busy[0] ?? 0)).slice(0, MOST_SERVICES).map(({ name }) => name);
  const nameless = hosts.filter(({ service }) => service === '').map(({ host }) => host);
  return busiest.filter((name) => name !== '' || nameless.length > 0).map((name) => ({ name, selection: name === '' ? { ...selection, hosts: nameless } : narrowed(selection, { label: ['service', name] }) }));
}

/** Half of them by self, the rest by total. */
function largest(rows: readonly Sums[], limit: number): Sums[] {
  const bySelf = [...rows].sort((a, b) => b.selfUs - a.selfUs || b.totalUs - a.totalUs);
  if (rows.length <= limit) return bySelf;
  const kept = new Set(bySelf.slice(0, Math.ceil(limit / 2)));
  for (const row of [...rows].sort((a, b) => b.totalUs - a.totalUs)) {
    if (kept.size >= limit) break;
    kept.add(row);
  }
  return bySelf.filter((row) => kept.has(row));
}
