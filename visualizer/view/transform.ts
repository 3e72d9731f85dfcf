// The tree with groups taken out and recursion folded. What is taken out counts for what called it: the whole stays
// the same, to the unit. Pure.
import type { FlameNode } from '../api.ts';
import { groupOf } from './groups.ts';

export interface Transformation {
  /** Groups as groups.ts names them. */
  readonly hide: readonly string[];
  /** A function that calls itself, also through others, stands once. */
  readonly fold: boolean;
}

interface Grown extends Omit<FlameNode, 'c'> {
  name: string;
  selfCount: number;
  selfUs: number;
  totalCount: number;
  totalUs: number;
  cut?: number;
  readonly c: Grown[];
}

export function transformed(root: FlameNode, { hide, fold }: Transformation): FlameNode {
  if (hide.length === 0 && !fold) return root;
  const hidden = new Set(hide);
  /** What is being called, by function. */
  const open = new Map<string, Grown>();
  const children = new Map<Grown, Map<string, Grown>>();
  const top: Grown = { ...root, c: [] };
  addChildren(root, top);
  addUp(top);
  return top;

  function addChildren(from: FlameNode, into: Grown): void {
    for (const child of from.c) {
      if (hidden.has(groupOf(child))) {
        addSelf(into, child);
        addChildren(child, into);
        continue;
      }
      const key = keyOf(child);
      const target = (fold ? open.get(key) : undefined) ?? under(into, key, child);
      addSelf(target, child);
      const outermost = !open.has(key);
      if (outermost) open.set(key, target);
      addChildren(child, target);
      if (outermost) open.delete(key);
    }
  }

  function under(into: Grown, key: string, node: FlameNode): Grown {
    const byKey = children.get(into) ?? new Map<string, Grown>();
    children.set(into, byKey);
    const there = byKey.get(key);
    if (there === undefined) {
      const fresh: Grown = { ...node, selfCount: 0, selfUs: 0, c: [] };
      into.c.push(fresh);
      byKey.set(key, fresh);
      return fresh;
    }
    if (there.cut !== undefined) {
      there.cut += node.cut ?? 0;
      there.name = `${there.cut} smaller parts`;
    }
    return there;
  }
}

function addSelf(into: Grown, { selfCount, selfUs }: FlameNode): void {
  into.selfCount += selfCount;
  into.selfUs += selfUs;
}

function addUp(node: Grown): void {
  node.totalCount = node.selfCount;
  node.totalUs = node.selfUs;
  for (const child of node.c) {
    addUp(child);
    node.totalCount += child.totalCount;
    node.totalUs += child.totalUs;
  }
}

function keyOf({ frame, cut, name }: FlameNode): string {
  if (cut !== undefined) return 'cut';
  return frame === undefined ? name : JSON.stringify(frame);
}
