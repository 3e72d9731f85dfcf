// Where memory is held and allocated, on every Node version at hand, and what reading it may cost.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createFrameInterner } from '#sampler/frames.js';
import { readHeapSites } from '#sampler/memory/heap-sites.js';
import type { V8HeapProfile } from '#sampler/v8-profiler.js';
import type { ThreadWindow } from '#sampler/window.js';
import { merge } from '#sampler/window.js';
import { foldHeap } from '#sampler/memory/fold-heap.js';
import { createSampler } from 'liveprofiler-sampler';
import type { MemoryOptions } from 'liveprofiler-sampler';
import type { WireProcess, WireWindow } from 'liveprofiler-sampler/wire';
import { nodes } from '../../nodes.ts';
import { askWire, costWhen, SECRET } from '../ask.ts';

const LIMIT = { timeout: 60_000 };

class Service {
  readonly child: ChildProcess;
  port = 0;

  constructor(t: TestContext, node: string, memory: MemoryOptions, more: readonly string[]) {
    this.child = fork(fileURLToPath(new URL('heap-child.js', import.meta.url)), [JSON.stringify(memory), ...more], { execPath: node, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    t.after(() => this.child.kill('SIGKILL'));
  }

  async order(order: object): Promise<{ grownBytes: number; held: number }> {
    this.child.send(order);
    const [done] = (await once(this.child, 'message')) as [{ grownBytes: number; held: number }];
    return done;
  }

  /** All of one kind from the next read on. */
  async afterRead(kind: string): Promise<{ process: WireProcess; windows: readonly WireWindow[] }> {
    const windowsOf = ({ windows }: WireProcess): readonly WireWindow[] => windows.filter((window) => window.kind === kind);
    const [before] = (await askWire(this.port)).processes;
    assert.ok(before !== undefined);
    for (;;) {
      const [process] = (await askWire(this.port)).processes;
      if (process !== undefined && windowsOf(process).length > windowsOf(before).length) return { process, windows: windowsOf(process) };
      await pause(50);
    }
  }
}

async function start(t: TestContext, node: string, memory: MemoryOptions, more: readonly string[] = []): Promise<Service> {
  const service = new Service(t, node, memory, more);
  [{ port: service.port }] = (await once(service.child, 'message')) as [{ port: number }];
  return service;
}

function lastOf(windows: readonly WireWindow[]): WireWindow {
  const last = windows.at(-1);
  assert.ok(last !== undefined);
  return last;
}

function bytesUnder({ frames, stacks }: WireProcess, { rows }: WireWindow, name: string): number {
  return rows.stack.reduce((sum, stack, row) => {
    for (let at = stack; at > 0; at = stacks.parent[at] ?? 0) if (frames[stacks.frame[at] ?? 0]?.name === name) return sum + (rows.weight[row] ?? 0);
    return sum;
  }, 0);
}

for (const { path, major } of nodes()) {
  test(`Node ${major}: what is held shows where it was allocated, window after window; the sum of all allocations is told`, LIMIT, async (t) => {
    const service = await start(t, path, { everyMs: 1000, maxPauseMs: 60_000 });
    const { held } = await service.order({ hold: 400_000 });
    assert.equal(held, 400_000);
    await service.order({ throwAway: 2_000_000 });
    const first = await service.afterRead('heap-live');
    const second = await service.afterRead('heap-live');
    // An order takes 100 bytes or so; one in 512 kB is looked at.
    for (const { process, windows } of [first, second]) {
      const heldBytes = bytesUnder(process, lastOf(windows), 'holdOrders');
      assert.ok(heldBytes > 20e6 && heldBytes < 90e6, `${heldBytes}`);
    }
    const live = lastOf(second.windows);
    if (major < 26) assert.ok(bytesUnder(second.process, live, 'throwOrdersAway') < 5e6);
    assert.deepEqual(second.process.kinds['heap-live'], { unit: 'bytes', over: 'average' });
    const alloc = second.process.windows.filter(({ kind }) => kind === 'heap-alloc');
    const allocated = (name: string): number => alloc.reduce((sum, window) => sum + bytesUnder(second.process, window, name), 0);
    assert.ok(allocated('holdOrders') > 20e6 && allocated('holdOrders') < 90e6, `${allocated('holdOrders')}`);
    for (const [index, window] of alloc.entries()) if (index > 0) assert.equal(window.startUs, alloc[index - 1]?.endUs);
    const { memory } = second.process.cost;
    assert.ok(memory !== undefined && memory.reads >= 2 && memory.longestPauseUs > 0 && memory.totalPauseUs >= memory.longestPauseUs);
    assert.equal(memory.stopped, undefined);
  });

  test(`Node ${major}: with of = allocated, what was thrown away shows where it was allocated`, LIMIT, async (t) => {
    const service = await start(t, path, { everyMs: 1000, maxPauseMs: 60_000, of: 'allocated' });
    await service.order({ throwAway: 3_000_000 });
    const { process } = await service.afterRead('heap-alloc');
    const windows = process.windows.filter(({ kind }) => kind !== 'cpu');
    assert.ok(windows.every(({ kind }) => kind === 'heap-alloc'));
    const bytes = windows.reduce((sum, window) => sum + bytesUnder(process, window, 'throwOrdersAway'), 0);
    assert.ok(bytes > 100e6 && bytes < 700e6, `${bytes}`);
  });

  test(`Node ${major}: pauses above the bound end the reading, and the answer says so; sampling goes on`, LIMIT, async (t) => {
    const service = await start(t, path, { everyMs: 1000, maxPauseMs: 1 });
    await service.order({ hold: 600_000 });
    const { memory } = await costWhen(service.port, (cost) => cost.memory?.stopped !== undefined || (major >= 26 && (cost.memory?.reads ?? 0) > 3));
    if (major >= 26) return;
    assert.match(memory?.stopped ?? '', /^The heap is not read any more: the last reads paused the service for up to \d+ ms, and memory.maxPauseMs is 1\.$/);
    const { process } = await service.afterRead('cpu');
    assert.equal(process.state, 'running');
    assert.equal(process.cost.memory?.reads, memory?.reads);
  });
}

const NODE = (id: number, functionName: string, children: V8HeapProfile['head'][] = []): V8HeapProfile['head'] => ({ id, callFrame: { functionName, scriptId: '1', url: 'file:///a.js', lineNumber: 1, columnNumber: 1 }, children });
const PROFILE: V8HeapProfile = {
  head: NODE(1, '(root)', [NODE(2, 'old'), NODE(3, 'young', [NODE(4, 'within')])]),
  samples: [{ nodeId: 2, size: 1000, ordinal: 3 }, { nodeId: 3, size: 500, ordinal: 11 }, { nodeId: 4, size: 300, ordinal: 14 }],
};

test('folding: all is held; since the last read came what is new, and one row for what of it is gone', () => {
  const { live, allocated, lastOrdinal } = foldHeap(PROFILE, 10, 100, createFrameInterner());
  assert.deepEqual([...live.weight], [1000, 500, 300]);
  assert.deepEqual([...allocated.weight], [500, 300, 200]);
  assert.deepEqual(allocated.frames.map(({ name }) => name), ['young', 'within', '(collected)']);
  assert.equal(lastOrdinal, 14);
  assert.deepEqual([...foldHeap(PROFILE, 14, 100, createFrameInterner()).allocated.weight], []);
});

test('neighbours are merged as levels over time: an average, weighed by their lengths', () => {
  const window = (startUs: number, endUs: number, seq: number) => ({ thread: 0, threadName: 'main', kind: 'heap-live', firstSeq: seq, lastSeq: seq, startUs, endUs, startWallMs: 0, processCpuUs: 0, body: foldHeap(PROFILE, 10, 100, createFrameInterner()).live });
  assert.deepEqual([...merge(window(0, 1000, 1), window(1000, 4000, 2)).body.weight].reduce((sum, weight) => sum + weight, 0), 1800);
  const allocated = merge({ ...window(0, 1000, 1), kind: 'heap-alloc' }, { ...window(1000, 4000, 2), kind: 'heap-alloc' });
  assert.equal([...allocated.body.weight].reduce((sum, weight) => sum + weight, 0), 3600);
});

test('a sampling of the heap that somebody else ended is begun afresh; stopping ends it', () => {
  const calls: string[] = [];
  const windows: ThreadWindow[] = [];
  let nowUs = 0;
  let next: (() => void) | undefined;
  const clock = { wallMs: () => nowUs / 1000, monotonicUs: () => nowUs, after: (_: number, callback: () => void) => { next = callback; return () => { next = undefined; }; } };
  const profiles: (V8HeapProfile | undefined)[] = [PROFILE, undefined, PROFILE];
  const sites = readHeapSites({
    memory: { everyMs: 1000, maxPauseMs: 10, of: 'live' }, clock, thread: () => ({ thread: 0, threadName: 'main' }), finished: (window) => windows.push(window), paused: () => undefined,
    connect: () => ({ read: () => profiles.shift(), restart: () => calls.push('restart'), disconnect: () => calls.push('disconnect') }),
  });
  sites.start();
  for (let turn = 1; turn <= 3; turn++) {
    nowUs = turn * 1_000_000;
    next?.();
  }
  assert.deepEqual(windows.map(({ kind, startUs, endUs }) => [kind, startUs, endUs]), [['heap-live', 0, 1e6], ['heap-alloc', 0, 1e6], ['heap-live', 2e6, 3e6], ['heap-alloc', 2e6, 3e6]]);
  assert.deepEqual([sites.ended(), ...calls], [1, 'restart']);
  sites.stop();
  assert.equal(next, undefined);
  assert.deepEqual(calls, ['restart', 'disconnect']);
});

test('without memory nothing of the heap is sampled; the formats of other tools hold CPU time alone', async (t) => {
  const sampler = createSampler({ secret: SECRET, memory: { everyMs: 1000 } });
  t.after(() => sampler.stop());
  const plain = createSampler({ secret: SECRET });
  t.after(() => plain.stop());
  const [port, other] = [await sampler.listen({ port: 0 }), await plain.listen({ port: 0 })].map((address) => address.port) as [number, number];
  await costWhen(port, ({ memory }) => (memory?.reads ?? 0) > 0);
  const [process] = (await askWire(other)).processes;
  assert.equal(process?.cost.memory, undefined);
  sampler.pause();
  const folded = await (await fetch(`http://127.0.0.1:${port}/liveprofiler?format=folded`, { headers: { PROFILER_TOKEN: SECRET } })).text();
  const counted = [...folded.matchAll(/ (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  const [sampled] = (await askWire(port)).processes;
  const cpu = sampled?.windows.filter(({ kind }) => kind === 'cpu') ?? [];
  assert.equal(counted, cpu.flatMap(({ rows, idle }) => [...rows.count, idle.count]).reduce((sum, count) => sum + count, 0));
});

test('while somebody else samples the heap it is said so, and then it goes on by itself', () => {
  const windows: ThreadWindow[] = [];
  let nowUs = 0;
  let next: (() => void) | undefined;
  const clock = { wallMs: () => nowUs / 1000, monotonicUs: () => nowUs, after: (_: number, callback: () => void) => { next = callback; return () => { next = undefined; }; } };
  let held = true;
  const take = (): void => {
    if (held) throw Object.assign(new Error('Heap profile has been started'), { code: 'ERR_HEAP_PROFILE_HAVE_BEEN_STARTED' });
  };
  const profiles: (V8HeapProfile | undefined)[] = [PROFILE, undefined, PROFILE];
  const sites = readHeapSites({
    memory: { everyMs: 1000, maxPauseMs: 10, of: 'live' }, clock, thread: () => ({ thread: 0, threadName: 'main' }), finished: (window) => windows.push(window), paused: () => undefined,
    connect: () => {
      take();
      return { read: () => profiles.shift(), restart: take, disconnect: () => undefined };
    },
  });
  const turn = (atMs: number): [stopped: string | undefined, windows: number] => {
    nowUs = atMs * 1000;
    next?.();
    return [sites.cost().stopped, windows.length];
  };
  const waits = 'The heap is not read while somebody else in this process samples it; then it goes on.';
  sites.start();
  assert.deepEqual(turn(1000), [waits, 0]);
  held = false;
  assert.deepEqual([turn(2000), turn(3000)], [[undefined, 0], [undefined, 2]]);
  held = true;
  assert.deepEqual(turn(4000), [waits, 2], 'somebody ended ours and began their own');
  held = false;
  assert.deepEqual([turn(5000), turn(6000)], [[undefined, 2], [undefined, 4]]);
  assert.equal(windows.at(-1)?.startUs, 5e6);
  sites.stop();
});

for (const { path, major } of nodes().filter(({ major }) => major >= 26)) {
  test(`Node ${major}: a heap that somebody else samples is waited for, and losing it to somebody ends nothing else`, LIMIT, async (t) => {
    const service = await start(t, path, { everyMs: 1000, maxPauseMs: 60_000 }, ['held']);
    const { memory } = await costWhen(service.port, (cost) => cost.memory?.stopped !== undefined);
    assert.match(memory?.stopped ?? '', /somebody else/);
    const [waiting] = (await askWire(service.port)).processes;
    assert.deepEqual([waiting?.state, waiting?.reason], ['running', undefined]);
    await service.order({ letGo: true });
    await service.afterRead('heap-live');
    await service.order({ endOthers: true });
    await costWhen(service.port, ({ recoveries }) => recoveries['heapSamplingEnded'] === 1);
    const { process } = await service.afterRead('heap-live');
    assert.equal(process.state, 'running');
  });
}
