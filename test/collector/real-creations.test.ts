// Where instances of a tracked class were created, from the program that makes them to what the page is answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '#sampler/clock.js';
import { createSampler } from 'liveprofiler-sampler';
import type { FlameAnswer, TopAnswer } from '../../visualizer/api.ts';
import { afterwards } from '../cleanup.ts';
import { SECRET } from '../sampler/ask.ts';
import { get, serve } from '../visualizer/server.ts';
import { createRig, settings, target } from './rig.ts';

class Session {
  readonly visits: number[] = [];
}

test('what a tracked class has alive is told by where it was created, from its sampler to the page', { timeout: 120_000 }, async (t) => {
  // What a neighbour of the machine takes meanwhile is not what stacks take.
  let stillUs: number | undefined;
  const sampler = createSampler({ secret: SECRET, windowMs: 1000, memory: { everyMs: 1000, maxPauseMs: 60_000 }, clock: { ...systemClock, monotonicUs: () => stillUs ?? systemClock.monotonicUs() } });
  afterwards(t, () => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const Tracked = sampler.track(Session, { stacks: { every: 1 } });
  const logIn = (): Session => new Tracked();
  stillUs = systemClock.monotonicUs();
  const held = Array.from({ length: 50 }, logIn);
  stillUs = undefined;
  const rig = await createRig(t, settings([target('web', new URL(`http://127.0.0.1:${port}/liveprofiler`), { secret: SECRET })]));
  const page = await serve(t, { wrap: () => rig.store });
  const asked = async (path: string): Promise<unknown> => (await get(page.port, `${path}?host=web&kind=instances&from=-10min&label.class=Session`)).json();
  let top = (await asked('/api/top')) as TopAnswer;
  while (top.groups[0]?.rows[0]?.name !== 'logIn') {
    await pause(500);
    await rig.collector.pullNow();
    top = (await asked('/api/top')) as TopAnswer;
  }
  const { root } = (await asked('/api/flame')) as FlameAnswer;
  for (const alive of [root.totalUs, top.groups[0].totalUs]) assert.ok(Math.abs(alive - held.length) <= 1, `${alive} of ${held.length}`);
});
