// Hits per line: of every function no more than its samples, whatever V8 tells, merges and room there is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeWindows } from '#sampler/encode.js';
import { foldSlice } from '#sampler/fold.js';
import { createFrameInterner } from '#sampler/frames.js';
import type { V8Profile } from '#sampler/v8-profiler.js';
import type { WindowBody } from '#sampler/window-builder.js';
import { WindowBuilder } from '#sampler/window-builder.js';
import type { LineHits } from 'liveprofiler-sampler/wire';
import { LINES } from 'liveprofiler-sampler/wire';

const FROM_US = 1000;
const UNTIL_US = 2000;

type Node = V8Profile['nodes'][number];

function node(id: number, functionName: string, children: number[], ticks: readonly (readonly [line: number, hits: number])[] = []): Node {
  return { id, callFrame: { functionName, scriptId: '1', url: functionName.startsWith('(') ? '' : 'file:///a.js', lineNumber: functionName.startsWith('(') ? -1 : id, columnNumber: 0 }, children, positionTicks: ticks.map(([line, hits]) => ({ line, ticks: hits })) };
}

/** By name of the frame. */
function selfOf({ frames, frame, stack, count }: WindowBody): Map<string, number> {
  const self = new Map<string, number>();
  stack.forEach((one, row) => {
    const name = one === 0 ? '' : (frames[frame[one] ?? 0]?.name ?? '');
    self.set(name, (self.get(name) ?? 0) + (count[row] ?? 0));
  });
  return self;
}

function linesOf({ frames, lines }: WindowBody): Map<string, number> {
  const hits = new Map<string, number>();
  lines.frame.forEach((frame, index) => {
    const name = frames[frame]?.name ?? '';
    hits.set(name, (hits.get(name) ?? 0) + (lines.count[index] ?? 0));
  });
  return hits;
}

/** Samples of the nodes 2 to 4 by stamp, each at a line; V8 tells lines for all of them, whose slice they belong to does not matter to it. */
const samples = fc.array(fc.record({ stampUs: fc.integer({ min: FROM_US - 300, max: UNTIL_US + 300 }), node: fc.integer({ min: 2, max: 4 }), line: fc.integer({ min: 0, max: 4 }) }), { maxLength: 60 });

function profileOf(all: readonly { readonly stampUs: number; readonly node: number; readonly line: number }[]): V8Profile {
  const sorted = [...all].sort((a, b) => a.stampUs - b.stampUs);
  const ticks = (id: number): [number, number][] => {
    const hits = new Map<number, number>();
    for (const { node: of, line } of sorted) if (of === id && line > 0) hits.set(line, (hits.get(line) ?? 0) + 1);
    return [...hits];
  };
  let lastUs = 0;
  const timeDeltas = sorted.map(({ stampUs }) => {
    const delta = stampUs - lastUs;
    lastUs = stampUs;
    return delta;
  });
  return { nodes: [node(1, '(root)', [2, 3]), node(2, 'outer', [4], ticks(2)), node(3, '(program)', [], ticks(3)), node(4, 'inner', [], ticks(4))], startTime: 0, endTime: 3000, samples: sorted.map(({ node: of }) => of), timeDeltas };
}

test('a function has as many hits as samples with a line in the slice, and native code none', () => {
  fc.assert(fc.property(samples, (all) => {
    const window = new WindowBuilder();
    foldSlice(profileOf(all), { fromUs: FROM_US, untilUs: UNTIL_US, opened: { fromUs: FROM_US, untilUs: FROM_US }, openingUs: UNTIL_US, intervalUs: 50, running: undefined }, createFrameInterner(), window);
    const body = window.body();
    const [self, hits] = [selfOf(body), linesOf(body)];
    assert.equal(hits.get('(program)'), undefined);
    for (const [name, count] of hits) assert.ok(count <= (self.get(name) ?? 0), `${name} has ${count} hits and ${self.get(name)} samples`);
    const within = all.filter(({ stampUs }) => stampUs >= FROM_US && stampUs < UNTIL_US);
    if (within.length !== all.length) return;
    for (const [id, name] of [[2, 'outer'], [4, 'inner']] as const) assert.equal(hits.get(name) ?? 0, within.filter(({ node: of, line }) => of === id && line > 0).length);
  }), { numRuns: 300 });
});

test('neighbouring slices share the samples of the moment between them: no line counts twice', () => {
  const all = Array.from({ length: 40 }, (_, i) => ({ stampUs: 1000 + i * 50, node: 4, line: 1 + (i % 3) }));
  const window = new WindowBuilder();
  const interner = createFrameInterner();
  // Both profiles tell of the samples from 2000 to 2400.
  foldSlice(profileOf(all.filter(({ stampUs }) => stampUs < 2400)), { fromUs: 1000, untilUs: 2000, opened: { fromUs: 1000, untilUs: 1000 }, openingUs: 2000, intervalUs: 50, running: undefined }, interner, window);
  foldSlice(profileOf(all.filter(({ stampUs }) => stampUs >= 2000)), { fromUs: 2000, untilUs: 3000, opened: { fromUs: 2000, untilUs: 2000 }, openingUs: 3000, intervalUs: 50, running: undefined }, interner, window);
  const body = window.body();
  assert.deepEqual([linesOf(body).get('inner'), selfOf(body).get('inner')], [40, 40]);
  assert.deepEqual([...body.lines.count].sort(), [13, 13, 14]);
});

test('merged windows have the sum of their lines, and one wire line stands for one place', () => {
  const bodies = [[[7, 2], [8, 1]], [[8, 4], [9, 1]]].map((lines, part) => {
    const window = new WindowBuilder();
    const stack = window.stack(0, { name: `f${part}`, url: 'a.js', line: 1, column: 1 });
    const shared = window.stack(stack, { name: 'f', url: 'a.js', line: 5, column: 1 });
    window.add(shared, 9, 9);
    for (const [line = 0, count = 0] of lines) window.addLine(shared, line, count);
    return window.body();
  });
  const both = new WindowBuilder();
  for (const body of bodies) both.addBody(body);
  const body = both.body();
  // As a namer does: what has one name and place is one.
  const shown = new Map(body.frames.map((frame) => [frame.name, frame]));
  const [window] = encodeWindows([{ thread: 0, threadName: '', kind: 'cpu', firstSeq: 1, lastSeq: 1, startUs: 0, endUs: 18, startWallMs: 0, processCpuUs: 0, body: { ...body, frames: body.frames.map((frame) => shown.get(frame.name) ?? frame) } }]).windows;
  const { frame, line, count } = window?.sections?.[LINES] as LineHits;
  assert.deepEqual([new Set(frame).size, line, count], [1, [7, 8, 9], [2, 5, 1]]);
});

test('lines beyond the room of a window, and those of truncated stacks, are counted as hits without a line', () => {
  const window = new WindowBuilder();
  const stack = window.stack(0, { name: 'f', url: 'a.js', line: 1, column: 1 });
  window.add(stack, 30_000, 1);
  for (let line = 1; line <= 25_000; line++) window.addLine(stack, line, 1);
  const { lines, lineHitsDropped } = window.body();
  assert.deepEqual([lines.count.length, lineHitsDropped], [20_000, 5000]);

  const small = new WindowBuilder(2);
  for (const name of ['f', 'g']) {
    const body = new WindowBuilder();
    const of = body.stack(body.stack(0, { name, url: 'a.js', line: 1, column: 1 }), { name: 'h', url: 'a.js', line: 9, column: 1 });
    body.add(of, 3, 3);
    body.addLine(of, 10, 3);
    small.addBody(body.body());
  }
  const body = small.body();
  assert.deepEqual([[...linesOf(body)], body.lineHitsDropped], [[], 6]);
});
