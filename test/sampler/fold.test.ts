// Folding, by property: whatever V8 hands over, what goes into the window sums to the length of the slice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SliceBounds } from '#sampler/fold.js';
import { foldSlice } from '#sampler/fold.js';
import { createFrameInterner } from '#sampler/frames.js';
import type { V8Profile } from '#sampler/v8-profiler.js';
import { WindowBuilder } from '#sampler/window-builder.js';

const NODES: V8Profile['nodes'] = [
  node(1, '(root)', [2, 3, 4]),
  node(2, '(idle)'),
  node(3, 'outer', [5], 'file:///a.js', 9),
  node(4, '(program)'),
  node(5, 'inner', [], 'file:///a.js', 19),
];

function node(id: number, functionName: string, children: number[] = [], url = '', lineNumber = -1): V8Profile['nodes'][number] {
  return { id, callFrame: { functionName, scriptId: '1', url, lineNumber, columnNumber: lineNumber }, children };
}

function profileOf(samples: readonly (readonly [stampUs: number, node: number])[]): V8Profile {
  let lastUs = 1000;
  const timeDeltas = samples.map(([stampUs]) => {
    const delta = stampUs - lastUs;
    lastUs = stampUs;
    return delta;
  });
  return { nodes: NODES, startTime: 1000, endTime: 9000, samples: samples.map(([, id]) => id), timeDeltas };
}

/** The profile is opened as the slice begins, at no cost of time. */
function bounds(fromUs: number, untilUs: number | undefined, more: Partial<SliceBounds> = {}): SliceBounds {
  return { fromUs, untilUs, opened: { fromUs, untilUs: fromUs }, openingUs: untilUs ?? Number.POSITIVE_INFINITY, intervalUs: 100, running: undefined, ...more };
}

/** Rows as `outer;inner`: [count, weight]. */
function rowsOf(window: WindowBuilder): Record<string, [number, number]> {
  const body = window.body();
  const rows: Record<string, [number, number]> = {};
  body.stack.forEach((stack, row) => {
    const names: string[] = [];
    for (let at = stack; at > 0; at = body.parent[at] ?? 0) names.unshift(body.frames[body.frame[at] ?? 0]?.name ?? '');
    rows[names.join(';')] = [body.count[row] ?? 0, body.weight[row] ?? 0];
  });
  return rows;
}

test('a sample stands until the next one, the last one to the end; idle is kept apart', () => {
  const window = new WindowBuilder();
  const folded = foldSlice(profileOf([[1100, 5], [1300, 2], [1600, 3]]), bounds(1000, 2000), createFrameInterner(), window);
  assert.deepEqual(rowsOf(window), { 'outer;inner': [1, 300], outer: [1, 400] });
  assert.deepEqual(window.body().idle, { count: 1, weight: 300 });
  assert.deepEqual([folded.samples, folded.untilUs, folded.running], [3, 2000, { stack: [{ name: 'outer', url: 'file:///a.js', line: 10, column: 10 }], source: undefined }]);
});

test('what ran when the last slice ended goes on until the first sample, uncounted', () => {
  const interner = createFrameInterner();
  const first = foldSlice(profileOf([[1100, 5]]), bounds(1000, 2000), interner, new WindowBuilder());
  const window = new WindowBuilder();
  foldSlice(profileOf([[2500, 3]]), bounds(2000, 3000, { running: first.running }), interner, window);
  assert.deepEqual(rowsOf(window), { 'outer;inner': [0, 500], outer: [1, 500] });
});

test('samples of the neighbours and of the moment of opening are left out, their time is not', () => {
  const window = new WindowBuilder();
  foldSlice(profileOf([[1100, 5], [1500, 3], [1950, 4], [2100, 5]]), bounds(1200, 2000, { openingUs: 1900, running: { stack: '(idle)', source: undefined } }), createFrameInterner(), window);
  assert.deepEqual(rowsOf(window), { outer: [1, 500] });
  assert.deepEqual(window.body().idle, { count: 0, weight: 300 });
});

test('a slice without a sample is dropped time, counted', () => {
  const window = new WindowBuilder();
  const folded = foldSlice(profileOf([]), bounds(1000, 2000, { running: { stack: '(idle)', source: undefined } }), createFrameInterner(), window);
  assert.deepEqual([folded, window.body().dropped], [{ samples: 0, untilUs: 2000, running: undefined }, { count: 0, weight: 1000 }]);
});

test('a slice that ends with its last sample leaves the rest to the next one, which finds samples of before without stamps', () => {
  const interner = createFrameInterner();
  const window = new WindowBuilder();
  const first = foldSlice(profileOf([[1100, 5], [1300, 3]]), bounds(1000, undefined, { openingUs: 1500 }), interner, window);
  assert.deepEqual([first.untilUs, rowsOf(window)], [1300, { 'outer;inner': [1, 300], outer: [1, 0] }]);
  const next = new WindowBuilder();
  // Opened from 1500 to 1510, with a sample of that moment; of 1400 there is a hit of node 5, of 1600 a sample.
  const { nodes, ...rest } = profileOf([[1505, 4], [1600, 3]]);
  const hits = new Map([[3, 1], [5, 1]]);
  const folded = foldSlice({ ...rest, nodes: nodes.map((one) => ({ ...one, hitCount: hits.get(one.id) ?? 0 })) }, bounds(1300, 2000, { opened: { fromUs: 1500, untilUs: 1510 }, running: first.running }), interner, next);
  assert.deepEqual([folded.samples, rowsOf(next)], [2, { outer: [1, 500], 'outer;inner': [1, 200] }]);
});

test('a sample that V8 puts in while two profiles are open counts once', () => {
  // At 1450 in the profile before, which ended there; as a hit without a stamp in this one, opened from 1500 on.
  const { nodes, ...rest } = profileOf([[1600, 3]]);
  const window = new WindowBuilder();
  const folded = foldSlice({ ...rest, nodes: nodes.map((one) => ({ ...one, hitCount: one.id === 3 || one.id === 5 ? 1 : 0 })) }, bounds(1450, 2000, { opened: { fromUs: 1500, untilUs: 1510 } }), createFrameInterner(), window);
  assert.deepEqual([folded.samples, rowsOf(window)], [1, { outer: [1, 550] }]);
});

test('a slice that ends with its last sample and has none ends where it began', () => {
  const window = new WindowBuilder();
  const running = { stack: '(idle)', source: undefined } as const;
  assert.deepEqual(foldSlice(profileOf([]), bounds(1000, undefined, { running }), createFrameInterner(), window), { samples: 0, untilUs: 1000, running });
  assert.deepEqual(window.body().dropped, { count: 0, weight: 0 });
});

test('everything sums to the length of the slice, stamps in any order', () => {
  const sample = fc.tuple(fc.integer({ min: 500, max: 9500 }), fc.integer({ min: 1, max: 5 }));
  fc.assert(fc.property(fc.array(sample, { maxLength: 40 }), fc.integer({ min: 1000, max: 4000 }), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 300 }), fc.boolean(), fc.array(fc.nat(5), { maxLength: 5 }), (samples, fromUs, lengthUs, opening, isOpen, hits) => {
    const window = new WindowBuilder();
    const endUs = fromUs + lengthUs;
    const profile = profileOf(samples);
    const nodes = NODES.map((one, index) => ({ ...one, hitCount: hits[index] ?? 0 }));
    const opened = { fromUs: fromUs + opening, untilUs: fromUs + 2 * opening };
    const { untilUs } = foldSlice({ ...profile, nodes }, bounds(fromUs, isOpen ? undefined : endUs, { opened, openingUs: Math.max(opened.untilUs, endUs - opening) }), createFrameInterner(), window);
    const { weight, idle, dropped } = window.body();
    assert.equal(weight.reduce((sum, one) => sum + one, 0) + idle.weight + dropped.weight, untilUs - fromUs);
  }));
});

test('stacks beyond the bound are counted without a name', () => {
  const window = new WindowBuilder(3);
  for (const name of ['a', 'b', 'c', 'd']) window.add(window.stack(0, { name, url: '', line: 0, column: 0 }), 1, 10);
  assert.deepEqual(rowsOf(window), { a: [1, 10], b: [1, 10], '(truncated)': [2, 20] });
});

test('a frame is one object wherever it is met again; other names of its place, other places and other scripts are others', () => {
  const interner = createFrameInterner();
  const at = (functionName: string, scriptId = '1', lineNumber = 4, columnNumber = 2) => interner.fromV8({ functionName, scriptId, url: `file:///${scriptId}.js`, lineNumber, columnNumber });
  const long = 'x'.repeat(5000);
  const all = [at('f'), at('constructor'), at('f', '2'), at('f', '1', 5), at('f', '1', 4, 3), at('(program)', '0', -1, -1), at('(idle)', '0', -1, -1), at(long, '3')];
  assert.deepEqual([new Set(all).size, all.map(({ name }) => name)], [all.length, ['f', 'constructor', 'f', 'f', 'f', '(program)', '(idle)', long.slice(0, 512)]]);
  const again = [at('f'), at('constructor'), at('f', '2'), at('f', '1', 5), at('f', '1', 4, 3), at('(program)', '0', -1, -1), at('(idle)', '0', -1, -1), at(long, '3')];
  again.forEach((frame, index) => { assert.equal(frame, all[index]); });
});
