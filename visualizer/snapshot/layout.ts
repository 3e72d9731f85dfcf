// What a snapshot says of itself: how many objects and references, and which number of a row means what. Pure.
import { SnapshotError } from './fault.ts';

export interface Layout {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly nodeTypes: readonly string[];
  readonly edgeTypes: readonly string[];
  /** Places within a row, and its width. */
  readonly nodeFields: { readonly type: number; readonly name: number; readonly id: number; readonly selfSize: number; readonly edgeCount: number; readonly width: number };
  readonly edgeFields: { readonly type: number; readonly name: number; readonly to: number; readonly width: number };
}

const MOST_FIELDS = 32;
const MOST_TYPES = 255;

/**
 * @param sizeBytes of the file: no row of numbers takes less than two bytes for each, so counts beyond that are absurd.
 * @throws SnapshotError
 */
export function layoutOf(description: string, sizeBytes: number): Layout {
  const told = parsed(description);
  const meta = objectIn(told, 'meta');
  const [nodeNames, edgeNames] = [textsIn(meta, 'node_fields'), textsIn(meta, 'edge_fields')];
  const place = (names: readonly string[], name: string): number => {
    const at = names.indexOf(name);
    if (at < 0) throw unknown(`its rows lack ${name}`);
    return at;
  };
  const nodeFields = { type: place(nodeNames, 'type'), name: place(nodeNames, 'name'), id: place(nodeNames, 'id'), selfSize: place(nodeNames, 'self_size'), edgeCount: place(nodeNames, 'edge_count'), width: nodeNames.length };
  const edgeFields = { type: place(edgeNames, 'type'), name: place(edgeNames, 'name_or_index'), to: place(edgeNames, 'to_node'), width: edgeNames.length };
  const [nodeCount, edgeCount] = [countIn(told, 'node_count'), countIn(told, 'edge_count')];
  if (nodeCount === 0) throw new SnapshotError('SNAPSHOT_INVALID', 'The snapshot says that it holds no object, not even the root.');
  if (2 * (nodeCount * nodeFields.width + edgeCount * edgeFields.width) > sizeBytes) {
    throw new SnapshotError('SNAPSHOT_CUT_SHORT', `The snapshot says that it holds ${nodeCount} objects and ${edgeCount} references, which ${sizeBytes} bytes cannot: it was not written to its end, or it is forged. Take it again.`);
  }
  return { nodeCount, edgeCount, nodeFields, edgeFields, nodeTypes: namesOfTypes(meta, 'node_types', nodeFields.type), edgeTypes: namesOfTypes(meta, 'edge_types', edgeFields.type) };
}

function parsed(description: string): Readonly<Record<string, unknown>> {
  try {
    const told: unknown = JSON.parse(description);
    if (isRecord(told)) return told;
  } catch (cause) {
    throw unknown('its description does not read', cause);
  }
  throw unknown('it has no description');
}

function objectIn(told: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const value = told[key];
  if (!isRecord(value)) throw unknown(`its description lacks ${key}`);
  return value;
}

function countIn(told: Readonly<Record<string, unknown>>, key: string): number {
  const value = told[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value >= 2 ** 32 - 1) throw new SnapshotError('SNAPSHOT_INVALID', `The snapshot says that its ${key} is ${value === undefined ? 'missing' : JSON.stringify(value)}, which is no count.`);
  return value;
}

function textsIn(meta: Readonly<Record<string, unknown>>, key: string): readonly string[] {
  const value = meta[key];
  if (!isTexts(value) || value.length > MOST_FIELDS) throw unknown(`its description lacks ${key}`);
  return value;
}

function namesOfTypes(meta: Readonly<Record<string, unknown>>, key: string, at: number): readonly string[] {
  const all = meta[key];
  const names: unknown = Array.isArray(all) ? all[at] : undefined;
  if (!isTexts(names) || names.length === 0 || names.length > MOST_TYPES) throw unknown(`its description lacks ${key}`);
  return names;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknown(why: string, cause?: unknown): SnapshotError {
  return new SnapshotError('SNAPSHOT_UNKNOWN_FORMAT', `This snapshot is in a format that is not known here: ${why}. Snapshots of Node.js 20 to 26 are read.`, cause);
}
