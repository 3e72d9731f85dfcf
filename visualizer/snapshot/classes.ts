// What an object is called in tables: its constructor, and where V8 has none, what kind of thing it is. Plain objects are
// told apart by their properties, functions by their names. Pure.
import type { HeapGraph } from './graph.ts';
import { masked } from './values.ts';

export interface Classes {
  /** Node → index into `names`. */
  readonly of: Uint32Array;
  readonly names: readonly string[];
}

/** What V8 and Node.js hold on to by themselves. */
export const ROOTS = '(roots)';

const MOST_NAME = 120;
/** Of a plain object; one with more is more likely a dictionary than a shape. */
const MOST_PROPERTIES = 12;
const SHOWN_PROPERTIES = 4;
/** Classes told apart; what a hostile snapshot has beyond them is one. */
const MOST_CLASSES = 200_000;
const REST = '(other)';

const KINDS: Readonly<Record<string, string>> = {
  hidden: '(system)', array: '(array)', string: '(string)', 'concatenated string': '(string)', 'sliced string': '(string)', code: '(compiled code)', regexp: 'RegExp', number: '(number)', symbol: '(symbol)', bigint: '(bigint)', 'object shape': '(shape)', synthetic: ROOTS,
};

export function classesOf(graph: HeapGraph): Classes {
  const { nodeCount, nodeType, nodeName, nodeTypes, texts } = graph;
  const of = new Uint32Array(nodeCount);
  const names: string[] = [];
  const byName = new Map<string, number>();
  const known = new Map<number | string, number>();
  const intern = (name: string): number => {
    const fitting = names.length < MOST_CLASSES ? name : REST;
    const at = byName.get(fitting);
    if (at !== undefined) return at;
    byName.set(fitting, names.length);
    return names.push(fitting) - 1;
  };
  const propertiesOf = propertyReader(graph);
  const plainNames = new Map<number, boolean>();
  const isPlain = (name: number): boolean => {
    let is = plainNames.get(name);
    if (is === undefined) plainNames.set(name, (is = texts.text(name) === 'Object'));
    return is;
  };
  for (let node = 0; node < nodeCount; node++) {
    const [type, name] = [nodeType[node] ?? 0, nodeName[node] ?? 0];
    const kind = nodeTypes[type] ?? '';
    const plain = kind === 'object' && isPlain(name) ? propertiesOf(node) : undefined;
    const key = plain === undefined ? (Object.hasOwn(KINDS, kind) ? -1 - type : name * 256 + type) : plain.join();
    let found = known.get(key);
    if (found === undefined) {
      found = intern(plain === undefined ? nameOf(kind, texts.text(name)) : shapeName(plain.map((index) => texts.text(index))));
      if (known.size < MOST_CLASSES) known.set(key, found);
    }
    of[node] = found;
  }
  return { of, names };
}

function nameOf(kind: string, name: string): string {
  if (Object.hasOwn(KINDS, kind)) return KINDS[kind] ?? kind;
  const fitting = name.length > MOST_NAME ? `${name.slice(0, MOST_NAME)}…` : name;
  if (kind === 'closure') return `function ${fitting === '' ? '(anonymous)' : fitting}`;
  return fitting === '' ? `(${kind})` : fitting;
}

function shapeName(properties: readonly string[]): string {
  const shown = properties.slice(0, SHOWN_PROPERTIES).map((name) => masked(name.slice(0, MOST_NAME / SHOWN_PROPERTIES)));
  return `{${shown.join(', ')}${properties.length > SHOWN_PROPERTIES ? ', …' : ''}}`;
}

/** The names of a plain object's own properties; undefined when there are none, or too many to be a shape. */
function propertyReader({ firstEdge, edgeType, edgeTypes, edgeName, texts }: HeapGraph): (node: number) => number[] | undefined {
  const property = edgeTypes.indexOf('property');
  const prototype = new Map<number, boolean>();
  const isPrototype = (name: number): boolean => {
    let is = prototype.get(name);
    if (is === undefined) prototype.set(name, (is = texts.text(name) === '__proto__'));
    return is;
  };
  return (node) => {
    const names: number[] = [];
    const end = firstEdge[node + 1] ?? 0;
    for (let edge = firstEdge[node] ?? 0; edge < end; edge++) {
      const name = edgeName[edge] ?? 0;
      if (edgeType[edge] !== property || isPrototype(name)) continue;
      if (names.push(name) > MOST_PROPERTIES) return undefined;
    }
    return names.length === 0 ? undefined : names;
  };
}
