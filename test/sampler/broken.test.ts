// Should the sampler itself break, the service goes on without it, and whoever asks is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { getEnvironmentData } from 'node:worker_threads';
import { systemClock } from '#sampler/clock.js';
import { WORKER_KEY } from '#sampler/worker.js';
import { createSampler } from 'liveprofiler-sampler';
import { askWire, SECRET } from './ask.ts';

function logging(): unknown {
  return Reflect.get(globalThis.console, 'log');
}

test('what breaks while nobody calls ends the sampling and not the service, and is told', async (t) => {
  let [inTimer, broken] = [false, false];
  const log = logging();
  const sampler = createSampler({
    secret: SECRET,
    clock: {
      ...systemClock,
      monotonicUs() {
        if (inTimer && broken) throw new Error('the clock is broken');
        return systemClock.monotonicUs();
      },
      after: (delayMs, callback) => systemClock.after(delayMs, () => {
        inTimer = true;
        try {
          callback();
        } finally {
          inTimer = false;
        }
      }),
    },
  });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  while (((await askWire(port)).processes[0]?.windows.length ?? 0) < 1) await pause(50);
  assert.notEqual(logging(), log);
  broken = true;
  let told = (await askWire(port)).processes[0];
  for (const giveUpMs = Date.now() + 10_000; told?.state === 'running' && Date.now() < giveUpMs; told = (await askWire(port)).processes[0]) await pause(50);
  assert.deepEqual([told?.state, told?.reason], ['disabled', 'the sampler failed: the clock is broken']);
  assert.ok((told?.windows.length ?? 0) >= 1, 'what was finished is still there');
  assert.equal(logging(), log, 'and all that it had changed is as it was');
  sampler.resume();
  sampler.pause();
});

test('where sampling cannot be resumed, that of the workers is not either', (t) => {
  let broken = false;
  const sampler = createSampler({
    secret: SECRET,
    clock: {
      ...systemClock,
      monotonicUs() {
        if (broken) throw new Error('the clock is broken');
        return systemClock.monotonicUs();
      },
    },
  });
  t.after(() => sampler.stop());
  const told = (): unknown => Reflect.get(getEnvironmentData(WORKER_KEY) as object, 'paused');
  sampler.pause();
  sampler.resume();
  assert.equal(told(), false);
  sampler.pause();
  broken = true;
  sampler.resume();
  assert.equal(told(), true);
});
