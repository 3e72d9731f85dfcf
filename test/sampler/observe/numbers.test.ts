// What each window tells of the process and the thread it is of, against the real ones.
import assert from 'node:assert/strict';
import { openSync, closeSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { Facts } from '#sampler/facts.js';
import { observeThread } from '#sampler/observe/thread-numbers.js';
import { createSampler } from 'liveprofiler-sampler';
import type { Sampler } from 'liveprofiler-sampler';
import type { Numbers, WireWindow } from 'liveprofiler-sampler/wire';
import { allWindows, askWire, SECRET } from '../ask.ts';
import { spinFor } from '../spin.ts';

async function started(t: TestContext): Promise<{ sampler: Sampler; port: number }> {
  const sampler = createSampler({ secret: SECRET, windowMs: 1000 });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  return { sampler, port };
}

function factsOf({ sections }: WireWindow): Numbers {
  return sections?.['facts'] as Numbers;
}

async function during(t: TestContext, work: () => Promise<void>): Promise<{ all: Numbers[]; last: Numbers; sum: (name: string) => number; largest: (name: string) => number }> {
  const { sampler, port } = await started(t);
  await work();
  sampler.pause();
  const all = (await allWindows(port)).filter(({ thread }) => thread === 0).map(factsOf);
  const last = all.at(-1);
  assert.ok(last !== undefined);
  const of = (name: string) => all.flatMap((numbers) => numbers[name] ?? []);
  return { all, last, sum: (name) => of(name).reduce((sum, one) => sum + one.sum, 0), largest: (name) => Math.max(...of(name).map(({ max }) => max)) };
}

test('every window tells the heap against its limit, what lies beside it, and its spaces', async (t) => {
  const { all } = await during(t, () => pause(1300));
  for (const numbers of all) {
    for (const name of ['rssBytes', 'heapUsedBytes', 'externalBytes', 'arrayBufferBytes', 'heapLimitBytes', 'heapSpace.old_space.usedBytes', 'uptimeS', 'busyShare']) assert.ok(numbers[name] !== undefined, name);
    assert.equal(numbers['heapLimitBytes']?.last, getHeapStatistics().heap_size_limit);
    const { min = 0, max = 0 } = numbers['heapUsedBytes'] ?? {};
    assert.ok(min > 1e6 && max < process.memoryUsage().rss, `${min} to ${max}`);
  }
});

test('memory that is held shows: on the heap, and in buffers beside it', async (t) => {
  let held: unknown[] = [];
  const { last, all } = await during(t, async () => {
    await pause(1100);
    held = [Array.from({ length: 1e6 }, (_, index) => [index, index, index]), new ArrayBuffer(50e6)];
    await pause(1100);
  });
  assert.equal(held.length, 2);
  const grown = (name: string): number => (last[name]?.last ?? 0) - (all[0]?.[name]?.min ?? 0);
  assert.ok(grown('heapUsedBytes') > 15e6, `${grown('heapUsedBytes')}`);
  assert.ok(grown('arrayBufferBytes') > 49e6 && grown('arrayBufferBytes') < 60e6, `${grown('arrayBufferBytes')}`);
});

test('collections are counted by kind, with the time they took and what was left after a full one', async (t) => {
  const { all, sum } = await during(t, async () => {
    for (let turn = 0; turn < 20; turn++) {
      const kept = Array.from({ length: 300_000 }, (_, index) => ({ index, turn }));
      await pause(kept.length > 0 ? 20 : 0);
    }
    await pause(600);
  });
  assert.ok(sum('gcMinorCount') > 0 && sum('gcMinorUs') > 0);
  const withMajor = all.filter((numbers) => (numbers['gcMajorCount']?.sum ?? 0) > 0);
  for (const numbers of withMajor) assert.ok((numbers['heapAfterGcBytes']?.min ?? 0) > 1e6 && (numbers['gcMajorUs']?.sum ?? 0) > 0);
  for (const numbers of all.filter((one) => !withMajor.includes(one))) assert.equal(numbers['heapAfterGcBytes'], undefined);
});

test('a blocked loop is late by as long as it was blocked, and busy; a waiting one is neither', async (t) => {
  const blocked = await during(t, async () => {
    await pause(300);
    spinFor(1000);
    await pause(300);
  });
  assert.ok(blocked.largest('loopDelayMaxUs') > 900_000, `${blocked.largest('loopDelayMaxUs')} µs late`);
  assert.ok(blocked.largest('busyShare') > 0.25, `${blocked.largest('busyShare')} busy`);
  assert.ok(blocked.sum('cpuUserUs') > 20_000, `${blocked.sum('cpuUserUs')} µs`);
  const waiting = await during(t, () => pause(2200));
  // The last one may be so short that its end is most of it.
  const shares = waiting.all.map(({ busyShare }) => busyShare?.last ?? 1);
  assert.ok(Math.min(...shares) < 0.5, `${shares.join()} busy`);
});

test('a block in which a window ends is in its delays', async (t) => {
  const { all } = await during(t, async () => {
    // The first window lasts a second.
    await pause(800);
    spinFor(400);
    await pause(300);
  });
  const mostUs = Math.max(...all.map((numbers) => numbers['loopDelayMaxUs']?.max ?? 0));
  assert.ok(mostUs > 300_000, `${mostUs} µs late`);
});

test('a block right at the start of a window is in its delays', async (t) => {
  const numbers = observeThread();
  t.after(() => { numbers.stop(); });
  await pause(100);
  numbers.windowEnded(new Facts());
  spinFor(300);
  await pause(100);
  const facts = new Facts();
  numbers.windowEnded(facts);
  const late = facts.numbers()['loopDelayMaxUs']?.max ?? 0;
  assert.ok(late > 250_000, `${late} µs late`);
});

test('what keeps the process alive, its threads and its open files are counted', { skip: process.platform !== 'linux' }, async (t) => {
  const files: number[] = [];
  const timers: NodeJS.Timeout[] = [];
  const { all, last } = await during(t, async () => {
    await pause(1200);
    for (let file = 0; file < 40; file++) files.push(openSync('/dev/null', 'r'));
    for (let timer = 0; timer < 25; timer++) timers.push(setTimeout(() => undefined, 60_000));
    await pause(1200);
  });
  for (const file of files) closeSync(file);
  for (const timer of timers) clearTimeout(timer);
  const grown = (last['fileDescriptors']?.last ?? 0) - (all.find(({ fileDescriptors }) => fileDescriptors !== undefined)?.['fileDescriptors']?.min ?? 0);
  assert.ok(grown >= 40 && grown < 60, `${grown}`);
  assert.ok((last['resources.Timeout']?.last ?? 0) >= 25);
  assert.ok((last['threads']?.last ?? 0) >= 5);
});

test('a worker tells of itself alone', { skip: Number(process.versions.node.split('.')[0]) < 22 }, async (t) => {
  const { port } = await started(t);
  const worker = new Worker('setInterval(() => Array.from({ length: 1e5 }, (_, i) => ({ i })), 20)', { eval: true });
  t.after(() => worker.terminate());
  for (;;) {
    const window = (await allWindows(port)).find(({ thread }) => thread === worker.threadId);
    if (window !== undefined) {
      const numbers = factsOf(window);
      for (const name of ['heapUsedBytes', 'heapLimitBytes', 'loopDelayP99Us', 'busyShare', 'gcMinorCount']) assert.ok(numbers[name] !== undefined, name);
      for (const name of ['rssBytes', 'cpuUserUs', 'threads', 'fileDescriptors', 'uptimeS']) assert.equal(numbers[name], undefined, name);
      return;
    }
    await pause(50);
  }
});

test('each process says which Node it runs on and how it was started', async (t) => {
  const { port } = await started(t);
  const labels = (await askWire(port)).processes[0]?.labels ?? {};
  assert.deepEqual([labels['nodeVersion'], labels['v8Version']], [process.version, process.versions.v8]);
  assert.match(labels['arguments'] ?? '', /numbers\.test\.js/);
});
