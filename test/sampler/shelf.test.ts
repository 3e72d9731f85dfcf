// The shelf: what a full one does, in which order, and that what it cannot keep is counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Seen } from '#sampler/cursor.js';
import { createShelf } from '#sampler/shelf.js';
import { WindowBuilder } from '#sampler/window-builder.js';
import type { FinishedWindow, ThreadWindow } from '#sampler/window.js';

const WALL_MS = 1_700_000_100_000;
/** Shared by all windows, as the interner makes them. */
const FRAMES = Array.from({ length: 30 }, (_, i) => ({ name: `f${i}`, url: '', line: 0, column: 0 }));

function windowAt(index: number, stacks = 20): ThreadWindow {
  const builder = new WindowBuilder();
  for (const frame of FRAMES.slice(0, stacks)) builder.add(builder.stack(0, frame), 1, 10_000_000 / stacks);
  return { thread: 0, threadName: 'main', kind: 'cpu', startUs: index * 10_000_000, endUs: (index + 1) * 10_000_000, startWallMs: WALL_MS + index * 10_000, processCpuUs: 5, body: builder.body() };
}

const upTo = (seq: number): Seen => ({ seq, holes: [] });

const samplesIn = (windows: readonly FinishedWindow[]): number => windows.reduce((sum, { body }) => sum + body.count.reduce((a, b) => a + b, 0), 0);

test('windows that were sent leave first, the others stay whole', () => {
  const shelf = createShelf(10_000);
  for (let i = 0; i < 3; i++) shelf.add(windowAt(i));
  assert.equal(shelf.send(upTo(0)).windows.length, 3);
  for (let i = 3; i < 7; i++) shelf.add(windowAt(i));
  const { windowsDropped, windowsMerged, lost } = shelf.counts();
  assert.ok(windowsDropped.read > 0);
  assert.deepEqual([windowsDropped.unread, windowsMerged, lost], [0, 0, { count: 0, weight: 0 }]);
});

test('unseen neighbours are merged: an hour nobody asks loses no sample, only resolution', () => {
  const shelf = createShelf(64 * 1024);
  for (let i = 0; i < 360; i++) shelf.add(windowAt(i));
  const windows = shelf.peek(0);
  assert.equal(samplesIn(windows), 360 * 20);
  assert.equal(shelf.counts().windowsDropped.unread, 0);
  assert.ok(shelf.counts().bytesHeld <= 64 * 1024 && windows.length < 360);
  for (const [index, { firstSeq, startUs, startWallMs, endUs }] of windows.entries()) {
    const before = windows[index - 1];
    if (before !== undefined) assert.deepEqual([firstSeq, startUs], [before.lastSeq + 1, before.endUs]);
    assert.ok(startWallMs + (endUs - startUs) / 1000 <= (Math.floor(startWallMs / 300_000) + 1) * 300_000, 'crosses a 5-minute boundary');
  }
});

test('whatever is asked in between, samples are held, or were read, or are counted as lost', () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 120 }), (asks) => {
    const shelf = createShelf(16 * 1024);
    const read = new Map<number, number>();
    let cursor = 0;
    asks.forEach((ask, index) => {
      shelf.add(windowAt(index * 7, 1 + (index % 30)));
      if (!ask) return;
      const { windows } = shelf.send(upTo(cursor));
      for (const window of windows) read.set(window.lastSeq, samplesIn([window]));
      cursor = windows.at(-1)?.lastSeq ?? cursor;
    });
    for (const window of shelf.send(upTo(cursor)).windows) read.set(window.lastSeq, samplesIn([window]));
    const all = asks.reduce((sum, _, index) => sum + 1 + (index % 30), 0);
    assert.equal([...read.values()].reduce((a, b) => a + b, 0) + shelf.counts().lost.count, all);
  }));
});

test('an answer is cut at its limit, but never empty; looking sends nothing', () => {
  const shelf = createShelf(1e6);
  for (let i = 0; i < 5; i++) shelf.add(windowAt(i));
  assert.equal(shelf.peek(2).length, 3);
  const first = shelf.send(upTo(0), 1);
  assert.deepEqual([first.windows.length, first.more], [1, true]);
  const rest = shelf.send(upTo(1));
  assert.deepEqual([rest.windows.map(({ firstSeq }) => firstSeq), rest.more], [[2, 3, 4, 5], false]);
});

test('windows of several threads, one after the other, are merged by thread, and a reader misses none of them', () => {
  const shelf = createShelf(64 * 1024);
  const threads = [0, 3, 7];
  for (let i = 0; i < 120; i++) for (const thread of threads) shelf.add({ ...windowAt(i), thread });
  const windows = shelf.peek(0);
  assert.ok(shelf.counts().windowsMerged > 0 && windows.length < 360);
  assert.deepEqual(shelf.counts().windowsDropped, { read: 0, unread: 0 });
  assert.equal(samplesIn(windows), 360 * 20);
  assert.deepEqual(windows.map(({ lastSeq }) => lastSeq), windows.map(({ lastSeq }) => lastSeq).sort((a, b) => a - b));
  for (const thread of threads) {
    const own = windows.filter((window) => window.thread === thread);
    for (const [index, { startUs }] of own.entries()) if (index > 0) assert.equal(startUs, own[index - 1]?.endUs);
  }
});
