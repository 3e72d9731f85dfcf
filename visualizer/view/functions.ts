// The table of functions: which rows, in which order, with which numbers. Pure.
import type { FlameNode, FrameKey, FunctionRow, TopGroup } from '../api.ts';
import { groupOf } from './groups.ts';
import type { Search } from './search.ts';
import { sense } from './sorting.ts';
import type { Weight } from './state.ts';
import { selfOf, totalOf } from './weights.ts';
import { nameOf } from './words.ts';

export type FunctionOrder = 'name' | 'self' | 'total';

export interface FunctionChoice {
  readonly weight: Weight;
  readonly hide: readonly string[];
  readonly order: FunctionOrder;
  readonly turned: boolean;
  readonly search: Search | undefined;
}

export function chosenRows({ rows }: TopGroup, { weight, hide, order, turned, search }: FunctionChoice): FunctionRow[] {
  const hidden = new Set(hide);
  const chosen = rows.filter((row) => !hidden.has(groupOf(row)) && (search?.matches(row) ?? true));
  const way = sense({ turned });
  if (order === 'name') return chosen.sort((a, b) => way * nameOf(a).localeCompare(nameOf(b)) || totalOf(b, weight) - totalOf(a, weight));
  const [first, second] = order === 'self' ? [selfOf, totalOf] : [totalOf, selfOf];
  return chosen.sort((a, b) => way * (first(b, weight) - first(a, weight)) || second(b, weight) - second(a, weight));
}

export function sameFunction(a: FrameKey | undefined, b: FrameKey | undefined): boolean {
  return a !== undefined && b !== undefined && a.every((part, index) => part === b[index]);
}

/** What the function at the root did itself, in whatever calls of it. */
export function selfOfAll(root: FlameNode, weight: Weight): number {
  const visit = (node: FlameNode): number => node.c.reduce((sum, child) => sum + visit(child), sameFunction(node.frame, root.frame) ? selfOf(node, weight) : 0);
  return visit(root);
}

/** Which rows a place that scrolls shows, with some beyond on both sides. */
export function rowsInSight(scrolledPx: number, heightPx: number, rowPx: number, count: number): readonly [first: number, end: number] {
  const beyond = 8;
  const first = Math.max(0, Math.min(count, Math.floor(scrolledPx / rowPx)) - beyond);
  return [first, Math.min(count, Math.ceil((scrolledPx + heightPx) / rowPx) + beyond)];
}
