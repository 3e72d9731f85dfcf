// Two trees over one table of functions as one, each node with its share on either side. What is too small is summed
// up under its parent. Pure.
import type { CallTree } from '../collector/store/contract.ts';
import { CUT, ROOT } from '../collector/store/contract.ts';
import { largest } from '../collector/store/largest.ts';
import type { Part, Weigh } from './diff.ts';
import { Pairs } from './pairs.ts';
import { share } from './share.ts';
import type { DiffNode, Named } from './view/change.ts';

export interface DiffTreeOptions {
  readonly limit: number;
  readonly nameOf: (frame: number) => Named;
  /** What shares are of, on either side. */
  readonly wholeUs: { readonly a: number; readonly b: number };
}

/** As in flame.ts: deeper ones would overflow JSON and the page's own stack. */
const MAX_DEPTH = 500;

interface Side {
  readonly selfCount: Float64Array;
  readonly selfUs: Float64Array;
  readonly totalCount: Float64Array;
  readonly totalUs: Float64Array;
}

interface Both {
  readonly parent: readonly number[];
  readonly frame: readonly number[];
  readonly a: Side;
  readonly b: Side;
}

type Growing = Omit<DiffNode, 'c'> & { c: Growing[] };

export function diffTree(a: CallTree, b: CallTree, weigh: Weigh, { limit, nameOf, wholeUs }: DiffTreeOptions): DiffNode {
  const both = merged(a, b);
  const kept = keptOf(both, wholeUs, limit);
  /** By id: there are hundreds of thousands, of which few are kept. */
  const nodes: (Growing | undefined)[] = [];
  const cut = new Map<number, { count: number; a: Part; b: Part }>();
  for (let id = 0; id < both.parent.length; id++) {
    const above = nodes[both.parent[id] ?? 0];
    if (id > 0 && above === undefined) continue;
    if (kept[id] === 1) {
      const node: Growing = { ...(id === 0 ? { name: 'all', url: '', line: 0, origin: 'part' } : nameOf(both.frame[id] ?? 0)), self: weigh(selfAt(both.a, id), selfAt(both.b, id)), total: weigh(totalAt(both.a, id), totalAt(both.b, id)), c: [] };
      nodes[id] = node;
      above?.c.push(node);
      continue;
    }
    const sum = cut.get(both.parent[id] ?? 0);
    cut.set(both.parent[id] ?? 0, { count: (sum?.count ?? 0) + 1, a: plus(sum?.a, totalAt(both.a, id)), b: plus(sum?.b, totalAt(both.b, id)) });
  }
  for (const [id, { count, a: before, b: after }] of cut) {
    const change = weigh(before, after);
    nodes[id]?.c.push({ name: count === 1 ? '1 smaller part' : `${count} smaller parts`, url: '', line: 0, origin: 'part', cut: count, self: change, total: change, c: [] });
  }
  const [root] = nodes;
  if (root === undefined) throw new RangeError('a tree has a root');
  return root;
}

function merged(a: CallTree, b: CallTree): Both {
  const most = a.parent.length + b.parent.length;
  const nodes = new Pairs(0, ROOT);
  const depths = new Uint16Array(most);
  const [ofA, ofB] = [added(a), added(b)];
  return { parent: nodes.first, frame: nodes.second, a: summed(ofA, nodes.first), b: summed(ofB, nodes.first) };

  function added(tree: CallTree): Side {
    const into: Side = { selfCount: new Float64Array(most), selfUs: new Float64Array(most), totalCount: new Float64Array(most), totalUs: new Float64Array(most) };
    const places = new Int32Array(tree.parent.length);
    for (let id = 0; id < tree.parent.length; id++) {
      const place = id === 0 ? 0 : placeOf(at(places, tree.parent[id] ?? 0), tree.frame[id] ?? CUT);
      places[id] = place;
      into.selfCount[place] = at(into.selfCount, place) + (tree.selfCount[id] ?? 0);
      into.selfUs[place] = at(into.selfUs, place) + (tree.selfWeight[id] ?? 0);
    }
    return into;
  }

  /** What lies too deep counts for what called it. */
  function placeOf(under: number, frame: number): number {
    const depth = at(depths, under) + 1;
    if (depth > MAX_DEPTH) return under;
    const id = nodes.idOf(under, frame);
    depths[id] = depth;
    return id;
  }
}

/** Fills in the totals: children come after their parents. */
function summed(side: Side, parent: readonly number[]): Side {
  const { selfCount, selfUs, totalCount, totalUs } = side;
  for (let id = parent.length - 1; id >= 0; id--) {
    const up = parent[id] ?? 0;
    totalCount[id] = at(totalCount, id) + at(selfCount, id);
    totalUs[id] = at(totalUs, id) + at(selfUs, id);
    if (id === 0) break;
    totalCount[up] = at(totalCount, up) + at(totalCount, id);
    totalUs[up] = at(totalUs, up) + at(totalUs, id);
  }
  return side;
}

/** 1 for those that stay. A parent's shares are never below its child's and it comes first in a tie: this order keeps parents in. */
function keptOf({ parent, a, b }: Both, wholeUs: DiffTreeOptions['wholeUs'], limit: number): Uint8Array {
  const sizes = new Float64Array(parent.length);
  for (let id = 0; id < sizes.length; id++) sizes[id] = share(at(a.totalUs, id), wholeUs.a) + share(at(b.totalUs, id), wholeUs.b);
  const kept = new Uint8Array(parent.length);
  kept[0] = 1;
  for (const id of largest(sizes, sizes, limit - 1)) if (at(sizes, id) > 0) kept[id] = 1;
  return kept;
}

function selfAt({ selfCount, selfUs }: Side, id: number): Part {
  return { count: at(selfCount, id), us: at(selfUs, id) };
}

function totalAt({ totalCount, totalUs }: Side, id: number): Part {
  return { count: at(totalCount, id), us: at(totalUs, id) };
}

function plus(sum: Part | undefined, { count, us }: Part): Part {
  return { count: (sum?.count ?? 0) + count, us: (sum?.us ?? 0) + us };
}

function at(column: ArrayLike<number>, index: number): number {
  return column[index] ?? 0;
}
