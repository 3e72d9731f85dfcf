// A snapshot, analysed: everything that can be asked of it, from one graph in memory. Synchronous and heavy: it runs in a
// process of its own (process.ts).
import { statSync } from 'node:fs';
import type { ClassRow, ClassView, Holder, Neighbour, ObjectRow, ObjectView, Progress, Reference, RetainingPath, SnapshotAnalysis } from './answers.ts';
import { classesOf, ROOTS } from './classes.ts';
import { dominatorsOf } from './dominators.ts';
import { SnapshotError } from './fault.ts';
import type { HeapGraph } from './graph.ts';
import { edgeRulesOf, isNumbered, ownerOf, ROOT } from './graph.ts';
import { holdersOf } from './holders.ts';
import { groupedByWay, NONE, waysOf, wayTo } from './paths.ts';
import { readSnapshot } from './read.ts';
import { secretTexts } from './secrets.ts';
import { classSizes, dominatedBy, retainedBytes } from './sizes.ts';
import { HIDDEN, masked, shown } from './values.ts';

/** What has a text of its own to show: values, and V8's names for its own parts. */
const TOLD = new Set(['string', 'concatenated string', 'sliced string', 'number', 'bigint', 'symbol', 'regexp', 'hidden', 'array', 'code', 'synthetic']);
/** Of a path: what is longer is told by its two ends. */
const MOST_STEPS = 100;
const MOST_NAME = 120;
/** Shares of the whole work, as far as they are alike from snapshot to snapshot. */
const READ_SHARE = 0.5;

/** @throws SnapshotError */
export function analyse(path: string, { mostBytes, progress }: { readonly mostBytes: number; readonly progress: (progress: Progress) => void }): SnapshotAnalysis {
  const graph = readSnapshot(path, { mostBytes, read: (share) => { progress({ phase: 'reading', share: share * READ_SHARE }); } });
  progress({ phase: 'references', share: READ_SHARE });
  const classes = classesOf(graph);
  const rules = edgeRulesOf(graph);
  progress({ phase: 'dominators', share: 0.65 });
  const dominators = dominatorsOf({ ...graph, keeps: rules.keeps });
  progress({ phase: 'sizes', share: 0.85 });
  const retained = retainedBytes(dominators, graph.selfBytes);
  const dominated = dominatedBy(dominators);
  const sizes = classSizes(classes.of, classes.names.length, graph.selfBytes, retained, dominated);
  progress({ phase: 'paths', share: 0.93 });
  const ways = waysOf(graph, rules);
  const secrets = secretTexts(graph);
  progress({ phase: 'paths', share: 1 });

  const rows: readonly ClassRow[] = classes.names
    .map((name, of) => ({ name, count: sizes.count[of] ?? 0, shallow: sizes.shallow[of] ?? 0, retained: sizes.retained[of] ?? 0 }))
    .filter(({ name }) => name !== ROOTS)
    .sort((a, b) => b.retained - a.retained || b.shallow - a.shallow || b.count - a.count);
  const fileBytes = statSync(path).size;

  return {
    summary: () => ({ objects: graph.nodeCount, references: graph.edgeCount, classes: rows.length, bytes: retained[ROOT] ?? 0, fileBytes }),
    classes: () => rows,
    holders: (most) => holdersOf(graph, retained, dominated, most).map(holder),
    ofClass,
    object,
  };

  function ofClass(name: string, most: number): ClassView {
    const row = rows.find((one) => one.name === name);
    const of = classes.names.indexOf(name);
    if (row === undefined || of < 0) throw new SnapshotError('SNAPSHOT_NO_OBJECT', `The snapshot holds no ${shown(name)}.`);
    const nodes: number[] = [];
    for (let node = 0; node < graph.nodeCount; node++) if (classes.of[node] === of) nodes.push(node);
    const paths = groupedByWay(graph, ways, classes.of, retained, nodes, most).map(({ largest, ...group }) => ({ ...group, path: pathTo(largest) }));
    const objects = nodes.sort((a, b) => (retained[b] ?? 0) - (retained[a] ?? 0)).slice(0, most).map((node) => rowOf(node));
    return { row, paths, objects };
  }

  function object(id: number, most: number): ObjectView {
    const node = graph.nodeId.indexOf(id);
    if (node < 0) throw new SnapshotError('SNAPSHOT_NO_OBJECT', `The snapshot holds no object @${id}.`);
    const [start, end] = [graph.firstEdge[node] ?? 0, graph.firstEdge[node + 1] ?? 0];
    const referents: Neighbour[] = [];
    for (let edge = start; edge < Math.min(end, start + most); edge++) referents.push({ by: reference(edge), object: rowOf(graph.edgeTo[edge] ?? 0, edge) });
    const arriving: number[] = [];
    for (let edge = 0; edge < graph.edgeCount; edge++) if (graph.edgeTo[edge] === node) arriving.push(edge);
    const near = arriving.map((edge) => ({ edge, owner: ownerOf(graph, edge) })).sort((a, b) => Number(rules.keeps[b.edge]) - Number(rules.keeps[a.edge]) || (ways.cost[a.owner] ?? 0) - (ways.cost[b.owner] ?? 0));
    const retainers = near.slice(0, most).map(({ edge, owner }) => ({ by: reference(edge), object: rowOf(owner) }));
    return { object: rowOf(node, ways.via[node]), path: pathTo(node), retainers, retainerCount: arriving.length, referents, referentCount: end - start };
  }

  function holder(node: number): Holder {
    const byClass = new Map<number, { count: number; retained: number }>();
    const end = dominated.first[node + 1] ?? 0;
    for (let at = dominated.first[node] ?? 0; at < end; at++) {
      const child = dominated.nodes[at] ?? 0;
      const sum = byClass.get(classes.of[child] ?? 0) ?? { count: 0, retained: 0 };
      sum.count++;
      sum.retained += retained[child] ?? 0;
      byClass.set(classes.of[child] ?? 0, sum);
    }
    const holds = [...byClass].map(([of, sum]) => ({ className: classes.names[of] ?? '', ...sum })).sort((a, b) => b.retained - a.retained).slice(0, 5);
    return { object: rowOf(node), path: pathTo(node), holds };
  }

  function pathTo(node: number): RetainingPath {
    const way = wayTo(graph, ways, node);
    const told = way.length <= MOST_STEPS ? way : [...way.slice(0, MOST_STEPS / 2), ...way.slice(-MOST_STEPS / 2)];
    return [{ object: rowOf(way.length === 0 ? node : ROOT) }, ...told.map((edge) => ({ by: reference(edge), object: rowOf(graph.edgeTo[edge] ?? 0, edge) }))];
  }

  /** `edge`: by which it was come to; its name may say that the value is a secret. */
  function rowOf(node: number, edge: number = NONE): ObjectRow {
    const type = graph.nodeTypes[graph.nodeType[node] ?? 0] ?? '';
    const text = !TOLD.has(type) ? undefined : secrets[node] === 1 ? HIDDEN : valueOf(graph, node, edge);
    return { id: graph.nodeId[node] ?? 0, className: classes.names[classes.of[node] ?? 0] ?? '', type, ...(text === undefined || text === '' ? {} : { value: text }), shallow: graph.selfBytes[node] ?? 0, retained: retained[node] ?? 0 };
  }

  function reference(edge: number): Reference {
    const type = graph.edgeTypes[graph.edgeType[edge] ?? 0] ?? '';
    const name = graph.edgeName[edge] ?? 0;
    // V8 names the variables of functions, not those of blocks.
    if (type === 'hidden' && classes.names[classes.of[ownerOf(graph, edge)] ?? 0] === 'system / Context') return { type: 'internal', name: 'variable' };
    return { type, name: isNumbered(type) ? String(name) : masked(graph.texts.text(name).slice(0, MOST_NAME)) };
  }
}

function valueOf(graph: HeapGraph, node: number, edge: number): string {
  const text = graph.texts.text(graph.nodeName[node] ?? 0);
  const type = edge === NONE ? '' : (graph.edgeTypes[graph.edgeType[edge] ?? 0] ?? '');
  return shown(text, edge === NONE || isNumbered(type) ? '' : graph.texts.text(graph.edgeName[edge] ?? 0));
}
