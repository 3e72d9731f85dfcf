// Two trees over one table of functions as one, each node with its share on either side. What is too small is summed
// up under its parent. Pure.
import type { CallTree } from '../collector/store/contract.ts';
import { CUT, ROOT } from '../collector/store/contract.ts';
import type { Part, Weigh } from './diff.ts';
import type { DiffNode, Named } from './view/change.ts';

export interface DiffTreeOptions {
  readonly limit: number;
  readonly nameOf: (frame: number) => Named;
}

/** As in flame.ts: deeper ones would overflow JSON and the page's own stack. */
const MAX_DEPTH = 500;
const MOST_FUNCTIONS = 2 ** 26;

interface Side {
  readonly selfCount: number[];
  readonly selfUs: number[];
  readonly totalCount: number[];
  readonly totalUs: number[];
}

interface Both {
  readonly parent: number[];
  readonly frame: number[];
  readonly depth: number[];
  readonly a: Side;
  readonly b: Side;
}

type Growing = Omit<DiffNode, 'c'> & { c: Growing[] };

export function diffTree(a: CallTree, b: CallTree, weigh: Weigh, { limit, nameOf }: DiffTreeOptions): DiffNode {
  const both = merged(a, b);
  const kept = largest(both, weigh, limit);
  const nodes = new Map<number, Growing>();
  const cut = new Map<number, { count: number; a: Part; b: Part }>();
  for (let id = 0; id < both.parent.length; id++) {
    const above = nodes.get(both.parent[id] ?? 0);
    if (id > 0 && above === undefined) continue;
    if (kept.has(id)) {
      const node: Growing = { ...(id === 0 ? { name: 'all', url: '', line: 0, origin: 'part' } : nameOf(both.frame[id] ?? 0)), self: weigh(selfAt(both.a, id), selfAt(both.b, id)), total: weigh(totalAt(both.a, id), totalAt(both.b, id)), c: [] };
      nodes.set(id, node);
      above?.c.push(node);
      continue;
    }
    const sum = cut.get(both.parent[id] ?? 0);
    cut.set(both.parent[id] ?? 0, { count: (sum?.count ?? 0) + 1, a: added(sum?.a, totalAt(both.a, id)), b: added(sum?.b, totalAt(both.b, id)) });
  }
  for (const [id, { count, a: before, b: after }] of cut) {
    const change = weigh(before, after);
    nodes.get(id)?.c.push({ name: count === 1 ? '1 smaller part' : `${count} smaller parts`, url: '', line: 0, origin: 'part', cut: count, self: change, total: change, c: [] });
  }
  const [root] = nodes.values();
  if (root === undefined) throw new RangeError('a tree has a root');
  return root;
}

function merged(a: CallTree, b: CallTree): Both {
  const both: Both = { parent: [0], frame: [ROOT], depth: [0], a: side(), b: side() };
  const children = new Map<number, number>();
  add(a, both.a);
  add(b, both.b);
  for (const one of [both.a, both.b]) {
    for (let id = both.parent.length - 1; id >= 0; id--) {
      const up = both.parent[id] ?? 0;
      one.totalCount[id] = at(one.totalCount, id) + at(one.selfCount, id);
      one.totalUs[id] = at(one.totalUs, id) + at(one.selfUs, id);
      if (id === 0) continue;
      one.totalCount[up] = at(one.totalCount, up) + at(one.totalCount, id);
      one.totalUs[up] = at(one.totalUs, up) + at(one.totalUs, id);
    }
  }
  return both;

  function add(tree: CallTree, into: Side): void {
    const places = [0];
    for (let id = 0; id < tree.parent.length; id++) {
      const place = id === 0 ? 0 : placeOf(places[tree.parent[id] ?? 0] ?? 0, tree.frame[id] ?? CUT);
      places[id] = place;
      into.selfCount[place] = at(into.selfCount, place) + (tree.selfCount[id] ?? 0);
      into.selfUs[place] = at(into.selfUs, place) + (tree.selfWeight[id] ?? 0);
    }
  }

  /** What lies too deep counts for what called it. */
  function placeOf(under: number, frame: number): number {
    const depth = at(both.depth, under) + 1;
    if (depth > MAX_DEPTH) return under;
    const key = under * MOST_FUNCTIONS + frame;
    const known = children.get(key);
    if (known !== undefined) return known;
    const id = both.parent.push(under) - 1;
    both.frame.push(frame);
    both.depth.push(depth);
    children.set(key, id);
    return id;
  }
}

/** A parent's shares are never below its child's and it comes first in a tie: this order keeps parents in. */
function largest({ parent, a, b }: Both, weigh: Weigh, limit: number): ReadonlySet<number> {
  const sizes = parent.map((_, id) => {
    const { before, after } = weigh(totalAt(a, id), totalAt(b, id));
    return before + after;
  });
  const ids = [...parent.keys()].slice(1).filter((id) => at(sizes, id) > 0).sort((x, y) => at(sizes, y) - at(sizes, x) || x - y);
  return new Set([0, ...ids.slice(0, limit - 1)]);
}

function side(): Side {
  return { selfCount: [], selfUs: [], totalCount: [], totalUs: [] };
}

function selfAt({ selfCount, selfUs }: Side, id: number): Part {
  return { count: at(selfCount, id), us: at(selfUs, id) };
}

function totalAt({ totalCount, totalUs }: Side, id: number): Part {
  return { count: at(totalCount, id), us: at(totalUs, id) };
}

function added(sum: Part | undefined, { count, us }: Part): Part {
  return { count: (sum?.count ?? 0) + count, us: (sum?.us ?? 0) + us };
}

function at(column: readonly number[], index: number): number {
  return column[index] ?? 0;
}
