// The store's columns as the nested tree that the page draws. Pure; total = self + children's totals at every node.
import type { CallTree } from '../collector/store/contract.ts';
import { CUT, ROOT } from '../collector/store/contract.ts';
import type { Tally } from 'liveprofiler-sampler/wire';
import { IDLE } from 'liveprofiler-sampler/wire';
import type { FlameNode } from './api.ts';
import { originOf } from './origin.ts';

type Growing = Omit<FlameNode, 'c' | 'totalCount' | 'totalUs'> & { totalCount: number; totalUs: number; c: Growing[] };

/** `idle` becomes a child of the root when it is given. */
export function flameTree(tree: CallTree, name: string, idle?: Tally): FlameNode {
  const nodes = tree.parent.map((_, index) => nodeOf(tree, index, name));
  nodes.forEach((node, index) => {
    if (index > 0) nodes[tree.parent[index] ?? 0]?.c.push(node);
  });
  const root = nodes[0] ?? nodeOf(tree, 0, name);
  if (idle !== undefined && (idle.weight > 0 || idle.count > 0)) {
    root.c.push({ name: IDLE, url: '', line: 0, origin: 'part', selfCount: idle.count, selfUs: idle.weight, totalCount: idle.count, totalUs: idle.weight, c: [] });
    root.totalCount += idle.count;
    root.totalUs += idle.weight;
  }
  return root;
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
  const { name = '', url = '', line = 0 } = tree.frames[frame] ?? {};
  return { name: name === '' ? '(anonymous)' : name, url, line, origin: originOf({ url }), ...numbers, c: [] };
}
