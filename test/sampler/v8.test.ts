// The sampler over real V8, in this process: what it says of a program whose answer is known.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Session } from 'node:inspector';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { connectWorkers } from '#sampler/v8-profiler.js';
import { createSampler } from 'liveprofiler-sampler';
import type { Sampler } from 'liveprofiler-sampler';
import { KINDS } from 'liveprofiler-sampler/wire';
import { effort } from '../effort.ts';
import { allWindows, askWire, assertConserved, costWhen, SECRET, weightOf } from './ask.ts';
import { spinFor } from './spin.ts';

async function started(t: TestContext, options: { intervalUs?: number; enabled?: boolean } = {}): Promise<{ sampler: Sampler; port: number }> {
  const sampler = createSampler({ secret: SECRET, service: 'test', windowMs: 1000, ...options });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  return { sampler, port };
}

/** 70, 20 and 10 % of a cycle that does not fit the interval; what a busy machine makes of it is noted. */
const CYCLE_MS = 23.7;
const spentMs = new Map<string, number>();
function mostOfIt(): void { spinFor(CYCLE_MS * 0.7); }
function someOfIt(): void { spinFor(CYCLE_MS * 0.2); }
function littleOfIt(): void { spinFor(CYCLE_MS * 0.1); }

function noted(work: () => void): void {
  const startMs = performance.now();
  work();
  spentMs.set(work.name, (spentMs.get(work.name) ?? 0) + performance.now() - startMs);
}

test('shares of known work come out within the sampling error, and every microsecond is accounted for', async (t) => {
  const { sampler, port } = await started(t, { intervalUs: 2000 });
  const untilMs = performance.now() + effort(10, 60) * 1000;
  while (performance.now() < untilMs) {
    for (const work of [mostOfIt, someOfIt, littleOfIt]) noted(work);
    await new Promise(setImmediate);
  }
  sampler.pause();
  const answer = await askWire(port);
  const [process] = answer.processes;
  assert.ok(process !== undefined);
  const windows = await allWindows(port);
  assertConserved(windows);

  const totals = new Map<string, number>();
  let samples = 0;
  for (const { rows } of process.windows) {
    rows.stack.forEach((stack, row) => {
      for (let at = stack; at > 0; at = process.stacks.parent[at] ?? 0) {
        const name = process.frames[process.stacks.frame[at] ?? 0]?.name ?? '';
        if (!['mostOfIt', 'someOfIt', 'littleOfIt'].includes(name)) continue;
        totals.set(name, (totals.get(name) ?? 0) + (rows.weight[row] ?? 0));
        samples += rows.count[row] ?? 0;
      }
    });
  }
  const whole = [...totals.values()].reduce((sum, weight) => sum + weight, 0);
  const spent = [...spentMs.values()].reduce((sum, ms) => sum + ms, 0);
  assert.equal(spentMs.size, 3);
  for (const [name, ms] of spentMs) {
    const share = ms / spent;
    const error = 4 * Math.sqrt((share * (1 - share)) / samples) + 0.005;
    const measured = (totals.get(name) ?? 0) / whole;
    assert.ok(Math.abs(measured - share) < error, `${name} came out at ${measured}, not ${share} ± ${error}`);
  }
});

test('a waiting process is idle, and its rows stay nearly empty', async (t) => {
  const { sampler, port } = await started(t);
  await pause(2500);
  sampler.pause();
  const windows = await allWindows(port);
  const length = windows.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
  const idle = windows.reduce((sum, window) => sum + window.idle.weight, 0);
  assert.ok(length > 2_300_000 && idle / length > 0.8, `idle ${idle} of ${length} µs`);
});

test('a blocked loop delays windows and loses nothing of them', async (t) => {
  const { sampler, port } = await started(t);
  await pause(300);
  spinFor(3000);
  await pause(300);
  sampler.pause();
  const windows = await allWindows(port);
  const busy = windows.reduce((sum, window) => sum + weightOf(window), 0);
  assert.ok(busy > 2_950_000, `busy ${busy} µs`);
  assert.equal(windows.reduce((sum, { dropped }) => sum + dropped.weight, 0), 0);
});

test('pause ends the open window, resume goes on', async (t) => {
  const { sampler, port } = await started(t);
  await pause(300);
  sampler.pause();
  const paused = await askWire(port);
  assert.equal(paused.processes[0]?.state, 'paused');
  const before = paused.processes[0].windows;
  assert.ok(before.length > 0);
  sampler.resume();
  await pause(300);
  sampler.pause();
  const resumed = await askWire(port, paused.cursor);
  const windows = resumed.processes[0]?.windows ?? [];
  assert.deepEqual(windows.map(({ firstSeq }) => firstSeq), windows.map((_, index) => before.length + index + 1));
  assert.ok(windows.length > 0 && (windows[0]?.startUs ?? 0) > (before.at(-1)?.endUs ?? 0));
});

test('stop ends sampling and its own server; what is finished can still be read', async (t) => {
  const { sampler, port } = await started(t);
  const server = createServer((request, response) => void sampler.handle(request, response)).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  spinFor(300);
  await sampler.stop();
  await assert.rejects(askWire(port), 'nobody listens there any more');
  const [process] = (await askWire((server.address() as AddressInfo).port)).processes;
  assert.equal(process?.state, 'stopped');
  assert.ok(process.windows.reduce((sum, window) => sum + weightOf(window), 0) > 250_000);
  sampler.resume();
  await pause(300);
  assert.deepEqual((await askWire((server.address() as AddressInfo).port)).processes[0]?.windows.length, process.windows.length);
});

test('a sampler, its server and a reader that stays connected keep no process alive', async () => {
  const script = `
    const { createSampler } = require('liveprofiler-sampler');
    const { get } = require('node:http');
    const sampler = createSampler({ secret: 's', service: 'short', spool: false });
    sampler.listen({ port: 0 }).then(({ port }) => {
      get({ host: '127.0.0.1', port, path: '/liveprofiler?after=', headers: { PROFILER_TOKEN: 's', connection: 'close' } }, (response) => response.resume().on('end', () => process.stdout.write('read')));
    });`;
  const child = spawn(process.execPath, ['-e', script], { cwd: fileURLToPath(new URL('../../../', import.meta.url)), timeout: 30_000, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.deepEqual([code, signal, out], [0, null, 'read']);
});

test('a window tells the processor time of its process, and of its thread where Node knows it', async (t) => {
  const usedUs = (since?: NodeJS.CpuUsage): number => {
    const { user, system } = process.cpuUsage(since);
    return user + system;
  };
  const atStart = process.cpuUsage();
  const { sampler, port } = await started(t);
  const beforeWork = process.cpuUsage();
  spinFor(1500);
  const ofWork = usedUs(beforeWork);
  sampler.pause();
  const inAll = usedUs(atStart);
  const windows = await allWindows(port);
  const told = windows.reduce((sum, { processCpuUs }) => sum + processCpuUs, 0);
  assert.ok(told >= ofWork && told <= inAll, `${told} µs, of ${ofWork} µs for the work and ${inAll} µs in all`);
  const known = 'threadCpuUsage' in process;
  for (const { threadCpuUs, processCpuUs } of windows) {
    assert.equal(threadCpuUs !== undefined, known);
    // The two are read one after the other.
    assert.ok((threadCpuUs ?? 0) <= processCpuUs + 50_000, `${threadCpuUs} of ${processCpuUs} µs`);
  }
});

test('every answer tells what the sampler itself costs', async (t) => {
  const { port } = await started(t);
  spinFor(700);
  const cost = await costWhen(port, ({ slices }) => slices > 0);
  assert.ok(cost.firstStartUs > 0 && cost.longestPauseUs > 0 && cost.longestPauseUs <= cost.totalPauseUs, JSON.stringify(cost));
  assert.ok((await costWhen(port, ({ bytesHeld }) => bytesHeld > 0)).totalPauseUs >= cost.totalPauseUs);
});

test('a sampler that is not enabled says so and samples nothing', async (t) => {
  const { port } = await started(t, { enabled: false });
  const answer = await askWire(port);
  assert.deepEqual([answer.processes[0]?.state, answer.processes[0]?.reason, answer.processes[0]?.windows], ['disabled', 'enabled is false', []]);
  assert.deepEqual(answer.processes[0]?.kinds, KINDS);
  const plain = await fetch(`http://127.0.0.1:${port}/liveprofiler`, { headers: { 'profiler-token': SECRET } });
  assert.equal(await plain.text(), '{}');
});

test('a program that is done while its frames are named ends at once, not when the naming thread goes', async (t) => {
  const script = `
    const { createSampler } = require('liveprofiler-sampler');
    const sampler = createSampler({ secret: 's' });
    const untilMs = Date.now() + 1500;
    const work = () => { for (let i = 0; i < 1e6; i++); if (Date.now() < untilMs) setImmediate(work); else { sampler.pause(); setTimeout(() => process.stdout.write('done'), 500); } };
    work();`;
  const child = spawn(process.execPath, ['-e', script], { cwd: fileURLToPath(new URL('../../../', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const late = setTimeout(() => child.kill('SIGKILL'), 5000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(late);
  assert.equal(code, 0, 'it was still there after 5 s');
});

test('sessions of workers that nobody asks for are let go, and nothing comes of them after the end', async (t) => {
  const unaskedMs = 300;
  const post = t.mock.method(Session.prototype, 'post');
  const asked = (): unknown[] => post.mock.calls.map(({ arguments: [method] }) => method);
  const workers = connectWorkers(unaskedMs);
  const start = async (): Promise<void> => {
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    t.after(() => worker.terminate());
    await once(worker, 'online');
  };
  await start();
  while (!asked().includes('NodeWorker.detach')) await pause(5);
  const before = asked().length;
  await start();
  workers.disconnect();
  // What was planned for it would break here, where nobody catches it.
  await pause(unaskedMs + 50);
  assert.deepEqual(asked().slice(before), ['NodeWorker.detach', 'NodeWorker.disable']);
});
