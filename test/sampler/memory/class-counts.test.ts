// Live instances of tracked classes: counted right, bounded, and none of them held.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { countClasses } from '#sampler/memory/class-counts.js';
import { followCreations } from '#sampler/memory/creations.js';
import { createSampler } from 'liveprofiler-sampler';
import type { Numbers } from 'liveprofiler-sampler/wire';
import { allWindows, costOf, SECRET } from '../ask.ts';

class Basket {
  readonly items: readonly number[] = [1, 2, 3];
}
class Order {
  readonly id: number = 1;
}

test('instances come and go in the count, marks stand in the window of their moment, and nothing is held', { timeout: 60_000 }, async (t) => {
  const sampler = createSampler({ secret: SECRET, windowMs: 1000, memory: { everyMs: 1000, maxPauseMs: 60_000 } });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  let baskets: Basket[] = [];
  sampler.track(Basket);
  sampler.track(Basket);
  sampler.track(Order);
  assert.deepEqual(sampler.snapshot('empty'), { Basket: 0, Order: 0 });
  baskets = Array.from({ length: 1000 }, () => new Basket());
  assert.equal(sampler.snapshot('after warm-up')['Basket'], baskets.length);
  baskets = [];
  assert.equal(sampler.snapshot('emptied')['Basket'], 0);
  await pause(1500);
  sampler.pause();
  const facts = (await allWindows(port)).filter(({ kind }) => kind === 'cpu').map(({ sections }) => sections?.['facts'] as Numbers);
  const baskets1000 = facts.flatMap((numbers) => numbers['class.Basket.count'] ?? []);
  assert.equal(Math.max(...baskets1000.map(({ max }) => max)), 1000);
  const mark = facts.find((numbers) => numbers['mark.after warm-up'] !== undefined)?.['mark.after warm-up'];
  assert.ok(mark !== undefined && Math.abs(Date.now() - mark.last) < 60_000);
  assert.ok(((await costOf(port)).memory?.reads ?? 0) >= 6);
});

test('what is no class is refused, and one too many', async () => {
  const sampler = createSampler({ secret: SECRET });
  for (const wrong of [undefined, null, {}, 'Basket', () => undefined]) assert.throws(() => { sampler.track(wrong as never); }, { code: 'SAMPLER_TRACK' });
  for (let one = 0; one < 20; one++) sampler.track(class Same extends Order {});
  assert.throws(() => { sampler.track(Basket); }, /20 classes at most/);
  await sampler.stop();
});

test('pauses above the bound end the counting, in words', () => {
  let [nowUs, told] = [0, 0];
  const turns: (() => void)[] = [];
  const clock = { wallMs: () => nowUs / 1000, monotonicUs: () => nowUs, after: (_: number, callback: () => void) => { turns.push(callback); return () => undefined; } };
  const creations = followCreations({ clock, note: () => undefined, told: () => { told++; } });
  const counts = countClasses({ memory: { everyMs: 1000, maxPauseMs: 5 }, clock, note: () => undefined, paused: () => undefined, creations, query: () => { nowUs += 20_000; return 1; } });
  counts.start();
  counts.track(Basket);
  for (let turn = 0; turn < 5; turn++) turns.shift()?.();
  assert.equal(counts.cost()?.reads, 2);
  assert.equal(counts.cost()?.stopped, 'Classes are not counted any more: the last counts paused the service for up to 20 ms, and memory.maxPauseMs is 5.');
  assert.deepEqual(counts.count(), {});

  // What costs no such pause is told all the same.
  assert.equal(turns.length, 0);
  counts.track(Basket, { stacks: { every: 1 } });
  for (let turn = 0; turn < 2; turn++) turns.shift()?.();
  assert.deepEqual([told, counts.cost()?.reads], [1, 2]);
});
