// The store's columns as the nested tree that the page draws. Pure; total = self + children's totals at every node.
import type { CallTree } from '../collector/store/contract.ts';
import { CUT, ROOT } from '../collector/store/contract.ts';
import type { Frame, Tally } from 'liveprofiler-sampler/wire';
import { IDLE } from 'liveprofiler-sampler/wire';
import type { FlameNode, FunctionRow } from './api.ts';
import { originOf } from './origin.ts';
import { shownOf } from './shown.ts';

/** Frames on top of each other; V8 tells 255. Deeper ones would overflow JSON and the page's own stack. */
const MAX_DEPTH = 500;
const NOBODY: Frame = { name: '', url: '', line: 0, column: 0 };
/** The store hands out the same frames again and again. */
const names = new WeakMap<Frame, Named>();

type Named = Pick<FunctionRow, 'name' | 'url' | 'line' | 'origin' | 'frame'>;

type Growing = Omit<FlameNode, 'c' | 'totalCount' | 'totalUs'> & { totalCount: number; totalUs: number; c: Growing[] };

/** `idle` becomes a child of the root when it is given. */
export function flameTree(tree: CallTree, name: string, idle?: Tally): FlameNode {
  const nodes = tree.parent.map((_, index) => nodeOf(tree, index, name));
  const depths: number[] = [];
  nodes.forEach((node, index) => {
    const parent = tree.parent[index] ?? 0;
    const depth = index === 0 ? 0 : (depths[parent] ?? 0) + 1;
    depths.push(depth);
    if (depth > 0 && depth <= MAX_DEPTH) nodes[parent]?.c.push(node);
    else if (depth === MAX_DEPTH + 1) nodes[parent]?.c.push(deeper(node));
  });
  const root = nodes[0] ?? nodeOf(tree, 0, name);
  if (idle !== undefined && (idle.weight > 0 || idle.count > 0)) {
    root.c.push({ name: IDLE, url: '', line: 0, origin: 'part', selfCount: idle.count, selfUs: idle.weight, totalCount: idle.count, totalUs: idle.weight, c: [] });
    root.totalCount += idle.count;
    root.totalUs += idle.weight;
  }
  return root;
}

/** Stands for a node and all above it. */
function deeper({ totalCount, totalUs }: Growing): Growing {
  return { name: 'deeper frames', url: '', line: 0, origin: 'part', selfCount: totalCount, selfUs: totalUs, totalCount, totalUs, cut: 1, c: [] };
}

function nodeOf(tree: CallTree, index: number, rootName: string): Growing {
  const numbers = {
    selfCount: tree.selfCount[index] ?? 0,
    selfUs: tree.selfWeight[index] ?? 0,
    totalCount: tree.totalCount[index] ?? 0,
    totalUs: tree.totalWeight[index] ?? 0,
  };
  const frame = tree.frame[index] ?? ROOT;
  const part = { url: '', line: 0, origin: 'part' as const, ...numbers, c: [] };
  if (frame === ROOT) return { name: rootName, ...part };
  const cut = tree.cut[index] ?? 0;
  if (frame === CUT) return { name: cut === 1 ? '1 smaller part' : `${cut} smaller parts`, ...part, cut };
  return { ...named(tree.frames[frame]), ...numbers, c: [] };
}

/** As a person knows it: by the place behind a source map, where there is one. */
export function named(frame: Frame = NOBODY): Named {
  const known = names.get(frame);
  if (known !== undefined) return known;
  const shown = shownOf(frame);
  const told: Named = { name: shown.name, url: shown.url, line: shown.line, origin: originOf(shown), frame: [frame.name, frame.url, frame.line, frame.column] };
  names.set(frame, told);
  return told;
}
