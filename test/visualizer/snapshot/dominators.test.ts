// Dominators against their definition: what cannot be reached once a node is taken away was dominated by it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Arcs } from '../../../visualizer/snapshot/dominators.ts';
import { dominatorsOf } from '../../../visualizer/snapshot/dominators.ts';
import { classSizes, dominatedBy, retainedBytes } from '../../../visualizer/snapshot/sizes.ts';
import { effort } from '../../effort.ts';

type Graph = readonly (readonly { readonly to: number; readonly keeps: boolean }[])[];

const graphs = fc.integer({ min: 1, max: 24 }).chain((count) => fc.array(fc.array(fc.record({ to: fc.nat(count - 1), keeps: fc.boolean().map((weak) => !weak) }), { maxLength: 5 }), { minLength: count, maxLength: count }));

function arcsOf(graph: Graph): Arcs {
  const firstEdge = new Uint32Array(graph.length + 1);
  graph.forEach((arcs, node) => { firstEdge[node + 1] = (firstEdge[node] ?? 0) + arcs.length; });
  const all = graph.flat();
  return { nodeCount: graph.length, firstEdge, edgeTo: Uint32Array.from(all, ({ to }) => to), keeps: Uint8Array.from(all, ({ keeps }) => Number(keeps)) };
}

function reached(graph: Graph, without?: number): Set<number> {
  const seen = new Set<number>(without === 0 ? [] : [0]);
  for (const node of seen) for (const { to, keeps } of graph[node] ?? []) if (keeps && to !== without) seen.add(to);
  return seen;
}

/** Node → those without which it is not reached, itself included. */
function naive(graph: Graph): Map<number, Set<number>> {
  const all = reached(graph);
  const dominators = new Map([...all].map((node) => [node, new Set([node])]));
  for (const taken of all) {
    const still = reached(graph, taken);
    for (const node of all) if (!still.has(node)) dominators.get(node)?.add(taken);
  }
  return dominators;
}

test('the immediate dominator of every node is the nearest one that no way goes around', () => {
  fc.assert(fc.property(graphs, (graph) => {
    const { order, dominator } = dominatorsOf(arcsOf(graph));
    const wanted = naive(graph);
    assert.deepEqual(new Set(order), new Set(wanted.keys()));
    for (const node of order) {
      const all = wanted.get(node) ?? new Set();
      const nearest = node === 0 ? 0 : [...all].find((one) => one !== node && wanted.get(one)?.size === all.size - 1);
      assert.equal(dominator[node], nearest, `of ${node} in ${JSON.stringify(graph)}`);
    }
  }), { numRuns: effort(1000, 50_000) });
});

test('what a node retains is what would be gone with it', () => {
  fc.assert(fc.property(graphs, (graph) => {
    const dominators = dominatorsOf(arcsOf(graph));
    const bytes = Float64Array.from(graph, (_, node) => 2 ** node);
    const retained = retainedBytes(dominators, bytes);
    const all = reached(graph);
    for (const node of all) {
      const still = reached(graph, node);
      const gone = node === 0 ? [...bytes.keys()] : [...all].filter((one) => !still.has(one));
      assert.equal(retained[node], gone.reduce((sum, one) => sum + (bytes[one] ?? 0), 0));
    }
  }), { numRuns: effort(500, 20_000) });
});

test('a class retains what would be gone with all of its instances that keep each other, counted once', () => {
  fc.assert(fc.property(graphs, fc.array(fc.nat(3), { minLength: 24, maxLength: 24 }), (graph, kinds) => {
    const classOf = Uint32Array.from(graph, (_, node) => kinds[node] ?? 0);
    const dominators = dominatorsOf(arcsOf(graph));
    const bytes = Float64Array.from(graph, (_, node) => 2 ** node);
    const retained = retainedBytes(dominators, bytes);
    const sizes = classSizes(classOf, 4, bytes, retained, dominatedBy(dominators));
    const tree = (node: number): number[] => [node, ...[...dominators.dominator.keys()].filter((child) => child !== 0 && dominators.dominator[child] === node).flatMap(tree)];
    for (let of = 0; of < 4; of++) {
      const instances = [...classOf.keys()].filter((node) => classOf[node] === of);
      assert.equal(sizes.count[of], instances.length);
      assert.equal(sizes.shallow[of], instances.reduce((sum, node) => sum + (bytes[node] ?? 0), 0));
      const kept = new Set(instances.flatMap(tree));
      assert.equal(sizes.retained[of], [...kept].reduce((sum, node) => sum + (bytes[node] ?? 0), 0));
    }
  }), { numRuns: effort(300, 10_000) });
});

test('a chain of a million objects is no deeper than memory', () => {
  const count = 1_000_000;
  const chain: Arcs = { nodeCount: count, firstEdge: Uint32Array.from({ length: count + 1 }, (_, node) => Math.min(node, count - 1)), edgeTo: Uint32Array.from({ length: count - 1 }, (_, edge) => edge + 1), keeps: new Uint8Array(count - 1).fill(1) };
  const { dominator } = dominatorsOf(chain);
  assert.equal(dominator[count - 1], count - 2);
  assert.equal(retainedBytes(dominatorsOf(chain), new Float64Array(count).fill(1))[1], count - 1);
});
