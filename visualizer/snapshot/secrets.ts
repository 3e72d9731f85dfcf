// Which texts of a heap somebody called a secret, by whatever way one comes to them: the value of a property or a variable of
// such a name, what such a list, map or object holds, what stands after such a key, and the parts of all these. Pure.
import type { HeapGraph } from './graph.ts';
import { isNumbered } from './graph.ts';
import { isSecretName } from './values.ts';

const TEXTS = new Set(['string', 'concatenated string', 'sliced string']);
const HOLDERS = new Set(['Object', 'Array', 'Map', 'Set']);
/** From the name over a list and its elements to a pair in it. */
const DEEPEST = 3;
const MOST_KEY_BYTES = 64;

/** Node → 1 for a text that is not to be shown. */
export function secretTexts(graph: HeapGraph): Uint8Array {
  const { nodeCount, nodeType, nodeName, nodeTypes, firstEdge, edgeName, edgeTo, edgeType, edgeTypes, texts } = graph;
  const secret = new Uint8Array(nodeCount);
  const seen = new Uint8Array(nodeCount);
  const isText = nodeTypes.map((type) => TEXTS.has(type));
  const numbered = edgeTypes.map(isNumbered);
  const [array, object] = [nodeTypes.indexOf('array'), nodeTypes.indexOf('object')];
  const names = new Uint8Array(texts.count);
  const called = (name: number): boolean => {
    if (names[name] === 0) names[name] = texts.bytes(name) <= MOST_KEY_BYTES && isSecretName(texts.text(name)) ? 2 : 1;
    return names[name] === 2;
  };
  const holds = (node: number): boolean => nodeType[node] === array || (nodeType[node] === object && HOLDERS.has(texts.text(nodeName[node] ?? 0)));

  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1] ?? 0;
    // Keys and values stand one after the other in tables and in lists of headers.
    let afterKey = false;
    for (let edge = firstEdge[node] ?? 0; edge < end; edge++) {
      const to = edgeTo[edge] ?? 0;
      const name = edgeName[edge] ?? 0;
      if (numbered[edgeType[edge] ?? 0] === true || isDigit(texts.firstByte(name))) {
        const text = isText[nodeType[to] ?? 0] === true;
        if (afterKey) mark(to);
        afterKey = !afterKey && text && called(nodeName[to] ?? 0);
      } else if (called(name)) mark(to);
    }
  }
  return secret;

  /** A value, and what it is put together of. */
  function mark(value: number): void {
    const waiting = [{ node: value, depth: 0 }];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const { node, depth } = one;
      if (seen[node] === 1) continue;
      const text = isText[nodeType[node] ?? 0] === true;
      if (!text && (depth >= DEEPEST || !holds(node))) continue;
      seen[node] = 1;
      if (text) secret[node] = 1;
      for (let edge = firstEdge[node] ?? 0; edge < (firstEdge[node + 1] ?? 0); edge++) {
        const to = edgeTo[edge] ?? 0;
        if (!text || isText[nodeType[to] ?? 0] === true) waiting.push({ node: to, depth: text ? depth : depth + 1 });
      }
    }
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
