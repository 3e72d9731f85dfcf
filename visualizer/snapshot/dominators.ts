// Who alone keeps whom: the immediate dominators of a graph. The algorithm is Semi-NCA, Lengauer and Tarjan's semi-
// dominators with path compression and then the nearest common ancestor, as in L. Georgiadis, R. Tarjan and R. Werneck,
// "Finding Dominators in Practice", Journal of Graph Algorithms and Applications 10 (2006). Pure; nothing is recursive.

export interface Arcs {
  readonly nodeCount: number;
  /** Node → its first arc; one more than there are nodes. */
  readonly firstEdge: Uint32Array;
  readonly edgeTo: Uint32Array;
  /** Arcs with 0 are not there. */
  readonly keeps: Uint8Array;
}

export interface Dominators {
  /** Nodes that node 0 reaches, each after its dominator. */
  readonly order: Uint32Array;
  /** Node → its immediate dominator; 0 for the root itself and for what it does not reach. */
  readonly dominator: Uint32Array;
}

export function dominatorsOf(arcs: Arcs): Dominators {
  const { order, number, parent } = walked(arcs);
  const count = order.length;
  const [firstIn, arriving] = incoming(arcs, order, number);
  const semi = ascending(count);
  const label = ascending(count);
  const ancestor = parent.slice();
  const stack = new Uint32Array(count);

  /** The vertex of least semidominator on the way from `vertex` up to where the forest ends, which then gets shorter. */
  const least = (vertex: number, linked: number): number => {
    if ((ancestor[vertex] ?? 0) < linked) return label[vertex] ?? 0;
    let depth = 0;
    let at = vertex;
    do {
      stack[depth++] = at;
      at = ancestor[at] ?? 0;
    } while ((ancestor[at] ?? 0) >= linked);
    let best = label[at] ?? 0;
    const top = ancestor[at] ?? 0;
    while (depth > 0) {
      at = stack[--depth] ?? 0;
      ancestor[at] = top;
      const own = label[at] ?? 0;
      if ((semi[best] ?? 0) < (semi[own] ?? 0)) label[at] = best;
      else best = own;
    }
    return label[vertex] ?? 0;
  };

  for (let vertex = count - 1; vertex > 0; vertex--) {
    let lowest = parent[vertex] ?? 0;
    const end = firstIn[vertex + 1] ?? 0;
    for (let at = firstIn[vertex] ?? 0; at < end; at++) {
      const found = semi[least(arriving[at] ?? 0, vertex + 1)] ?? 0;
      if (found < lowest) lowest = found;
    }
    semi[vertex] = lowest;
  }
  const dominator = new Uint32Array(arcs.nodeCount);
  const nearest = parent;
  for (let vertex = 1; vertex < count; vertex++) {
    let candidate = nearest[vertex] ?? 0;
    while (candidate > (semi[vertex] ?? 0)) candidate = nearest[candidate] ?? 0;
    nearest[vertex] = candidate;
    dominator[order[vertex] ?? 0] = order[candidate] ?? 0;
  }
  return { order, dominator };
}

const UNSEEN = 0xffff_ffff;

/** Depth first from node 0; `number` is a node's place in that order, `parent` tells places. */
function walked({ nodeCount, firstEdge, edgeTo, keeps }: Arcs): { order: Uint32Array; number: Uint32Array; parent: Uint32Array } {
  const order = new Uint32Array(nodeCount);
  const number = new Uint32Array(nodeCount).fill(UNSEEN);
  const parent = new Uint32Array(nodeCount);
  const next = firstEdge.slice(0, nodeCount);
  const stack = new Uint32Array(nodeCount);
  let [count, depth] = [1, 1];
  number[0] = 0;
  while (depth > 0) {
    const node = stack[depth - 1] ?? 0;
    const edge = next[node] ?? 0;
    if (edge >= (firstEdge[node + 1] ?? 0)) {
      depth--;
      continue;
    }
    next[node] = edge + 1;
    const to = edgeTo[edge] ?? 0;
    if (keeps[edge] === 0 || number[to] !== UNSEEN) continue;
    order[count] = to;
    parent[count] = number[node] ?? 0;
    number[to] = count++;
    stack[depth++] = to;
  }
  return { order: order.subarray(0, count), number, parent: parent.subarray(0, count) };
}

/** Place → places that have an arc to it. */
function incoming({ firstEdge, edgeTo, keeps }: Arcs, order: Uint32Array, number: Uint32Array): [first: Uint32Array, arriving: Uint32Array] {
  const first = new Uint32Array(order.length + 2);
  const each = (work: (from: number, to: number) => void): void => {
    for (let place = 0; place < order.length; place++) {
      const node = order[place] ?? 0;
      const end = firstEdge[node + 1] ?? 0;
      for (let edge = firstEdge[node] ?? 0; edge < end; edge++) if (keeps[edge] === 1) work(place, number[edgeTo[edge] ?? 0] ?? 0);
    }
  };
  each((_from, to) => { first[to + 2] = (first[to + 2] ?? 0) + 1; });
  for (let place = 2; place < first.length; place++) first[place] = (first[place] ?? 0) + (first[place - 1] ?? 0);
  const arriving = new Uint32Array(first[order.length + 1] ?? 0);
  each((from, to) => {
    const at = first[to + 1] ?? 0;
    arriving[at] = from;
    first[to + 1] = at + 1;
  });
  return [first, arriving];
}

function ascending(count: number): Uint32Array {
  const all = new Uint32Array(count);
  for (let index = 0; index < count; index++) all[index] = index;
  return all;
}
