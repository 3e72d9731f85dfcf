// A .heapsnapshot becomes a graph. The format is the one that V8's HeapSnapshotJSONSerializer writes: a description of
// the fields, then nodes and edges as rows of numbers, then the texts. Invariant: every index in a graph is in range.
import type { ByteReader } from './bytes.ts';
import { openBytes } from './bytes.ts';
import { SnapshotError } from './fault.ts';
import type { HeapGraph } from './graph.ts';
import { isNumbered } from './graph.ts';
import type { Layout } from './layout.ts';
import { layoutOf } from './layout.ts';
import type { Texts } from './strings.ts';
import { createTexts, MOST_TEXT_BYTES } from './strings.ts';

export interface ReadOptions {
  /** What graph and analysis may take in memory. */
  readonly mostBytes: number;
  /** 0 to 1. */
  readonly read: (share: number) => void;
}

const MOST_DESCRIPTION_BYTES = 65_536;
/** What reading and analysing takes at its height, for each. */
const NODE_BYTES = 84;
const EDGE_BYTES = 19;

type Columns = Omit<HeapGraph, 'texts' | 'nodeTypes' | 'edgeTypes'>;

/** @throws SnapshotError */
export function readSnapshot(path: string, { mostBytes, read }: ReadOptions): HeapGraph {
  let sizeBytes = 0;
  const bytes = openBytes(path, (done) => { read(sizeBytes === 0 ? 0 : Math.min(1, done / sizeBytes)); });
  ({ sizeBytes } = bytes);
  try {
    return graphFrom(bytes, mostBytes);
  } finally {
    bytes.close();
  }
}

function graphFrom(bytes: ByteReader, mostBytes: number): HeapGraph {
  let layout: Layout | undefined;
  let columns: Columns | undefined;
  /** The same, once their references are read too. */
  let whole: Columns | undefined;
  let texts: Texts | undefined;
  bytes.expect('{');
  for (;;) {
    const key = bytes.string(64).toString();
    bytes.expect(':');
    if (key === 'snapshot' && layout === undefined) {
      layout = layoutOf(bytes.value(MOST_DESCRIPTION_BYTES), bytes.sizeBytes);
      const needed = layout.nodeCount * NODE_BYTES + layout.edgeCount * EDGE_BYTES;
      if (needed > mostBytes) throw new SnapshotError('SNAPSHOT_TOO_LARGE', `A snapshot of ${layout.nodeCount} objects and ${layout.edgeCount} references takes ${Math.ceil(needed / 1e6)} MB to analyse, more than the ${Math.floor(mostBytes / 1e6)} MB allowed here. Chrome's developer tools can open it.`);
    } else if (layout === undefined) throw new SnapshotError('SNAPSHOT_NOT_ONE', `This is no heap snapshot of V8: it starts with ${JSON.stringify(key)} instead of "snapshot". Take one with v8.writeHeapSnapshot().`);
    else if (key === 'nodes' && columns === undefined) columns = readNodes(bytes, layout);
    else if (key === 'edges' && columns !== undefined && whole === undefined) {
      readEdges(bytes, layout, columns);
      whole = columns;
    } else if (key === 'strings') texts = readTexts(bytes, mostBytes - layout.nodeCount * NODE_BYTES - layout.edgeCount * EDGE_BYTES);
    else bytes.value();
    if (bytes.peek() !== 0x2c) break;
    bytes.expect(',');
  }
  bytes.expect('}');
  if (whole === undefined || texts === undefined) throw new SnapshotError('SNAPSHOT_UNKNOWN_FORMAT', 'The snapshot lacks its objects, its references or its texts: it was not written to its end. Take it again.');
  return checked({ ...whole, texts, nodeTypes: layout.nodeTypes, edgeTypes: layout.edgeTypes });
}

function readNodes(bytes: ByteReader, { nodeCount, edgeCount, nodeFields, nodeTypes }: Layout): Columns {
  const columns = {
    nodeCount, edgeCount,
    nodeType: new Uint8Array(nodeCount), nodeName: new Uint32Array(nodeCount), nodeId: new Uint32Array(nodeCount), selfBytes: new Float64Array(nodeCount), firstEdge: new Uint32Array(nodeCount + 1),
    edgeType: new Uint8Array(edgeCount), edgeName: new Uint32Array(edgeCount), edgeTo: new Uint32Array(edgeCount),
  };
  const { nodeType, nodeName, nodeId, selfBytes, firstEdge } = columns;
  const { type, name, id, selfSize, edgeCount: ofEdges, width } = nodeFields;
  const row = new Float64Array(width);
  let edges = 0;
  bytes.expect('[');
  for (let node = 0; node < nodeCount; node++) {
    readRow(bytes, row, 'objects', nodeCount);
    nodeType[node] = below(row[type], nodeTypes.length, 'type of an object');
    nodeName[node] = below(row[name], 2 ** 32, 'name of an object');
    nodeId[node] = below(row[id], 2 ** 32, 'number of an object');
    selfBytes[node] = row[selfSize] ?? 0;
    edges += row[ofEdges] ?? 0;
    if (edges > edgeCount) throw new SnapshotError('SNAPSHOT_INVALID', `The objects of the snapshot have more references than the ${edgeCount} that it says it holds.`);
    firstEdge[node + 1] = edges;
  }
  if (bytes.number() !== -1) throw new SnapshotError('SNAPSHOT_INVALID', `The snapshot holds more objects than the ${nodeCount} that it says.`);
  if (edges !== edgeCount) throw new SnapshotError('SNAPSHOT_INVALID', `The objects of the snapshot have ${edges} references, and it says that it holds ${edgeCount}.`);
  return columns;
}

function readEdges(bytes: ByteReader, { edgeCount, nodeCount, edgeFields, edgeTypes, nodeFields }: Layout, { edgeType, edgeName, edgeTo }: Columns): void {
  const { type, name, to, width } = edgeFields;
  const row = new Float64Array(width);
  bytes.expect('[');
  for (let edge = 0; edge < edgeCount; edge++) {
    readRow(bytes, row, 'references', edgeCount);
    edgeType[edge] = below(row[type], edgeTypes.length, 'type of a reference');
    edgeName[edge] = below(row[name], 2 ** 32, 'name of a reference');
    const target = (row[to] ?? 0) / nodeFields.width;
    if (!Number.isInteger(target)) throw new SnapshotError('SNAPSHOT_INVALID', `A reference of the snapshot leads to ${row[to] ?? 0}, where no object starts.`);
    edgeTo[edge] = below(target, nodeCount, 'object that a reference leads to');
  }
  if (bytes.number() !== -1) throw new SnapshotError('SNAPSHOT_INVALID', `The snapshot holds more references than the ${edgeCount} that it says.`);
}

function readTexts(bytes: ByteReader, mostBytes: number): Texts {
  const texts = createTexts(mostBytes);
  bytes.expect('[');
  if (bytes.peek() === 0x5d) {
    bytes.expect(']');
    return texts.finished();
  }
  for (;;) {
    texts.add(bytes.string(MOST_TEXT_BYTES));
    if (bytes.peek() !== 0x2c) break;
    bytes.expect(',');
  }
  bytes.expect(']');
  return texts.finished();
}

/** The texts come last, so what points at them is checked last. */
function checked(graph: HeapGraph): HeapGraph {
  const { nodeName, edgeName, edgeType, edgeTypes, texts: { count } } = graph;
  const numbered = edgeTypes.map(isNumbered);
  for (const name of nodeName) if (name >= count) below(name, count, 'name of an object');
  for (let edge = 0; edge < edgeName.length; edge++) {
    if ((edgeName[edge] ?? 0) >= count && numbered[edgeType[edge] ?? 0] !== true) below(edgeName[edge], count, 'name of a reference');
  }
  return graph;
}

function readRow(bytes: ByteReader, row: Float64Array, what: string, count: number): void {
  for (let field = 0; field < row.length; field++) {
    const value = bytes.number();
    if (value < 0) throw new SnapshotError('SNAPSHOT_INVALID', `The snapshot holds fewer ${what} than the ${count} that it says.`);
    row[field] = value;
  }
}

function below(value: number | undefined, end: number, what: string): number {
  if (value === undefined || !(value < end)) throw new SnapshotError('SNAPSHOT_INVALID', `The ${what} in the snapshot is ${value ?? 'missing'}, and there are only ${end}.`);
  return value;
}
