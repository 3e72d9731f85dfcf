// What keeps the most: going down the dominator tree, the places where a large size falls apart into small ones. That is
// where a growing list, cache or buffer is. Pure.
import type { HeapGraph } from './graph.ts';
import { ROOT } from './graph.ts';
import type { Dominated } from './sizes.ts';

/** Of the whole heap; what keeps less is not worth a line. */
const SHARE = 0.005;
/** With more large parts than this it is itself what grows. */
const MOST_PARTS = 8;
/** Of what a node keeps: with less in large parts, the small ones are the point. */
const IN_PARTS = 0.6;

/** Nodes, the largest first. */
export function holdersOf({ nodeTypes, nodeType }: HeapGraph, retained: Float64Array, { first, nodes }: Dominated, most: number): number[] {
  const threshold = (retained[ROOT] ?? 0) * SHARE;
  const synthetic = nodeTypes.indexOf('synthetic');
  const found: number[] = [];
  const waiting = [ROOT];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const parts: number[] = [];
    let inParts = 0;
    const end = first[node + 1] ?? 0;
    for (let at = first[node] ?? 0; at < end; at++) {
      const child = nodes[at] ?? 0;
      if ((retained[child] ?? 0) < threshold) continue;
      parts.push(child);
      inParts += retained[child] ?? 0;
    }
    const isRoot = node === ROOT || nodeType[node] === synthetic;
    if (isRoot || (parts.length > 0 && parts.length <= MOST_PARTS && inParts >= IN_PARTS * (retained[node] ?? 0))) waiting.push(...parts);
    else found.push(node);
  }
  return found.sort((a, b) => (retained[b] ?? 0) - (retained[a] ?? 0)).slice(0, most);
}
