// What the sampler tells of its own cost in each window, and what a clock that is set does to windows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '#sampler/clock.js';
import { createEndpoint } from '#sampler/endpoint.js';
import { mergeNumbers } from '#sampler/facts.js';
import type { ProcessState } from '#sampler/process-state.js';
import { trackLabels } from '#sampler/labels/tracker.js';
import { createNamer } from '#sampler/names/namer.js';
import { createShelf } from '#sampler/shelf.js';
import { WindowBuilder } from '#sampler/window-builder.js';
import { createSampler } from 'liveprofiler-sampler';
import type { Numbers, WireWindow } from 'liveprofiler-sampler/wire';
import { allWindows, SECRET } from './ask.ts';

async function windowsOf(t: TestContext, atLeast: number, shiftMs: () => number): Promise<WireWindow[]> {
  const clock = {
    wallMs: () => Date.now() + shiftMs(),
    monotonicUs: () => Number(process.hrtime.bigint() / 1000n),
    after(delayMs: number, callback: () => void) {
      const timer = setTimeout(callback, delayMs);
      return () => { clearTimeout(timer); };
    },
  };
  const sampler = createSampler({ secret: SECRET, windowMs: 1000, clock });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  for (;;) {
    const windows = await allWindows(port);
    if (windows.length >= atLeast) return windows;
    await pause(50);
  }
}

test('every window tells the pauses of its slices and the memory that windows take', async (t) => {
  const windows = await windowsOf(t, 3, () => 0);
  for (const { sections } of windows) {
    const { samplerPauseUs, samplerHeldBytes } = sections?.['facts'] as Numbers;
    assert.ok(samplerPauseUs !== undefined && samplerHeldBytes !== undefined);
    assert.ok(samplerPauseUs.count >= 1 && samplerPauseUs.min > 0 && samplerPauseUs.max <= samplerPauseUs.sum);
    assert.equal(samplerHeldBytes.count, 1);
  }
});

test('a wall clock set back by an hour neither ends nor stretches windows', async (t) => {
  let shiftMs = 0;
  setTimeout(() => (shiftMs = -3_600_000), 1300);
  const windows = await windowsOf(t, 4, () => shiftMs);
  for (const { startUs, endUs } of windows) assert.ok(endUs - startUs < 2_200_000, `${endUs - startUs} µs`);
});

test('HEAD reads nothing: what it was told of is still unread', async () => {
  const shelf = createShelf(10_000);
  const state: ProcessState = { boot: 'b', labels: {}, thread: { id: 0, name: 'main' }, intervalUs: 10_000, windowMs: 10_000, shelf, names: createNamer(), labelling: trackLabels(), classes: { track: (tracked) => tracked, count: () => ({}) }, mark: () => undefined, spool: undefined, state: () => ({ state: 'running' }), cost: () => ({ firstStartUs: 0, longestPauseUs: 0, totalPauseUs: 0, slices: 0, recoveries: {}, ...shelf.counts() }), pause: () => undefined, resume: () => undefined, stop: () => Promise.resolve() };
  const endpoint = createEndpoint(state, '/liveprofiler', systemClock, () => true);
  const ask = (method: string): Promise<void> => new Promise((end) => { endpoint.answer({ method, url: '/liveprofiler?after=', headers: {} }, { statusCode: 0, setHeader: () => undefined, end: () => { end(); } }); });
  const frames = Array.from({ length: 30 }, (_, i) => ({ name: `f${i}`, url: '', line: 0, column: 0 }));
  const add = (index: number): void => {
    const builder = new WindowBuilder();
    for (const frame of frames) builder.add(builder.stack(0, frame), 1, 1000);
    shelf.add({ thread: 0, threadName: 'main', kind: 'cpu', startUs: index * 10_000_000, endUs: (index + 1) * 10_000_000, startWallMs: 1_700_000_100_000 + index * 10_000, processCpuUs: 5, body: builder.body() });
  };
  for (let index = 0; index < 12; index++) {
    add(index);
    await ask('HEAD');
  }
  assert.deepEqual(shelf.counts().windowsDropped, { read: 0, unread: 0 });
  await ask('GET');
  for (let index = 12; index < 24; index++) add(index);
  assert.ok(shelf.counts().windowsDropped.read > 0);
});

test('numbers of neighbours merge: least, largest, sum, count and the later one’s last', () => {
  const a = { min: 1, max: 5, sum: 6, count: 2, last: 5 };
  const b = { min: 0, max: 3, sum: 3, count: 2, last: 3 };
  assert.deepEqual(mergeNumbers({ x: a, y: a }, { x: b, z: b }), { x: { min: 0, max: 5, sum: 9, count: 4, last: 3 }, y: a, z: b });
});
