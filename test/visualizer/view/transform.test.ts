// What hiding and folding do to a tree: names go, time stays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FlameNode, Origin } from '../../../visualizer/api.ts';
import { groupsOf } from '../../../visualizer/view/groups.ts';
import { transformed } from '../../../visualizer/view/transform.ts';
import { effort } from '../../effort.ts';
import { node, told } from './tree.ts';

const express = (name: string, self: number, ...c: FlameNode[]): FlameNode => node(name, self, { url: `/app/node_modules/express/${name}.js` }, ...c);
const builtin = (name: string, self: number, ...c: FlameNode[]): FlameNode => node(name, self, { url: `node:${name}` }, ...c);
const TREE = node('web', 0, {}, builtin('http', 1, node('serve', 2, {}, express('next', 3, builtin('emit', 4, node('render', 5, {}))), node('render', 6, {}))), node('(garbage collector)', 7, { url: '' }));

test('without a wish the tree is the same', () => {
  assert.equal(transformed(TREE, { hide: [], fold: false }), TREE);
});

test('what is hidden counts for what called it, and its callees stand together', () => {
  assert.equal(told(transformed(TREE, { hide: ['node'], fold: false })), 'web 1 28 (serve 2 20 (next 7 12 (render 5 5), render 6 6), (garbage collector) 7 7)');
  assert.equal(told(transformed(TREE, { hide: ['node', 'package:express', 'gc'], fold: false })), 'web 8 28 (serve 9 20 (render 11 11))');
});

test('recursion stands once, also through others', () => {
  const tree = node('web', 0, {}, node('visit', 1, {}, node('each', 2, {}, node('visit', 3, {}, node('leaf', 4, {}))), node('leaf', 5, {})));
  assert.equal(told(transformed(tree, { hide: [], fold: true })), 'web 0 15 (visit 4 15 (each 2 2, leaf 9 9))');
});

test('parts that were cut come together when what was between them goes', () => {
  const part = (cut: number, self: number): FlameNode => ({ ...node(`${cut} smaller parts`, self, { url: '', origin: 'part' }), cut });
  const tree = node('web', 0, {}, node('serve', 0, {}, builtin('emit', 1, part(3, 30)), part(2, 20)));
  assert.equal(told(transformed(tree, { hide: ['node'], fold: false })), 'web 0 51 (serve 1 51 (5 smaller parts 50 50))');
});

test('whatever is hidden or folded, every node adds up and the whole stays', () => {
  const origin = fc.constantFrom<Origin>('own', 'node', 'native');
  // As deep as this at most: left alone it grows without end now and then.
  const tree: fc.Memo<FlameNode> = fc.memo((depth) =>
    fc.record({ name: fc.constantFrom('a', 'b', 'c'), self: fc.nat(9), origin, c: depth <= 1 ? fc.constant([]) : fc.array(tree(), { maxLength: 2 }) }).map(({ name, self, origin: from, c }) => node(name, self, { url: `${from}:${name}`, origin: from }, ...c)));
  fc.assert(
    fc.property(tree(8), fc.subarray(['own', 'node', 'native']), fc.boolean(), (root, hide, fold) => {
      const shown = transformed(root, { hide, fold });
      assert.deepEqual([shown.totalUs, shown.totalCount], [root.totalUs, root.totalCount]);
      for (const one of walk(shown)) assert.equal(one.totalUs, one.selfUs + one.c.reduce((sum, { totalUs }) => sum + totalUs, 0));
      const left = groupsOf(shown, 'us').map(({ key }) => key);
      assert.ok(hide.every((group) => !left.includes(group)));
      if (fold) for (const path of pathsOf(shown)) assert.equal(new Set(path).size, path.length);
    }),
    { numRuns: effort(200, 5000) },
  );
});

function walk(from: FlameNode): FlameNode[] {
  return [from, ...from.c.flatMap(walk)];
}

/** Of functions, without the root. */
function pathsOf({ c }: FlameNode, path: readonly string[] = []): string[][] {
  return c.flatMap((child) => [[...path, String(child.frame)], ...pathsOf(child, [...path, String(child.frame)])]);
}
