// Heap snapshots made by hand, in the format that V8 writes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { afterwards } from '../../cleanup.ts';
import type { SnapshotAnalysis } from '../../../visualizer/snapshot/answers.ts';
import { analyse } from '../../../visualizer/snapshot/analysis.ts';

export interface MadeNode {
  readonly type?: string;
  readonly name: string;
  readonly bytes?: number;
  /** Name or number → index of the node. A name in front of a colon is the kind of reference: `weak:table`. */
  readonly refers?: Readonly<Record<string, number>>;
}

export const NODE_TYPES: readonly string[] = ['hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic', 'concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape'];
export const EDGE_TYPES: readonly string[] = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];

/** As an object that JSON.stringify makes a snapshot of; node i has the number 2 i + 1. */
export function made(nodes: readonly MadeNode[]): Record<string, unknown> & { snapshot: Record<string, unknown>; nodes: unknown[]; edges: unknown[]; strings: unknown[] } {
  const strings: string[] = ['<dummy>'];
  const textOf = (text: string): number => {
    const at = strings.indexOf(text);
    return at < 0 ? strings.push(text) - 1 : at;
  };
  const edges: number[] = [];
  const rows = nodes.flatMap(({ type = 'object', name, bytes = 0, refers = {} }, index) => {
    const own = Object.entries(refers);
    for (const [key, to] of own) {
      const [, kind = /^\d+$/.test(key) ? 'element' : 'property', named = ''] = /^(?:(\w+):)?(.*)$/s.exec(key) ?? [];
      edges.push(EDGE_TYPES.indexOf(kind), kind === 'element' || kind === 'hidden' ? Number(named) : textOf(named), to * 6);
    }
    return [NODE_TYPES.indexOf(type), textOf(name), 2 * index + 1, bytes, own.length, 0];
  });
  return {
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
        node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number'],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
      },
      node_count: nodes.length,
      edge_count: edges.length / 3,
      trace_function_count: 0,
    },
    nodes: rows,
    edges,
    trace_function_infos: [],
    trace_tree: [],
    samples: [],
    locations: [],
    strings,
  };
}

export async function inFile(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-snapshot-'));
  afterwards(t, () => rm(folder, { recursive: true }));
  const path = join(folder, 'made.heapsnapshot');
  await writeFile(path, text);
  return path;
}

export function analysed(path: string, mostBytes = 1e8): SnapshotAnalysis {
  return analyse(path, { mostBytes, progress: () => undefined });
}
