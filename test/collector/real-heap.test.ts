// What a real process holds and allocates, from V8's samples to what the page is answered: in bytes all the way.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FlameAnswer, FlameNode } from '../../visualizer/api.ts';
import { afterwards } from '../cleanup.ts';
import { SECRET } from '../sampler/ask.ts';
import { get, serve } from '../visualizer/server.ts';
import { createRig, settings, target } from './rig.ts';

const CHILD = fileURLToPath(new URL('../sampler/memory/heap-child.js', import.meta.url));
const OBJECTS = 200_000;

test('what a process holds and what it allocates are told in bytes, from its sampler to the page', { timeout: 120_000 }, async (t) => {
  const child = fork(CHILD, [JSON.stringify({ everyMs: 1000, maxPauseMs: 10_000 })], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  afterwards(t, async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  child.send({ hold: OBJECTS });
  const [{ grownBytes }] = (await once(child, 'message')) as [{ grownBytes: number }];
  const rig = await createRig(t, settings([target('web', new URL(`http://127.0.0.1:${port}/liveprofiler`), { secret: SECRET })]));
  const page = await serve(t, { wrap: () => rig.store });
  const flame = async (kind: string): Promise<FlameAnswer> => (await get(page.port, `/api/flame?host=web&kind=${kind}&from=-10min`)).json() as FlameAnswer;
  let [live, alloc] = [await flame('heap-live'), await flame('heap-alloc')];
  const isAbout = (answer: FlameAnswer): boolean => bytesOf(answer.root, 'holdOrders') > grownBytes / 2;
  // A level is averaged over time, and the process held nothing at first.
  while (!isAbout(live) || !isAbout(alloc)) {
    await pause(500);
    await rig.collector.pullNow();
    [live, alloc] = [await flame('heap-live'), await flame('heap-alloc')];
  }
  for (const { root } of [live, alloc]) assert.ok(bytesOf(root, 'holdOrders') < 2 * grownBytes, `it grew by ${grownBytes} bytes, ${bytesOf(root, 'holdOrders')} are told`);
  assert.deepEqual([...live.kinds].sort(), ['cpu', 'facts', 'heap-alloc', 'heap-live']);
});

/** Of a function and what it called. */
function bytesOf(node: FlameNode, name: string): number {
  return node.name === name ? node.totalUs : node.c.reduce((sum, child) => sum + bytesOf(child, name), 0);
}
