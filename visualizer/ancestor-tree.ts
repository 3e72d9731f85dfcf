// The tree of the ancestors' visualizer: {"name": "root", "value": n, "children": […]}. Pure.
import type { Tally } from 'liveprofiler-sampler/wire';
import type { CallTree } from '../collector/store/contract.ts';
import type { FlameNode } from './api.ts';
import { flameTree } from './flame.ts';

export interface AncestorNode {
  readonly name: string;
  readonly value: number;
  readonly children: readonly AncestorNode[];
}

export interface AncestorOptions {
  readonly weight: 'count' | 'us';
  /** A child stays when its value is above this share of the root's. */
  readonly threshold: number;
  readonly idle?: Tally;
}

export function ancestorTree(tree: CallTree, { weight, threshold, idle }: AncestorOptions): AncestorNode {
  const root = flameTree(tree, 'root', idle);
  const valueOf = (node: FlameNode): number => (weight === 'us' ? node.totalUs : node.totalCount);
  const least = threshold * valueOf(root);
  const shape = (node: FlameNode): AncestorNode => ({
    name: node.url === '' ? node.name : `${node.name}(${node.url}${node.line > 0 ? `:${node.line}` : ''})`,
    value: valueOf(node),
    children: node.c.filter((child) => valueOf(child) > least).map(shape),
  });
  return shape(root);
}
