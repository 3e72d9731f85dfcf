// The functions that took most time, from all stacks: in all, or service by service.
import type { CallTree, QueryAnswer, Range } from '../collector/store/contract.ts';
import { isDamage } from '../collector/store/errors.ts';
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
export interface Sums {
  readonly frame: number;
  selfCount: number;
  selfUs: number;
  totalCount: number;
  totalUs: number;
}

/** All, or a service and what it was busy with. */
interface Part {
  readonly name: string;
  readonly selection: Selection;
  readonly busyUs: number;
}

export interface TopOptions {
  readonly limit: number;
  readonly byService: boolean;
}

export async function topOf(store: SparingReader, hosts: readonly HostStatus[], selection: Selection, asked: Range, { limit, byService }: TopOptions): Promise<TopAnswer> {
  const answers: Spared[] = [];
  const parts = byService ? await servicesOf() : [{ name: '', selection, busyUs: 0 }];
  const groups: TopGroup[] = [];
  for (const part of parts) {
    const tree = await treeOf(part);
    const sums = sumsOf(tree);
    groups.push({ name: part.name, totalCount: tree.totalCount[0] ?? 0, totalUs: tree.totalWeight[0] ?? 0, functions: sums.length, rows: rowsOf(tree, largest(sums, limit)) });
  }
  return { asked, groups, ...damageOf(...answers) };

  /** The busiest services; what has no service is found by its hosts. */
  async function servicesOf(): Promise<Part[]> {
    const lines = await store.timeline(selectorOf(selection), asked, asked.untilMs - asked.fromMs, { label: 'service' });
    answers.push(lines);
    const busiest = lines.series.map(({ name, busy }) => ({ name, busyUs: busy[0] ?? 0 })).sort((a, b) => b.busyUs - a.busyUs).slice(0, MOST_SERVICES);
    const nameless = hosts.filter(({ service }) => service === '').map(({ host }) => host);
    return busiest.filter(({ name }) => name !== '' || nameless.length > 0).map(({ name, busyUs }) => ({ name, busyUs, selection: name === '' ? { ...selection, hosts: nameless } : narrowed(selection, { label: ['service', name] }) }));
  }

  /** To ask hosts that never were of a service takes as long as to ask those that are: all are asked when these are not all. */
  async function treeOf({ name, selection: all, busyUs }: Part): Promise<CallTree> {
    const likely = name === '' || all.hosts.length > 0 ? [] : hosts.filter(({ service }) => service === name || service === '').map(({ host }) => host);
    if (likely.length > 0) {
      const answer = await store.query(selectorOf({ ...all, hosts: likely }), asked).catch((error: unknown) => {
        if (isDamage(error)) return undefined;
        throw error;
      });
      if (answer !== undefined && (answer.tree.totalWeight[0] ?? 0) >= busyUs) return counted(answer);
    }
    return counted(await store.query(selectorOf(all), asked));
  }

  function counted(answer: Spared & Pick<QueryAnswer, 'tree'>): CallTree {
    answers.push(answer);
    return answer.tree;
  }
}

/** To tell where functions come from takes longer than to add them up. */
function rowsOf({ frames }: CallTree, sums: readonly Sums[]): FunctionRow[] {
  return sums.map(({ frame, ...sum }) => ({ ...named(frames[frame]), ...sum }));
}

/** Every function of a tree that was not cut, in the order of its frames. */
export function sumsOf(tree: CallTree): Sums[] {
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
