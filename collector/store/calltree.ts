// Call trees from stack totals. Whatever is asked (focus, callers, limit), total = self + children's totals at every
// node, for counts and for weights, to the unit.
import type { Frame, Place } from 'liveprofiler-sampler/wire';
import type { CallTree, QueryOptions } from './contract.ts';
import { CUT, ROOT } from './contract.ts';
import type { StackTotals } from './merge.ts';

/** One in this many of the nodes that `limit` allows is kept for the top by self. */
const SELF_SHARE = 10;

export function callTree(totals: StackTotals, { focus = [], callersOf, calleesOf, limit }: QueryOptions = {}): CallTree {
  const whole = wholeTree(totals);
  const focused = focus.length === 0 ? whole : focusOn(whole, focus);
  const turned = callersOf === undefined ? focused : invert(focused, callersOf);
  const gathered = calleesOf === undefined ? turned : gather(turned, calleesOf);
  return limit === undefined ? gathered : cutTo(gathered, limit);
}

function wholeTree({ frames, stacks, count, weight }: StackTotals): CallTree {
  const parent = [...stacks.parent];
  const frame = stacks.frame.map((value, id) => (id === 0 ? ROOT : value));
  const selfCount = parent.map((_, id) => count[id] ?? 0);
  const selfWeight = parent.map((_, id) => weight[id] ?? 0);
  return summed({ frames, parent, frame, selfCount, selfWeight, cut: parent.map(() => 0) });
}

/** Fills in the totals: children come after their parents. */
function summed(tree: Omit<CallTree, 'totalCount' | 'totalWeight'>): CallTree {
  const totalCount = [...tree.selfCount];
  const totalWeight = [...tree.selfWeight];
  for (let id = tree.parent.length - 1; id > 0; id--) {
    const up = at(tree.parent, id);
    totalCount[up] = at(totalCount, up) + at(totalCount, id);
    totalWeight[up] = at(totalWeight, up) + at(totalWeight, id);
  }
  return { ...tree, totalCount, totalWeight };
}

/** Keeps the stacks that go through the path, and the path itself. */
function focusOn(tree: CallTree, path: readonly Frame[]): CallTree {
  /** Depth on the path when a node lies on it, its length at the path's end and below, else -1. */
  const reached = new Array<number>(tree.parent.length).fill(-1);
  const ending = new Set<number>();
  reached[0] = 0;
  for (let id = 1; id < tree.parent.length; id++) {
    const depth = reached[at(tree.parent, id)] ?? -1;
    if (depth < 0) continue;
    if (depth === path.length) reached[id] = depth;
    else if (isFrame(tree.frames[at(tree.frame, id)], path[depth])) reached[id] = depth + 1;
    if (reached[id] === path.length) ending.add(id);
  }
  const keep = new Set<number>([0, ...ending]);
  for (const id of ending) for (let up = at(tree.parent, id); !keep.has(up); up = at(tree.parent, up)) keep.add(up);
  return pick(tree, keep, (id) => ending.has(id));
}

/** The nodes of `keep`, whose parents are in it too; only those that `own` accepts bring their self. */
function pick(tree: CallTree, keep: ReadonlySet<number>, own: (id: number) => boolean): CallTree {
  const ids = [...keep].sort((a, b) => a - b);
  const place = new Map(ids.map((id, index) => [id, index]));
  return summed({
    frames: tree.frames,
    parent: ids.map((id) => place.get(at(tree.parent, id)) ?? 0),
    frame: ids.map((id) => at(tree.frame, id)),
    selfCount: ids.map((id) => (own(id) ? at(tree.selfCount, id) : 0)),
    selfWeight: ids.map((id) => (own(id) ? at(tree.selfWeight, id) : 0)),
    cut: ids.map((id) => at(tree.cut, id)),
  });
}

/**
 * The function under the root, its callers under it, each stack counted once: at the outermost call of the function,
 * so that recursion does not make it its own caller.
 */
function invert(tree: CallTree, of: Frame): CallTree {
  const grown = new GrowingTree(tree.frames);
  for (const { id, outermost } of callsOf(tree, of)) {
    if (!outermost) continue;
    let node = 0;
    for (let up = id; up !== 0; up = at(tree.parent, up)) node = grown.under(node, at(tree.frame, up));
    grown.add(node, at(tree.totalCount, id), at(tree.totalWeight, id));
  }
  return grown.summed();
}

/** The function under the root, all that its outermost calls called under it. */
function gather(tree: CallTree, of: Frame): CallTree {
  const grown = new GrowingTree(tree.frames);
  const places = new Map<number, number>();
  for (const { id, outermost } of callsOf(tree, of)) {
    const node = grown.under(outermost ? 0 : (places.get(at(tree.parent, id)) ?? 0), at(tree.frame, id));
    places.set(id, node);
    grown.add(node, at(tree.selfCount, id), at(tree.selfWeight, id));
  }
  return grown.summed();
}

/** Outermost calls of a function and all beneath them, callers first. */
function* callsOf(tree: CallTree, of: Frame): Generator<{ readonly id: number; readonly outermost: boolean }> {
  const inside = new Set<number>();
  for (let id = 1; id < tree.parent.length; id++) {
    const within = inside.has(at(tree.parent, id));
    if (!within && !isFrame(tree.frames[at(tree.frame, id)], of)) continue;
    inside.add(id);
    yield { id, outermost: !within };
  }
}

/** A tree that is put together path by path. */
class GrowingTree {
  readonly #frames: readonly Frame[];
  readonly #parent = [0];
  readonly #frame = [ROOT];
  readonly #selfCount = [0];
  readonly #selfWeight = [0];
  readonly #children = new Map<string, number>();

  constructor(frames: readonly Frame[]) {
    this.#frames = frames;
  }

  under(parent: number, frame: number): number {
    const key = `${parent} ${frame}`;
    let id = this.#children.get(key);
    if (id === undefined) {
      id = this.#parent.push(parent) - 1;
      this.#frame.push(frame);
      this.#selfCount.push(0);
      this.#selfWeight.push(0);
      this.#children.set(key, id);
    }
    return id;
  }

  add(id: number, count: number, weight: number): void {
    this.#selfCount[id] = at(this.#selfCount, id) + count;
    this.#selfWeight[id] = at(this.#selfWeight, id) + weight;
  }

  summed(): CallTree {
    return summed({ frames: this.#frames, parent: this.#parent, frame: this.#frame, selfCount: this.#selfCount, selfWeight: this.#selfWeight, cut: this.#parent.map(() => 0) });
  }
}

function cutTo(tree: CallTree, limit: number): CallTree {
  if (tree.parent.length <= limit) return tree;
  const keep = new Set<number>([0]);
  const bySelf = ranked(tree, tree.selfWeight, tree.selfCount);
  for (const id of bySelf.slice(0, Math.max(1, Math.floor(limit / SELF_SHARE)))) {
    const path: number[] = [];
    for (let up = id; !keep.has(up); up = at(tree.parent, up)) path.push(up);
    // The largest is always there, however deep it lies.
    if (keep.size > 1 && keep.size + path.length > limit) continue;
    for (const node of path) keep.add(node);
  }
  // A parent's total is never below its child's and it comes first in a tie: this order keeps parents in.
  for (const id of ranked(tree, tree.totalWeight, tree.totalCount)) {
    if (keep.size >= limit) break;
    keep.add(id);
  }
  return markCut(tree, keep);
}

/** Node numbers but the root's, largest first. */
function ranked(tree: CallTree, weight: readonly number[], count: readonly number[]): number[] {
  const ids = [...tree.parent.keys()].slice(1);
  return ids.sort((a, b) => at(weight, b) - at(weight, a) || at(count, b) - at(count, a) || a - b);
}

function markCut(tree: CallTree, keep: ReadonlySet<number>): CallTree {
  const kept = pick(tree, keep, () => true);
  const place = new Map([...keep].sort((a, b) => a - b).map((id, index) => [id, index]));
  const left = new Map<number, { count: number; weight: number; cut: number }>();
  for (let id = 1; id < tree.parent.length; id++) {
    const above = place.get(at(tree.parent, id));
    if (keep.has(id) || above === undefined) continue;
    const sum = left.get(above) ?? { count: 0, weight: 0, cut: 0 };
    sum.count += at(tree.totalCount, id);
    sum.weight += at(tree.totalWeight, id);
    sum.cut += 1;
    left.set(above, sum);
  }
  const entries = [...left];
  return summed({
    frames: tree.frames,
    parent: [...kept.parent, ...entries.map(([above]) => above)],
    frame: [...kept.frame, ...entries.map(() => CUT)],
    selfCount: [...kept.selfCount, ...entries.map(([, sum]) => sum.count)],
    selfWeight: [...kept.selfWeight, ...entries.map(([, sum]) => sum.weight)],
    cut: [...kept.cut, ...entries.map(([, sum]) => sum.cut)],
  });
}

/** By value; what is behind a source map is told apart only when both name it. */
function isFrame(frame: Frame | undefined, wanted: Frame | undefined): boolean {
  if (frame === undefined || wanted === undefined) return false;
  if (!samePlace(frame, wanted) || frame.name !== wanted.name) return false;
  const [a, b] = [frame.original, wanted.original];
  return a === undefined || b === undefined || (samePlace(a, b) && a.name === b.name);
}

function samePlace(a: Place, b: Place): boolean {
  return a.url === b.url && a.line === b.line && a.column === b.column;
}

function at(column: readonly number[], index: number): number {
  return column[index] ?? 0;
}
