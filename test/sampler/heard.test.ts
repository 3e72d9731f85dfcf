// What is posted on the channel of the workers, by workers and by anybody else in the process.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BroadcastChannel, Worker } from 'node:worker_threads';
import { fromWorker } from '#sampler/heard.js';
import { createTeller } from '#sampler/told-frames.js';
import { WindowBuilder } from '#sampler/window-builder.js';
import { createSampler } from 'liveprofiler-sampler';
import { nodes } from '../nodes.ts';
import { askWire, costWhen, SECRET } from './ask.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LIMIT = { timeout: 60_000 };

function sentWindow(): Record<string, unknown> {
  const builder = new WindowBuilder();
  const frame = { name: 'busy', url: 'file:///a.js', line: 3, column: 1 };
  builder.add(builder.stack(0, frame), 2, 20_000);
  builder.addDropped(0, 80_000);
  const window = createTeller()({ thread: 7, threadName: 'worker 7', kind: 'cpu', startUs: 100_000, endUs: 200_000, startWallMs: 1.5, processCpuUs: 3, facts: { heap: { min: 1, max: 1, sum: 1, count: 1, last: 1 } }, body: builder.body() });
  return structuredClone(window) as unknown as Record<string, unknown>;
}

/** Sets what lies at the path of names. */
function broken(path: string, value: unknown): Record<string, unknown> {
  const window = sentWindow();
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at: object = window;
  for (const name of names) at = Reflect.get(at, name) as object;
  Reflect.set(at, last, value);
  return { tells: 'window', window };
}

const FUTURE_US = Number(process.hrtime.bigint() / 1000n) + 3600e6;
const MANY = 250_001;
const FRAME = { name: 'a', url: 'b', line: 1, column: 0 };

const NOT_OURS: readonly unknown[] = [
  undefined, null, 7, 'window', [], {}, { tells: 'everything' }, { tells: 'window' }, { tells: 'window', window: {} },
  { tells: 'began', thread: -1, name: 'x', atUs: 1 }, { tells: 'began', thread: 1, name: 7, atUs: 1 }, { tells: 'began', thread: 1, name: 'x', atUs: Number.NaN },
  { tells: 'gone', thread: 1, atUs: 1.5 }, { tells: 'ended' }, { tells: 'started', thread: 2 }, { tells: 'started', thread: 2, by: '1' }, { tells: 'failed', thread: 'main' },
  { tells: 'began', thread: 1, name: 'x', atUs: FUTURE_US }, { tells: 'gone', thread: 1, atUs: FUTURE_US }, { tells: 'lost', thread: 1, atUs: FUTURE_US },
  ...([
    ['thread', '7'], ['threadName', 'x'.repeat(1000)], ['kind', 'heap-live'], ['startUs', 300_000], ['endUs', Infinity], ['startWallMs', Number.NaN], ['processCpuUs', -1], ['known', null],
    ['facts', { heap: { min: Number.NaN } }], ['frames', [null]], ['frames', [{ name: 'a', url: 'b', line: -1, column: 0 }]], ['places', [0]],
    ['body', null], ['body.parent', new Uint32Array(0)], ['body.parent', new Uint32Array([0, 1])], ['body.parent', new DataView(new ArrayBuffer(8))], ['body.frame', new Uint32Array([0, 9])],
    ['body.stack', [1]], ['body.stack', new Uint32Array([5])], ['body.labels', new Uint32Array([1])], ['body.count', new Uint32Array(3)], ['body.weight', new Float64Array([Number.NaN])], ['body.weight', new Float64Array([-1])],
    ['body.labelSets', [{ a: 1 }]], ['body.lines', {}], ['body.idle', { count: 1 }], ['body.dropped', null], ['body.lineHitsDropped', '0'],
    ['endUs', FUTURE_US], ['facts', { heap: { min: 1, max: 1, sum: 1, count: 1 } }], ['facts', { heap: { min: 1, max: 1, sum: 1, count: 1, last: 1, more: 1n } }],
    ['frames', new Array(MANY).fill(FRAME)], ['places', new Uint32Array(MANY)], ['body.labelSets', new Array(MANY).fill({})],
  ] as const).map(([path, value]) => broken(path, value)),
];

test('what no worker of ours posts is refused, and what one posts is taken', () => {
  assert.deepEqual(fromWorker({ tells: 'window', window: sentWindow() }), { tells: 'window', window: sentWindow() });
  for (const [index, message] of NOT_OURS.entries()) assert.throws(() => fromWorker(message), { name: /^Malformed$/ }, `message ${index}`);
});

test('what is taken of a message holds nothing that no answer can tell', () => {
  const more = { more: 1n };
  for (const [path, value] of [['frames', [{ ...FRAME, ...more }]], ['body.idle', { count: 1, weight: 1, ...more }], ['body.dropped', { count: 1, weight: 1, ...more }], ['facts', Object(1n) as object]] as const) {
    assert.ok(JSON.stringify(fromWorker(broken(path, value))).length > 0, path);
  }
});

async function sampling(t: TestContext): Promise<{ port: number; channel: string }> {
  const sampler = createSampler({ secret: SECRET, intervalUs: 5000, windowMs: 1000 });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const boot = (await askWire(port)).processes[0]?.boot ?? '';
  return { port, channel: `liveprofiler ${boot}` };
}

test('whatever somebody posts on the channel, the service goes on, sampled, and is told how often', LIMIT, async (t) => {
  const { port, channel } = await sampling(t);
  const poster = new BroadcastChannel(channel);
  t.after(() => { poster.close(); });
  for (const message of NOT_OURS) poster.postMessage(message);
  poster.postMessage({ tells: 'window', window: sentWindow() });
  const { recoveries } = await costWhen(port, ({ recoveries: { workerNotHeard = 0 } }) => workerNotHeard >= NOT_OURS.length);
  assert.deepEqual(recoveries, { workerNotHeard: NOT_OURS.length });
  for (;;) {
    const [process] = (await askWire(port)).processes;
    assert.equal(process?.state, 'running');
    if (process.windows.some(({ thread, dropped }) => thread === 7 && dropped.weight === 80_000)) break;
  }
});

test('a worker that is not sampled any more takes none of its own workers along, one that is gone does', LIMIT, async (t) => {
  const { port, channel } = await sampling(t);
  const poster = new BroadcastChannel(channel);
  t.after(() => { poster.close(); });
  const beganUs = Number(process.hrtime.bigint() / 1000n) - 3e6;
  for (const thread of [99, 100]) poster.postMessage({ tells: 'began', thread, name: 'worker', atUs: beganUs });
  poster.postMessage({ tells: 'started', thread: 100, by: 99 });
  poster.postMessage({ tells: 'lost', thread: 99, atUs: beganUs + 1e6 });
  poster.postMessage({ tells: 'gone', thread: 99, atUs: beganUs + 2e6 });
  for (;;) {
    const windows = (await askWire(port)).processes.flatMap((one) => one.windows);
    if (!windows.some(({ thread }) => thread === 100)) continue;
    const dropped = windows.filter(({ thread }) => thread >= 99).map((window) => [window.thread, window.dropped.weight]);
    assert.deepEqual(dropped, [[99, 1e6], [100, 2e6]]);
    break;
  }
});

/** Reads the channel's name, waits until it is sampled, then does what is to be done to it, and ends well only if all goes on. */
const WORKER = `
const inspector = require('node:inspector');
const { BroadcastChannel, getEnvironmentData, parentPort, threadId, workerData } = require('node:worker_threads');
const { channel } = getEnvironmentData('liveprofiler');
const heard = new BroadcastChannel(channel);
const waiting = new Set();
heard.onmessage = ({ data }) => {
  for (const one of waiting) {
    if (data.tells !== one.tells || (data.thread ?? data.window.thread) !== one.thread) continue;
    waiting.delete(one);
    one.resolve(data);
  }
};
const told = (tells, thread) => new Promise((resolve) => waiting.add({ tells, thread, resolve }));
(async () => {
  require(workerData.module).joinThread({ ...getEnvironmentData('liveprofiler'), paused: true });
  const orders = new BroadcastChannel(channel + ' orders');
  const began = told('began', threadId);
  orders.postMessage('resume');
  await began;
  if (workerData.breaks) {
    const failed = told('failed', threadId);
    inspector.console.profileEnd = () => { throw new Error('the inspector is broken'); };
    await failed;
    delete inspector.console.profileEnd;
  } else {
    const first = told('window', threadId);
    for (const order of ['resume', null, 7, {}, 'everything', ['stop']]) orders.postMessage(order);
    const { window } = await first;
    const { window: next } = await told('window', threadId);
    if (next.startUs !== window.endUs) throw new Error('it was begun anew');
  }
  orders.close();
  heard.close();
  parentPort.postMessage('went on');
})();`;

for (const breaks of [true, false]) {
  test(breaks ? "what breaks in a worker's sampler ends its sampling and not the worker, and is told" : 'orders that nobody of ours gives do not end the sampling of workers', LIMIT, async (t) => {
    const { port } = await sampling(t);
    const worker = new Worker(WORKER, { eval: true, workerData: { module: new URL('../../../sampler/dist/worker.js', import.meta.url).pathname, breaks } });
    t.after(() => worker.terminate());
    const ended = once(worker, 'exit');
    // Rejects where the worker ends by an error.
    const [message] = (await once(worker, 'message')) as [unknown];
    assert.equal(message, 'went on');
    const { recoveries } = await costWhen(port, ({ recoveries: { workerNotSampled = 0 } }) => workerNotSampled >= (breaks ? 1 : 0));
    assert.deepEqual(recoveries, breaks ? { workerNotSampled: 1 } : {});
    assert.deepEqual(await ended, [0]);
    assert.equal((await askWire(port)).processes[0]?.state, 'running');
  });
}

const STOPPING = `
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createSampler } from 'liveprofiler-sampler';
const sampler = createSampler({ secret: 's' });
const worker = new Worker('', { eval: true });
const ended = once(worker, 'exit');
await once(process, 'worker');
await sampler.stop();
process.exitCode = (await ended)[0];`;

for (const { path, major } of nodes()) {
  test(`Node ${major}: stopping while a worker is starting harms neither`, LIMIT, async () => {
    await promisify(execFile)(path, ['--input-type=module', '--eval', STOPPING], { cwd: ROOT });
  });
}
