// The tree that d3-flame-graph draws: it writes into it, so it gets a copy of its own.
import type { DrawnNode } from 'd3-flame-graph';
import { select } from 'd3-selection';
import type { FlameNode } from '../api.ts';
import type { Weight } from '../view/state.ts';
import { keyOf } from '../view/tree.ts';
import { nameOf } from '../view/words.ts';
import { totalOf } from '../view/weights.ts';

export interface Drawn {
  readonly name: string;
  readonly value: number;
  readonly c: readonly Drawn[];
  readonly node: FlameNode;
  /** What d3-flame-graph writes when it zooms; set here, a tree is drawn zoomed at once. */
  hide?: boolean;
  fade?: boolean;
}

/** Zoomed to the end of a path of its nodes. */
export function drawnOf(root: FlameNode, weight: Weight, zoom: readonly FlameNode[]): Drawn {
  const tree = copyOf(root, weight);
  let here: Drawn | undefined = tree;
  for (const wanted of zoom) {
    const next: Drawn | undefined = here.c.find(({ node }) => node === wanted);
    if (next === undefined) break;
    here.fade = true;
    for (const child of here.c) if (child !== next) child.hide = true;
    here = next;
  }
  return tree;
}

export function nodeAt(frame: Element): DrawnNode<Drawn> {
  return select<Element, DrawnNode<Drawn>>(frame).datum();
}

/** Keys from the root, which is not in it. */
export function pathOf(node: DrawnNode<Drawn>): string[] {
  const path: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) path.unshift(keyOf(at.data.node, at.parent.data.node.c));
  return path;
}

function copyOf(node: FlameNode, weight: Weight): Drawn {
  const c = node.c.map((child) => copyOf(child, weight)).sort((a, b) => b.value - a.value);
  return { name: nameOf(node), value: totalOf(node, weight), c, node };
}
