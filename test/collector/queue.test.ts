// Bounded, fair, and deaf to hosts that hang.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createQueue } from '../../collector/queue.ts';
import type { Lane } from '../../collector/queue.ts';

test('never more than its places, never more than half of them for suspects, first come first served, all done', async () => {
  const work = fc.record({ lane: fc.constantFrom<Lane>('sound', 'suspect'), steps: fc.nat(5), fails: fc.boolean() });
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(work, { maxLength: 30 }), async (places, works) => {
    const queue = createQueue(places);
    const open: Record<Lane, number> = { sound: 0, suspect: 0 };
    const begun: Record<Lane, number[]> = { sound: [], suspect: [] };
    const results = await Promise.allSettled(works.map(({ lane, steps, fails }, i) => queue.run(async () => {
      begun[lane].push(i);
      open[lane]++;
      assert.ok(open.sound + open.suspect <= places && open.suspect <= Math.max(1, Math.floor(places / 2)));
      for (let step = 0; step < steps; step++) await Promise.resolve();
      open[lane]--;
      if (fails) throw new Error('work failed');
      return i;
    }, lane)));
    assert.deepEqual(results.map(({ status }) => status), works.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')));
    for (const order of Object.values(begun)) assert.deepEqual(order, [...order].sort((a, b) => a - b));
  }));
});

test('suspects that hang leave half of the places to the others; a larger queue starts more at once', async () => {
  const queue = createQueue(2);
  let suspects = 0;
  const hang = (): Promise<never> => {
    suspects++;
    return new Promise(() => undefined);
  };
  for (let i = 0; i < 5; i++) void queue.run(hang, 'suspect');
  assert.equal(await queue.run(() => Promise.resolve('done'), 'sound'), 'done');
  assert.equal(suspects, 1);
  queue.resize(6);
  await Promise.resolve();
  assert.equal(suspects, 3);
});
