// Walks over a call tree without recursion, however deep it is. Pure.
import type { Frame, Tally } from 'liveprofiler-sampler/wire';
import { IDLE } from 'liveprofiler-sampler/wire';
import type { CallTree, LinesAnswer, Range } from '../../collector/store/contract.ts';
import { ROOT } from '../../collector/store/contract.ts';
import type { Shown } from '../shown.ts';
import { shownOf } from '../shown.ts';

/** What is taken away: a tree, what it is called, and when it was. */
export interface Taken {
  readonly name: string;
  readonly range: Range;
  readonly tree: CallTree;
  /** Of the windows. Weights are in its unit. */
  readonly kind: string;
  /** What widths and single figures mean: weights, or counts. */
  readonly weight: 'us' | 'count';
  /** Of its functions, for formats that tell lines. */
  readonly lines?: LinesAnswer | undefined;
}

export interface Step {
  readonly node: number;
  /** True on the way down, false when all under the node was seen. */
  readonly enters: boolean;
}

/** Every node but the root that holds something, each entered and left, the largest first among siblings. */
export function* steps({ tree, weight }: Pick<Taken, 'tree' | 'weight'>): Generator<Step> {
  const total = weight === 'us' ? tree.totalWeight : tree.totalCount;
  const children = tree.parent.map((): number[] => []);
  for (let node = 1; node < tree.parent.length; node++) if ((total[node] ?? 0) > 0) children[tree.parent[node] ?? 0]?.push(node);
  for (const siblings of children) siblings.sort((a, b) => (total[a] ?? 0) - (total[b] ?? 0));
  const open: number[] = [0];
  for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
    const next = children[node]?.pop();
    if (next === undefined) {
      open.pop();
      if (node !== 0) yield { node, enters: false };
    } else {
      open.push(next);
      yield { node: next, enters: true };
    }
  }
}

/** Of every frame of the tree, what people are shown. */
export function shownFrames({ frames }: CallTree): Shown[] {
  return frames.map(shownOf);
}

/** What a node is called; the root has no frame. */
export function frameOf(tree: CallTree, shown: readonly Shown[], node: number): Shown {
  const frame = tree.frame[node] ?? ROOT;
  return shown[frame] ?? { name: frame === ROOT ? '(root)' : `${tree.cut[node] ?? 0} smaller parts`, url: '', line: 0, column: 0 };
}

/** The tree with the time that was waited as one more child of the root. */
export function withIdle(tree: CallTree, idle: Tally): CallTree {
  if (idle.weight === 0 && idle.count === 0) return tree;
  const frame: Frame = { name: IDLE, url: '', line: 0, column: 0 };
  const more = (column: readonly number[], by: number, value = by): number[] => [(column[0] ?? 0) + by, ...column.slice(1), value];
  return {
    frames: [...tree.frames, frame],
    parent: [...tree.parent, 0],
    frame: [...tree.frame, tree.frames.length],
    selfCount: [...tree.selfCount, idle.count],
    selfWeight: [...tree.selfWeight, idle.weight],
    totalCount: more(tree.totalCount, idle.count),
    totalWeight: more(tree.totalWeight, idle.weight),
    cut: [...tree.cut, 0],
  };
}
