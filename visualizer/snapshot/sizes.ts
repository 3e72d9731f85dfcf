// What each object, and each class, keeps alive: the bytes that would be free if it were gone. Pure.
import type { Dominators } from './dominators.ts';

export interface Dominated {
  /** Node → its first child in `nodes`; one more than there are nodes. */
  readonly first: Uint32Array;
  /** Nodes by who immediately dominates them. */
  readonly nodes: Uint32Array;
}

/** Bytes that go with each node; what nothing but weak references reach counts for itself and for the root. */
export function retainedBytes({ order, dominator }: Dominators, selfBytes: Float64Array): Float64Array {
  const retained = selfBytes.slice();
  const reached = new Uint8Array(selfBytes.length);
  for (let place = order.length - 1; place > 0; place--) {
    const node = order[place] ?? 0;
    reached[node] = 1;
    const above = dominator[node] ?? 0;
    retained[above] = (retained[above] ?? 0) + (retained[node] ?? 0);
  }
  for (let node = 1; node < reached.length; node++) if (reached[node] === 0) retained[0] = (retained[0] ?? 0) + (selfBytes[node] ?? 0);
  return retained;
}

/** The dominator tree from above. */
export function dominatedBy({ dominator }: Dominators): Dominated {
  const count = dominator.length;
  const first = new Uint32Array(count + 2);
  for (let node = 1; node < count; node++) {
    const above = (dominator[node] ?? 0) + 2;
    first[above] = (first[above] ?? 0) + 1;
  }
  for (let node = 2; node < first.length; node++) first[node] = (first[node] ?? 0) + (first[node - 1] ?? 0);
  const nodes = new Uint32Array(Math.max(0, count - 1));
  for (let node = 1; node < count; node++) {
    const above = (dominator[node] ?? 0) + 1;
    const at = first[above] ?? 0;
    nodes[at] = node;
    first[above] = at + 1;
  }
  return { first, nodes };
}

export interface ClassSizes {
  readonly count: Uint32Array;
  readonly shallow: Float64Array;
  readonly retained: Float64Array;
}

/** An instance that an instance of the same class keeps is in that one's retained bytes, and is not counted again. */
export function classSizes(classOf: Uint32Array, classCount: number, selfBytes: Float64Array, retained: Float64Array, { first, nodes }: Dominated): ClassSizes {
  const sums = { count: new Uint32Array(classCount), shallow: new Float64Array(classCount), retained: new Float64Array(classCount) };
  const within = new Uint32Array(classCount);
  const next = first.slice(0, classOf.length);
  const stack = new Uint32Array(classOf.length);
  const enter = (node: number): void => {
    const of = classOf[node] ?? 0;
    sums.count[of] = (sums.count[of] ?? 0) + 1;
    sums.shallow[of] = (sums.shallow[of] ?? 0) + (selfBytes[node] ?? 0);
    if (within[of] === 0) sums.retained[of] = (sums.retained[of] ?? 0) + (retained[node] ?? 0);
    within[of] = (within[of] ?? 0) + 1;
  };
  let depth = 1;
  enter(0);
  while (depth > 0) {
    const node = stack[depth - 1] ?? 0;
    const at = next[node] ?? 0;
    if (at >= (first[node + 1] ?? 0)) {
      const of = classOf[node] ?? 0;
      within[of] = (within[of] ?? 0) - 1;
      depth--;
      continue;
    }
    next[node] = at + 1;
    const child = nodes[at] ?? 0;
    enter(child);
    stack[depth++] = child;
  }
  return sums;
}
