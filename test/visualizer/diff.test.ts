// What changed between two profiles, whether chance alone may have made it, and which function is which.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Frame } from 'liveprofiler-sampler/wire';
import type { CallTree } from '../../collector/store/contract.ts';
import type { DiffInput } from '../../visualizer/diff.ts';
import { diffOf } from '../../visualizer/diff.ts';
import { matchFrames } from '../../visualizer/match.ts';
import type { DiffNode, DiffRow } from '../../visualizer/view/change.ts';
import { differenceOf, isWithinError, standingOf } from '../../visualizer/view/change.ts';

const SAMPLE_US = 10_000;

/** `main<work` → samples; functions are called after letters, each in a file of its own. */
function inputOf(stacks: Readonly<Record<string, number>>, { idle = 0, line = 1 }: { idle?: number; line?: number } = {}): DiffInput {
  const frames: Frame[] = [];
  const [parent, frame, selfCount] = [[0], [-1], [0]];
  const children = new Map<string, number>();
  for (const [path, count] of Object.entries(stacks)) {
    let at = 0;
    for (const name of path.split('<')) {
      let known = frames.findIndex((one) => one.name === name);
      if (known < 0) known = frames.push({ name, url: `/${name}.js`, line, column: 1 }) - 1;
      const key = `${at} ${known}`;
      const child = children.get(key) ?? parent.push(at) - 1;
      if (!children.has(key)) {
        children.set(key, child);
        frame.push(known);
        selfCount.push(0);
      }
      at = child;
    }
    selfCount[at] = (selfCount[at] ?? 0) + count;
  }
  const totalCount = [...selfCount];
  for (let id = parent.length - 1; id > 0; id--) totalCount[parent[id] ?? 0] = (totalCount[parent[id] ?? 0] ?? 0) + (totalCount[id] ?? 0);
  const us = (column: readonly number[]): number[] => column.map((count) => count * SAMPLE_US);
  const tree: CallTree = { frames, parent, frame, selfCount, selfWeight: us(selfCount), totalCount, totalWeight: us(totalCount), cut: parent.map(() => 0) };
  return { tree, idle: { count: idle, weight: idle * SAMPLE_US }, kind: 'cpu', windows: 1, threads: 1, coveredUs: ((totalCount[0] ?? 0) + idle) * SAMPLE_US };
}

const points = (share: number): number => Math.round(share * 1000) / 10;
const rowOf = (rows: readonly DiffRow[], name: string): DiffRow => {
  const row = rows.find((one) => one.name === name);
  assert.ok(row !== undefined, name);
  return row;
};

test('what grew and what shrank come first, by what they did themselves', () => {
  const { rows } = diffOf(inputOf({ 'main<parse': 500, 'main<render': 300, 'main<steady': 200 }), inputOf({ 'main<parse': 200, 'main<render': 600, 'main<steady': 200 }, { line: 9 }), { by: 'total', limit: 100 });
  assert.deepEqual(rows.map(({ name, self }) => [name, points(differenceOf(self))]), [['parse', -30], ['render', 30], ['main', 0], ['steady', 0]]);
  assert.deepEqual(rows.map(({ self }) => isWithinError(self)), [false, false, true, true]);
  assert.deepEqual(points(rowOf(rows, 'main').total.after), 100);
});

test('by duration an idle process did less, by total it did the same', () => {
  const [busy, lazy] = [inputOf({ 'main<work': 800 }, { idle: 200 }), inputOf({ 'main<work': 200 }, { idle: 800 })];
  const byDuration = rowOf(diffOf(busy, lazy, { by: 'duration', limit: 10 }).rows, 'work').self;
  assert.deepEqual([byDuration.before, byDuration.after, isWithinError(byDuration)], [0.8, 0.2, false]);
  const byTotal = rowOf(diffOf(busy, lazy, { by: 'total', limit: 10 }).rows, 'work').self;
  assert.deepEqual([byTotal.before, byTotal.after, isWithinError(byTotal)], [1, 1, true]);
});

test('new and vanished functions are told, and a function that moved in its file is neither', () => {
  const { rows, root } = diffOf(inputOf({ 'main<old': 50, 'main<same': 50 }, { line: 3 }), inputOf({ 'main<fresh': 50, 'main<same': 50 }, { line: 8 }), { by: 'total', limit: 10 });
  const standings = Object.fromEntries(rows.map((row) => [row.name, standingOf(row)]));
  assert.deepEqual(standings, { old: 'gone', fresh: 'new', same: 'both', main: 'both' });
  assert.equal(rowOf(rows, 'same').line, 8);
  assert.deepEqual(root.c[0]?.c.map(({ name }) => name).sort(), ['fresh', 'old', 'same']);
});

test('functions of one name in one file are told apart by place, then by turn, then not at all', () => {
  const at = (name: string, line: number): Frame => ({ name, url: '/a.js', line, column: 1 });
  const pairs = (a: Frame[], b: Frame[]): string => {
    const { functions, ofA } = matchFrames(a, b);
    return ofA.map((id, from) => `${a[from]?.line}→${id < b.length ? functions[id]?.line : 'none'}`).join(' ');
  };
  assert.equal(pairs([at('', 5), at('', 9)], [at('', 9), at('', 5)]), '5→5 9→9');
  assert.equal(pairs([at('', 5), at('', 9)], [at('', 19), at('', 15)]), '5→15 9→19');
  assert.equal(pairs([at('', 5), at('', 9)], [at('', 9), at('', 15)]), '5→15 9→9');
  assert.equal(pairs([at('', 5), at('', 9)], [at('', 15)]), '5→none 9→none');
  assert.equal(pairs([at('f', 5)], [at('f', 500)]), '5→500');
  assert.equal(pairs([at('__proto__', 5), at('constructor', 6)], [at('constructor', 7)]), '5→none 6→7');
});

test('a bundle’s thousands of functions without a name are told apart before anybody waits', () => {
  const most = 50_000;
  const bundled = (first: number): Frame[] => Array.from({ length: most }, (_, index) => ({ name: '', url: '/app/bundle.js', line: first + index, column: 1 }));
  const startMs = performance.now();
  const same = matchFrames(bundled(1), bundled(1).reverse());
  const moved = matchFrames(bundled(1), bundled(101));
  const tookMs = performance.now() - startMs;
  assert.deepEqual([same.functions.length, same.ofA[0], same.ofA.at(-1)], [most, most - 1, 0]);
  assert.deepEqual([moved.functions.length, moved.ofA[0], moved.ofA[100]], [most, most - 100, 0]);
  assert.ok(tookMs < 10_000, `${tookMs} ms`);
});

test('the same program sampled twice differs within what is told as the sampling error', () => {
  // A seeded draw from twenty functions of very different shares, a hundred times over.
  let seed = 12_345;
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed / 0x80000000;
  };
  const draw = (samples: number): Record<string, number> => {
    const stacks: Record<string, number> = {};
    for (let i = 0; i < samples; i++) {
      const name = `main<f${Math.floor(20 * random() ** 3)}`;
      stacks[name] = (stacks[name] ?? 0) + 1;
    }
    return stacks;
  };
  let [seen, beyond] = [0, 0];
  for (let round = 0; round < 100; round++) {
    for (const { self } of diffOf(inputOf(draw(300)), inputOf(draw(900)), { by: 'total', limit: 100 }).rows) {
      seen++;
      if (!isWithinError(self)) beyond++;
    }
  }
  assert.ok(beyond / seen < 0.006, `${beyond} of ${seen} called a change`);
  const doubled = diffOf(inputOf({ 'main<f': 100, 'main<g': 900 }), inputOf({ 'main<f': 200, 'main<g': 800 }), { by: 'total', limit: 100 }).rows;
  assert.equal(isWithinError(rowOf(doubled, 'f').self), false);
});

test('a handful of samples proves nothing', () => {
  const { rows } = diffOf(inputOf({ a: 2, b: 1 }), inputOf({ a: 1, b: 2 }), { by: 'total', limit: 10 });
  assert.ok(rows.every(({ self, total }) => isWithinError(self) && isWithinError(total)));
  const nothing = diffOf(inputOf({}), inputOf({ a: 3 }), { by: 'duration', limit: 10 });
  assert.deepEqual(nothing.rows.map(({ self }) => [self.before, self.after, isWithinError(self)]), [[0, 1, true]]);
});

const stacks = fc.dictionary(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 6 }).map((path) => path.join('<')), fc.integer({ min: 1, max: 99 }), { maxKeys: 30 });

test('every node’s share is its own and its children’s, on both sides, whatever was summed up', () => {
  fc.assert(fc.property(stacks, stacks, fc.integer({ min: 1, max: 40 }), (a, b, limit) => {
    const { root } = diffOf(inputOf(a), inputOf(b), { by: 'total', limit });
    let nodes = 0;
    const visit = (node: DiffNode): void => {
      nodes += node.cut === undefined ? 1 : 0;
      for (const side of ['before', 'after'] as const) {
        const parts = node.cut === undefined ? node.self[side] + node.c.reduce((sum, child) => sum + child.total[side], 0) : node.total[side];
        assert.ok(Math.abs(parts - node.total[side]) < 1e-6);
      }
      node.c.forEach(visit);
    };
    visit(root);
    assert.ok(nodes <= limit);
    assert.deepEqual([root.total.before, root.total.after], [Object.keys(a).length > 0 ? 1 : 0, Object.keys(b).length > 0 ? 1 : 0]);
  }));
});

test('comparing with itself finds nothing, and turning the sides around turns every change around', () => {
  const sums = (diff: { readonly rows: readonly DiffRow[] }): string[] => diff.rows.map(({ name, self, total }) => `${name} ${differenceOf(self).toFixed(9)} ${differenceOf(total).toFixed(9)}`.replaceAll('-0.000000000', '0.000000000')).sort();
  fc.assert(fc.property(stacks, stacks, (a, b) => {
    const options = { by: 'total', limit: 1000 } as const;
    assert.ok(diffOf(inputOf(a), inputOf(a), options).rows.every(({ self, total }) => differenceOf(self) === 0 && differenceOf(total) === 0));
    const turned = diffOf(inputOf(b), inputOf(a), options).rows.map((row) => ({ ...row, self: { ...row.self, before: row.self.after, after: row.self.before }, total: { ...row.total, before: row.total.after, after: row.total.before } }));
    assert.deepEqual(sums(diffOf(inputOf(a), inputOf(b), options)), sums({ rows: turned }));
  }));
});
