// The nearest way from the roots to every object, as a person would tell it: over the program's own names where there is
// such a way. Never over a weak reference. Pure.
import type { EdgeRules, HeapGraph } from './graph.ts';
import { isNumbered, ownerOf, ROOT } from './graph.ts';

export interface Ways {
  /** Node → the edge it is reached by; NONE for the root and for what only weak references reach. */
  readonly via: Uint32Array;
  /** Node → length of the way; the larger, the farther from the root. */
  readonly cost: Uint32Array;
}

export const NONE = 0xffff_ffff;

/** A way over V8's and Node's own insides is longer than one over names that somebody wrote. */
const COST: Readonly<Record<string, number>> = { property: 1, element: 1, context: 1, internal: 2, hidden: 6, shortcut: 1 };
const INSIDE_COST = 6;
const MOST_COST = 8;
const INSIDE = new Set(['hidden', 'code', 'object shape', 'native', 'synthetic']);

/** Dial's algorithm: costs are small whole numbers, so there is a list of nodes for each of the next few distances. */
export function waysOf(graph: HeapGraph, { keeps }: EdgeRules): Ways {
  const { nodeCount, firstEdge, edgeTo, edgeType, edgeTypes, nodeType, nodeTypes } = graph;
  const via = new Uint32Array(nodeCount).fill(NONE);
  const cost = new Uint32Array(nodeCount).fill(NONE);
  const edgeCost = edgeTypes.map((type) => (Object.hasOwn(COST, type) ? (COST[type] ?? MOST_COST) : MOST_COST));
  const inside = nodeTypes.map((type) => (INSIDE.has(type) ? INSIDE_COST : 0));
  const rounds = MOST_COST + INSIDE_COST + 1;
  const lists: number[][] = Array.from({ length: rounds }, () => []);
  cost[ROOT] = 0;
  lists[0]?.push(ROOT);
  let waiting = 1;
  for (let distance = 0; waiting > 0; distance++) {
    const list = lists[distance % rounds] ?? [];
    for (const node of list) {
      if (cost[node] !== distance) continue;
      const end = firstEdge[node + 1] ?? 0;
      for (let edge = firstEdge[node] ?? 0; edge < end; edge++) {
        if (keeps[edge] === 0) continue;
        const to = edgeTo[edge] ?? 0;
        const reached = distance + (edgeCost[edgeType[edge] ?? 0] ?? MOST_COST) + (inside[nodeType[to] ?? 0] ?? 0);
        if (reached >= (cost[to] ?? 0)) continue;
        cost[to] = reached;
        via[to] = edge;
        lists[reached % rounds]?.push(to);
        waiting++;
      }
    }
    waiting -= list.length;
    lists[distance % rounds] = [];
  }
  return { via, cost };
}

/** Edges from the root down to the node; empty for the root itself and for what only weak references reach. */
export function wayTo(graph: HeapGraph, { via }: Ways, node: number): number[] {
  const edges: number[] = [];
  for (let at = node; via[at] !== NONE && edges.length < graph.nodeCount; at = ownerOf(graph, edges.at(-1) ?? 0)) edges.push(via[at] ?? 0);
  return edges.reverse();
}

export interface NodeGroup {
  readonly count: number;
  /** The one that keeps most. */
  readonly largest: number;
  readonly shallow: number;
  readonly retained: number;
}

/** Nodes by how they are kept: the same names over the same classes, whichever element of a list. The largest groups first. */
export function groupedByWay(graph: HeapGraph, { via }: Ways, classOf: Uint32Array, retained: Float64Array, nodes: Iterable<number>, most: number): NodeGroup[] {
  const numbered = graph.edgeTypes.map(isNumbered);
  const wayIds = new Map<string, number>();
  const wayOf = new Map<number, number>();
  const groups = new Map<number, { count: number; largest: number; shallow: number; retained: number }>();
  for (const node of nodes) {
    const id = idOf(node);
    const { selfBytes } = graph;
    const group = groups.get(id);
    const [shallow, kept] = [selfBytes[node] ?? 0, retained[node] ?? 0];
    if (group === undefined) groups.set(id, { count: 1, largest: node, shallow, retained: kept });
    else {
      group.count++;
      group.shallow += shallow;
      group.retained += kept;
      if (kept > (retained[group.largest] ?? 0)) group.largest = node;
    }
  }
  return [...groups.values()].sort((a, b) => b.retained - a.retained).slice(0, most);

  function idOf(node: number): number {
    const chain: number[] = [];
    let at = node;
    while (via[at] !== NONE && !wayOf.has(at)) {
      chain.push(at);
      at = ownerOf(graph, via[at] ?? 0);
    }
    let id = wayOf.get(at) ?? -1 - (classOf[at] ?? 0);
    for (const one of chain.reverse()) {
      const edge = via[one] ?? 0;
      const type = graph.edgeType[edge] ?? 0;
      const name = numbered[type] === true || isNumberName(graph, edge) ? -1 : (graph.edgeName[edge] ?? 0);
      const key = `${id} ${type} ${name} ${classOf[one] ?? 0}`;
      id = wayIds.get(key) ?? wayIds.size;
      wayIds.set(key, id);
      wayOf.set(one, id);
    }
    return id;
  }
}

/** A list's internal references are called by numbers too. */
function isNumberName({ edgeName, texts }: HeapGraph, edge: number): boolean {
  const first = texts.firstByte(edgeName[edge] ?? 0);
  return first >= 0x30 && first <= 0x39;
}
