// Folds what V8 sampled of the heap into stacks. Pure. What is held counts as it is; what was allocated is what came since
// the last read, and what of that nobody saw any more is told in one row of its own: the sum is all that was allocated.
import type { FrameInterner } from '../frames.ts';
import type { Bytes, Frame } from '../profile.ts';
import { COLLECTED } from '../profile.ts';
import type { V8HeapProfile } from '../v8-profiler.ts';
import type { WindowBody } from '../window-builder.ts';
import { WindowBuilder } from '../window-builder.ts';

export interface FoldedHeap {
  readonly live: WindowBody;
  readonly allocated: WindowBody;
  /** Samples ever taken, as far as this profile shows. */
  readonly lastOrdinal: number;
}

const COLLECTED_FRAME: Frame = { name: COLLECTED, url: '', line: 0, column: 0 };

/** `afterOrdinal`: the last one of the read before. A sample stands for about `everyBytes`. */
export function foldHeap(profile: V8HeapProfile, afterOrdinal: number, everyBytes: Bytes, frames: FrameInterner): FoldedHeap {
  const live = new WindowBuilder();
  const allocated = new WindowBuilder();
  const pathOf = pathsOf(profile, frames);
  const [liveStack, allocatedStack] = [live, allocated].map((builder) => stacksIn(builder, pathOf)) as [(node: number) => number, (node: number) => number];
  let lastOrdinal = afterOrdinal;
  let seen = 0;
  for (const { nodeId, size, ordinal } of profile.samples) {
    live.add(liveStack(nodeId), 1, size);
    if (ordinal <= afterOrdinal) continue;
    allocated.add(allocatedStack(nodeId), 1, size);
    seen++;
    lastOrdinal = Math.max(lastOrdinal, ordinal);
  }
  const gone = lastOrdinal - afterOrdinal - seen;
  if (gone > 0) allocated.add(allocated.stack(0, COLLECTED_FRAME), gone, gone * everyBytes);
  return { live: live.body(), allocated: allocated.body(), lastOrdinal };
}

interface Node {
  readonly frame: Frame;
  /** undefined for V8's (root). */
  readonly parent: number | undefined;
}

function pathsOf({ head }: V8HeapProfile, frames: FrameInterner): ReadonlyMap<number, Node> {
  const nodes = new Map<number, Node>([[head.id, { frame: frames.fromV8(head.callFrame), parent: undefined }]]);
  const waiting = [head];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const child of node.children) {
      nodes.set(child.id, { frame: frames.fromV8(child.callFrame), parent: node.id });
      waiting.push(child);
    }
  }
  return nodes;
}

function stacksIn(builder: WindowBuilder, nodes: ReadonlyMap<number, Node>): (node: number) => number {
  const known = new Map<number, number>();
  return function stackOf(id): number {
    const seen = known.get(id);
    if (seen !== undefined) return seen;
    const node = nodes.get(id);
    const stack = node?.parent === undefined ? 0 : builder.stack(stackOf(node.parent), node.frame);
    known.set(id, stack);
    return stack;
  };
}
