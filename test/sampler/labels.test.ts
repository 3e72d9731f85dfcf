// For whom it ran: two tenants at work at the same time, over everything that a service awaits.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { SwitchLog } from '#sampler/labels/switch-log.js';
import { fixed, labelsOf, MAX_LABEL_SETS, nested, OTHER } from '#sampler/labels/source.js';
import { WindowBuilder } from '#sampler/window-builder.js';
import { createSampler, withLabels } from 'liveprofiler-sampler';
import type { Labels, WireProcess } from 'liveprofiler-sampler/wire';
import { systemClock } from '#sampler/clock.js';
import { sampleThread } from '#sampler/thread.js';
import { effort } from '../effort.ts';
import { askWire, SECRET } from './ask.ts';
import { spinFor } from './spin.ts';

const MS = 2.3;
function forAcme(): void { spinFor(MS); }
function forGlobex(): void { spinFor(MS); }
function forNobody(): void { spinFor(MS); }

/** Keeps `work` going over awaits, timers, promises, streams, nextTick and setImmediate. */
async function busy(work: () => void, untilMs: number): Promise<void> {
  while (performance.now() < untilMs) {
    work();
    await turn();
    work();
    await pause(1);
    work();
    await Promise.all([1, 2].map(async (value) => { await Promise.resolve(value); work(); }));
    await new Promise<void>((resolve) => { setImmediate(() => { work(); process.nextTick(() => { work(); resolve(); }); }); });
    await pipeline(Readable.from(['a', 'b']), new Transform({ objectMode: true, transform(chunk, _encoding, done) { work(); setImmediate(done, null, chunk); } }), async (chunks) => {
      for await (const chunk of chunks) if (chunk !== undefined) work();
    });
    await new Promise<void>((resolve) => {
      const emitter = new EventEmitter().once('go', () => { work(); resolve(); });
      setTimeout(() => emitter.emit('go'), 1);
    });
  }
}

/** Samples by function and label set: of `names` only. */
function samplesOf({ windows, frames, stacks, labelSets }: WireProcess, names: readonly string[]): Map<string, Map<string, number>> {
  const found = new Map(names.map((name) => [name, new Map<string, number>()]));
  for (const { rows } of windows) {
    rows.stack.forEach((stack, row) => {
      for (let at = stack; at > 0; at = stacks.parent[at] ?? 0) {
        const seen = found.get(frames[stacks.frame[at] ?? 0]?.name ?? '');
        if (seen === undefined) continue;
        const labels = JSON.stringify(labelSets[rows.labels[row] ?? 0]);
        seen.set(labels, (seen.get(labels) ?? 0) + (rows.count[row] ?? 0));
        return;
      }
    });
  }
  return found;
}

test('samples go to the one they ran for, and what runs for nobody is called so', async (t) => {
  const sampler = createSampler({ secret: SECRET, intervalUs: 1000, windowMs: 10_000 });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const untilMs = performance.now() + effort(4000, 30_000);
  await Promise.all([
    sampler.withLabels({ tenant: 'acme', plan: 'free' }, () => sampler.withLabels({ plan: 'pro' }, () => busy(forAcme, untilMs))),
    // The package's own, as code without a sampler at hand calls it.
    withLabels({ tenant: 'globex' }, () => busy(forGlobex, untilMs)),
    busy(forNobody, untilMs),
  ]);
  sampler.pause();
  const [process] = (await askWire(port)).processes;
  assert.ok(process !== undefined);
  const own = { forAcme: '{"plan":"pro","tenant":"acme"}', forGlobex: '{"tenant":"globex"}', forNobody: '{}' };
  for (const [name, seen] of samplesOf(process, Object.keys(own))) {
    const all = [...seen.values()].reduce((sum, count) => sum + count, 0);
    const right = seen.get(own[name as keyof typeof own]) ?? 0;
    assert.ok(all > 300, `${name} has ${all} samples`);
    // A sample taken in the very microseconds of a switch can fall on its other side.
    assert.ok(right >= all * 0.995, `${name} ran for others: ${JSON.stringify([...seen])}`);
  }
});

test('withLabels hands back what the function returns or throws, and its labels end with it', async (t) => {
  const sampler = createSampler({ secret: SECRET, intervalUs: 1000 });
  t.after(() => sampler.stop());
  assert.equal(sampler.withLabels({ a: 1 }, () => 7), 7);
  assert.throws(() => sampler.withLabels({ a: 1 }, () => { throw new Error('mine'); }), { message: 'mine' });
  await assert.rejects(sampler.withLabels({ a: 1 }, () => Promise.reject(new Error('later'))), { message: 'later' });
  const { port } = await sampler.listen({ port: 0 });
  for (let i = 0; i < 60; i++) { forNobody(); await turn(); }
  sampler.pause();
  const [process] = (await askWire(port)).processes;
  assert.ok(process !== undefined);
  assert.deepEqual([...(samplesOf(process, ['forNobody']).get('forNobody') ?? new Map<string, number>()).keys()], ['{}']);
});

test('without a sampler in its thread, labels are nothing and what they are for just runs', async () => {
  assert.equal(withLabels({ tenant: 'acme' }, () => 7), 7);
  const sampler = createSampler({ secret: SECRET });
  await sampler.stop();
  assert.equal(withLabels({ tenant: 'acme' }, () => 8), 8);
});

test('more label sets than a window has room for are one named other, and how many they were is told', () => {
  const builder = new WindowBuilder();
  const stack = builder.stack(0, { name: 'f', url: '', line: 0, column: 0 });
  for (let i = 0; i < MAX_LABEL_SETS + 50; i++) builder.add(stack, 1, 10, fixed({ tenant: `t${i}` }));
  builder.add(stack, 1, 10);
  const body = builder.body();
  assert.deepEqual([body.labelSets.length, body.labelSetsInOther], [MAX_LABEL_SETS + 2, 50]);
  assert.deepEqual(body.labelSets.at(-1), OTHER);
  const weightOf = (labels: Labels): number => body.weight.reduce((sum, weight, row) => sum + (JSON.stringify(body.labelSets[body.labels[row] ?? 0]) === JSON.stringify(labels) ? weight : 0), 0);
  assert.deepEqual([weightOf(OTHER), weightOf({}), weightOf({ tenant: 't7' })], [500, 10, 10]);

  const merged = new WindowBuilder();
  merged.addBody(body);
  merged.addBody(body);
  assert.equal(merged.body().weight.reduce((sum, weight) => sum + weight, 0), 2 * body.weight.reduce((sum, weight) => sum + weight, 0));
  assert.deepEqual(merged.body().labelSets.length, body.labelSets.length);
});

test('labels that are no texts, or too many, or throw, harm nothing', () => {
  const builder = new WindowBuilder();
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key${i}`, 'x'.repeat(5000)]));
  const hostile = [{ a: Symbol('a'), b: () => 1, c: 5, d: undefined }, many].map((labels) => fixed(labels as unknown as Labels));
  for (const source of [...hostile, { read: () => { throw new Error('hostile'); } }]) builder.add(0, 1, 1, source);
  const { labelSets, weight } = builder.body();
  assert.deepEqual(labelSets.map((set) => Object.keys(set).length), [0, 1, 16]);
  assert.deepEqual([...weight], [1, 1, 1]);
});

test('who labels again and again from within, as in a loop of timers, keeps the last labels and nothing of those before', () => {
  let held = 0;
  const request = { read: () => { held++; return { route: '/' }; } };
  let source = nested(request, { job: 'poll', turn: -1 });
  for (let turn = 0; turn < 200_000; turn++) source = nested(source, { turn });
  assert.deepEqual([labelsOf(source), held], [{ job: 'poll', route: '/', turn: '199999' }, 1]);
  for (let turn = 0; turn < 1000; turn++) source = nested(source, { [`turn${turn}`]: turn });
  assert.ok(Object.keys(source.read()).length <= 17);
  assert.equal(source.read()['turn999'], 999);
});

test('without an inspector nothing is kept of whoever runs', (t) => {
  const log = new SwitchLog(() => 1);
  t.mock.method(process, 'getBuiltinModule', () => { throw new Error('there is none'); });
  const thread = sampleThread({ thread: 0, threadName: () => 'main', intervalUs: 10_000, windowMs: 1000, clock: systemClock, switches: log, heldBytes: () => 0, finished: () => undefined });
  assert.throws(() => { thread.start(); }, { message: 'there is none' });
  log.switchTo(fixed({ who: 'a' }));
  assert.equal(log.reader()(2), undefined);
});

test('a log that is full says that it does not know, until there is room again', () => {
  let nowUs = 0;
  const [a, b] = [fixed({ who: 'a' }), fixed({ who: 'b' })];
  const log = new SwitchLog(() => nowUs, 4);
  log.wake();
  for (nowUs = 1; nowUs <= 10; nowUs++) log.switchTo(nowUs % 2 === 0 ? b : a);
  const at = log.reader();
  assert.deepEqual([0, 1, 2.5, 4, 5, 9].map((us) => at(us)?.read()), [undefined, { who: 'a' }, { who: 'b' }, { who: 'b' }, OTHER, OTHER]);
  nowUs = 20;
  log.forget(19);
  assert.deepEqual([19.5, 20].map((us) => log.reader()(us)?.read()), [OTHER, { who: 'b' }]);
  nowUs = 30;
  log.switchTo(undefined);
  log.forget(40);
  assert.equal(log.reader()(50), undefined);
});

test('a log that sleeps keeps nothing, and knows when it wakes who runs', () => {
  let nowUs = 0;
  const log = new SwitchLog(() => nowUs);
  const [early, late] = [fixed({ who: 'early' }), fixed({ who: 'late' })];
  log.wake();
  for (nowUs = 1; nowUs < 10; nowUs++) log.switchTo(nowUs % 2 === 0 ? undefined : early);
  log.sleep();
  assert.equal(log.reader()(9), undefined);
  for (nowUs = 10; nowUs < 20; nowUs++) log.switchTo(nowUs % 2 === 0 ? early : late);
  nowUs = 20;
  log.wake();
  assert.deepEqual([19, 20].map((us) => log.reader()(us)?.read()), [undefined, { who: 'late' }]);
});

test('once the sampler has stopped, what is run with labels just runs, and nothing is hooked', async () => {
  const sampler = createSampler({ secret: SECRET });
  await sampler.stop();
  const before = process.listenerCount('uncaughtExceptionMonitor');
  assert.equal(sampler.withLabels({ tenant: 'acme' }, () => 7), 7);
  assert.equal(process.listenerCount('uncaughtExceptionMonitor'), before);
});
