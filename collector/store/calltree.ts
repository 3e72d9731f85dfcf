// Call trees from stack totals. Whatever is asked (focus, callers, limit), total = self + children's totals at every
// node, for counts and for weights, to the unit.
import type { Frame, Place } from 'liveprofiler-sampler/wire';
import type { CallTree, QueryOptions } from './contract.ts';
import { CUT, ROOT } from './contract.ts';
import { largest } from './largest.ts';
import { kept } from './merge.ts';
import type { StackTotals } from './merge.ts';

/** One in this many of the nodes that `limit` allows is kept for the top by self. */
const SELF_SHARE = 10;
/** Above every number of a frame: parent × this + frame is exact. */
const MAX_FRAMES = 2 ** 26;

/** A call tree while it is worked on, without what `limit` left out. */
interface Tree {
  readonly frames: readonly Frame[];
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  readonly selfCount: Float64Array;
  readonly selfWeight: Float64Array;
  readonly totalCount: Float64Array;
  readonly totalWeight: Float64Array;
}

export function callTree(totals: StackTotals, { focus = [], callersOf, calleesOf, limit }: QueryOptions = {}): CallTree {
  const whole = wholeTree(totals);
  const focused = focus.length === 0 ? whole : focusOn(whole, focus);
  const turned = callersOf === undefined ? focused : invert(focused, callersOf);
  const gathered = calleesOf === undefined ? turned : gather(turned, calleesOf);
  return limit === undefined || gathered.parent.length <= limit ? told(gathered) : told(gathered, keptOf(gathered, limit));
}

function wholeTree({ frames, parent, frame, count, weight }: StackTotals): Tree {
  const rooted = frame.slice();
  rooted[0] = ROOT;
  return summed({ frames, parent, frame: rooted, selfCount: count, selfWeight: weight });
}

/** Fills in the totals: children come after their parents. */
function summed(tree: Omit<Tree, 'totalCount' | 'totalWeight'>): Tree {
  const totalCount = tree.selfCount.slice();
  const totalWeight = tree.selfWeight.slice();
  for (let id = tree.parent.length - 1; id > 0; id--) {
    const up = tree.parent[id] ?? 0;
    totalCount[up] = (totalCount[up] ?? 0) + (totalCount[id] ?? 0);
    totalWeight[up] = (totalWeight[up] ?? 0) + (totalWeight[id] ?? 0);
  }
  return { ...tree, totalCount, totalWeight };
}

/** Keeps the stacks that go through the path, and the path itself. */
function focusOn(tree: Tree, path: readonly Frame[]): Tree {
  const { parent, frame, frames } = tree;
  const onPath = path.map((wanted) => frames.map((one) => isFrame(one, wanted)));
  /** Depth on the path when a node lies on it, its length at the path's end and below, else -1. */
  const reached = new Int32Array(parent.length).fill(-1);
  const keep = new Uint8Array(parent.length);
  [reached[0], keep[0]] = [0, 1];
  for (let id = 1; id < parent.length; id++) {
    const depth = reached[parent[id] ?? 0] ?? -1;
    if (depth < 0) continue;
    if (depth === path.length) reached[id] = depth;
    else if (onPath[depth]?.[frame[id] ?? 0] === true) reached[id] = depth + 1;
    if (reached[id] === path.length) keep[id] = 1;
  }
  for (let id = parent.length - 1; id > 0; id--) if (keep[id] === 1) keep[parent[id] ?? 0] = 1;
  const { ids, places } = picked(keep);
  const own = (column: Float64Array): Float64Array => Float64Array.from(ids, (id) => (reached[id] === path.length ? (column[id] ?? 0) : 0));
  return summed({ frames, parent: ids.map((id) => places[parent[id] ?? 0] ?? 0), frame: ids.map((id) => frame[id] ?? 0), selfCount: own(tree.selfCount), selfWeight: own(tree.selfWeight) });
}

/** Numbers of the nodes that are kept, and the place of each among them. */
function picked(keep: Uint8Array): { readonly ids: Int32Array; readonly places: Int32Array } {
  const ids = kept(keep);
  const places = new Int32Array(keep.length);
  for (let place = 0; place < ids.length; place++) places[ids[place] ?? 0] = place;
  return { ids, places };
}

/**
 * The function under the root, its callers under it, each stack counted once: at the outermost call of the function,
 * so that recursion does not make it its own caller.
 */
function invert(tree: Tree, of: Frame): Tree {
  const grown = new GrowingTree(tree.frames);
  for (const { id, outermost } of callsOf(tree, of)) {
    if (!outermost) continue;
    let node = 0;
    for (let up = id; up !== 0; up = tree.parent[up] ?? 0) node = grown.under(node, tree.frame[up] ?? 0);
    grown.add(node, tree.totalCount[id] ?? 0, tree.totalWeight[id] ?? 0);
  }
  return grown.summed();
}

/** The function under the root, all that its outermost calls called under it. */
function gather(tree: Tree, of: Frame): Tree {
  const grown = new GrowingTree(tree.frames);
  const places = new Map<number, number>();
  for (const { id, outermost } of callsOf(tree, of)) {
    const node = grown.under(outermost ? 0 : (places.get(tree.parent[id] ?? 0) ?? 0), tree.frame[id] ?? 0);
    places.set(id, node);
    grown.add(node, tree.selfCount[id] ?? 0, tree.selfWeight[id] ?? 0);
  }
  return grown.summed();
}

/** Outermost calls of a function and all beneath them, callers first. */
function* callsOf({ frames, parent, frame }: Tree, of: Frame): Generator<{ readonly id: number; readonly outermost: boolean }> {
  const isWanted = frames.map((one) => isFrame(one, of));
  const inside = new Uint8Array(parent.length);
  for (let id = 1; id < parent.length; id++) {
    const within = inside[parent[id] ?? 0] === 1;
    if (!within && isWanted[frame[id] ?? 0] !== true) continue;
    inside[id] = 1;
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
  readonly #children = new Map<number, number>();

  constructor(frames: readonly Frame[]) {
    this.#frames = frames;
  }

  under(parent: number, frame: number): number {
    const key = parent * MAX_FRAMES + frame;
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
    this.#selfCount[id] = (this.#selfCount[id] ?? 0) + count;
    this.#selfWeight[id] = (this.#selfWeight[id] ?? 0) + weight;
  }

  summed(): Tree {
    return summed({ frames: this.#frames, parent: Int32Array.from(this.#parent), frame: Int32Array.from(this.#frame), selfCount: Float64Array.from(this.#selfCount), selfWeight: Float64Array.from(this.#selfWeight) });
  }
}

/** 1 for the nodes that `limit` keeps: the largest by self with their paths, then the largest by total. */
function keptOf({ parent, selfWeight, selfCount, totalWeight, totalCount }: Tree, limit: number): Uint8Array {
  const keep = new Uint8Array(parent.length);
  keep[0] = 1;
  let count = 1;
  for (const id of largest(selfWeight, selfCount, Math.max(1, Math.floor(limit / SELF_SHARE)))) {
    const path: number[] = [];
    for (let up = id; keep[up] !== 1; up = parent[up] ?? 0) path.push(up);
    // The largest is always there, however deep it lies.
    if (count > 1 && count + path.length > limit) continue;
    for (const node of path) keep[node] = 1;
    count += path.length;
  }
  // A parent's total is never below its child's and it comes first in a tie: this order keeps parents in.
  for (const id of largest(totalWeight, totalCount, limit)) {
    if (count >= limit) break;
    if (keep[id] === 1) continue;
    keep[id] = 1;
    count++;
  }
  return keep;
}

/** As the contract has it; what is not kept stands as one part under each node that it was called by. */
function told(tree: Tree, keep?: Uint8Array): CallTree {
  if (keep === undefined) {
    const { frames, parent, frame, selfCount, selfWeight, totalCount, totalWeight } = tree;
    return { frames, parent: listed(parent), frame: listed(frame), selfCount: listed(selfCount), selfWeight: listed(selfWeight), totalCount: listed(totalCount), totalWeight: listed(totalWeight), cut: new Array<number>(parent.length).fill(0) };
  }
  const { ids, places } = picked(keep);
  const parts: { readonly above: number; count: number; weight: number; cut: number }[] = [];
  const partUnder = new Array<(typeof parts)[number] | undefined>(ids.length).fill(undefined);
  for (let id = 1; id < keep.length; id++) {
    const up = tree.parent[id] ?? 0;
    if (keep[id] === 1 || keep[up] !== 1) continue;
    const above = places[up] ?? 0;
    let part = partUnder[above];
    if (part === undefined) {
      part = { above, count: 0, weight: 0, cut: 0 };
      partUnder[above] = part;
      parts.push(part);
    }
    part.count += tree.totalCount[id] ?? 0;
    part.weight += tree.totalWeight[id] ?? 0;
    part.cut += 1;
  }
  const column = (of: ArrayLike<number>, ofParts: readonly number[]): number[] => {
    const values = new Array<number>(ids.length);
    for (let place = 0; place < ids.length; place++) values[place] = of[ids[place] ?? 0] ?? 0;
    return values.concat(ofParts);
  };
  const frames: Frame[] = [];
  const framePlaces = new Map<number, number>();
  const framePlace = (id: number): number => {
    const frame = tree.frames[id];
    if (frame === undefined) return id;
    const place = framePlaces.get(id) ?? frames.push(frame) - 1;
    framePlaces.set(id, place);
    return place;
  };
  const counts = parts.map(({ count }) => count);
  const weights = parts.map(({ weight }) => weight);
  return {
    frames,
    parent: column(tree.parent, []).map((up) => places[up] ?? 0).concat(parts.map(({ above }) => above)),
    frame: column(tree.frame, []).map(framePlace).concat(parts.map(() => CUT)),
    selfCount: column(tree.selfCount, counts),
    selfWeight: column(tree.selfWeight, weights),
    totalCount: column(tree.totalCount, counts),
    totalWeight: column(tree.totalWeight, weights),
    cut: [...new Array<number>(ids.length).fill(0), ...parts.map(({ cut }) => cut)],
  };
}

/** Spreading would step through an iterator, which takes ten times as long. */
function listed(column: Int32Array | Float64Array): number[] {
  const values = new Array<number>(column.length);
  for (let id = 0; id < values.length; id++) values[id] = column[id] ?? 0;
  return values;
}

/** By value; what is behind a source map is told apart only when both name it. */
export function isFrame(frame: Frame, wanted: Frame): boolean {
  if (!samePlace(frame, wanted) || frame.name !== wanted.name) return false;
  const [a, b] = [frame.original, wanted.original];
  return a === undefined || b === undefined || (samePlace(a, b) && a.name === b.name);
}

function samePlace(a: Place, b: Place): boolean {
  return a.url === b.url && a.line === b.line && a.column === b.column;
}
