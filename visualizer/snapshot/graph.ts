// A heap as V8 wrote it, in columns: objects (nodes) in their order in the file, and what each refers to (edges).
import type { Texts } from './strings.ts';

export interface HeapGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Index into `nodeTypes`. */
  readonly nodeType: Uint8Array;
  /** Index into `texts`. */
  readonly nodeName: Uint32Array;
  /** V8's own number of the object: what its developer tools write after an @. */
  readonly nodeId: Uint32Array;
  readonly selfBytes: Float64Array;
  /** Node → its first edge; one more than there are nodes. */
  readonly firstEdge: Uint32Array;
  /** Index into `edgeTypes`. */
  readonly edgeType: Uint8Array;
  /** Of an element or a hidden edge its number, of any other an index into `texts`. */
  readonly edgeName: Uint32Array;
  /** The node that is referred to. */
  readonly edgeTo: Uint32Array;
  readonly nodeTypes: readonly string[];
  readonly edgeTypes: readonly string[];
  readonly texts: Texts;
}

/** The node that everything hangs from. */
export const ROOT = 0;

/** The node whose edge this is. */
export function ownerOf({ firstEdge, nodeCount }: HeapGraph, edge: number): number {
  let [low, high] = [0, nodeCount];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((firstEdge[middle] ?? 0) <= edge) low = middle;
    else high = middle;
  }
  return low;
}

export function isNumbered(edgeType: string | undefined): boolean {
  return edgeType === 'element' || edgeType === 'hidden';
}

export interface EdgeRules {
  /** 1 for an edge that keeps what it leads to alive: not weak, no other way of saying the same, no weak map's own. */
  readonly keeps: Uint8Array;
}

/**
 * A weak map's table lists its values, and so does each key: only key to value keeps. A shortcut says the same as other
 * edges do, but from the root, where it marks what programs call global.
 */
export function edgeRulesOf(graph: HeapGraph): EdgeRules {
  const { nodeCount, firstEdge, edgeType, edgeName, edgeTypes, nodeId, texts } = graph;
  const keeps = new Uint8Array(graph.edgeCount);
  const [weak, shortcut, internal] = ['weak', 'shortcut', 'internal'].map((name) => edgeTypes.indexOf(name));
  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1] ?? 0;
    for (let edge = firstEdge[node] ?? 0; edge < end; edge++) {
      const type = edgeType[edge];
      if (type === weak || (type === shortcut && node !== ROOT)) continue;
      if (type === internal && isDigit(texts.firstByte(edgeName[edge] ?? 0)) && isOfTable(texts.text(edgeName[edge] ?? 0), nodeId[node] ?? 0)) continue;
      keeps[edge] = 1;
    }
  }
  return { keeps };
}

function isOfTable(name: string, id: number): boolean {
  return name.includes(' / part of key ') && name.endsWith(`(table @${id})`);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
