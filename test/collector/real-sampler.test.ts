// Collectors with stores of their own on one real sampler in a busy process: each gets all of it, once, whatever
// befalls the other.
import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readWire } from 'liveprofiler-sampler/wire';
import type { WireAnswer } from 'liveprofiler-sampler/wire';
import { pino } from 'pino';
import { createCollector } from '../../collector/index.ts';
import type { Store } from '../../collector/store/index.ts';
import { openStore } from '../../collector/store/index.ts';
import { placeWire } from '../../collector/windows.ts';
import { effort } from '../effort.ts';
import { assertHolds } from './noting-store.ts';
import { createRig, settings, target } from './rig.ts';

const kills = effort(4, 30);
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Busy {
  readonly url: URL;
  /** Everything it has finished, as a reader without a cursor is told. */
  ask(): Promise<WireAnswer>;
  /** No window is finished after this. */
  pause(): Promise<void>;
}

async function startBusy(t: TestContext): Promise<Busy> {
  const child = fork(script('./busy-child.js'));
  t.after(() => child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  const url = new URL(`http://127.0.0.1:${port}/liveprofiler`);
  return {
    url,
    async ask() {
      const answer = readWire(await (await fetch(`${url.href}?after=`, { headers: { PROFILER_TOKEN: 'secret' } })).json());
      assert.equal(answer.more, false);
      return answer;
    },
    async pause() {
      child.send('pause');
      await once(child, 'message');
    },
  };
}

async function untilFinished(busy: Busy, seq: number): Promise<void> {
  while (((await busy.ask()).processes[0]?.windows.at(-1)?.lastSeq ?? 0) < seq) await delay(100);
}

/** The store has what the sampler served, placed by the clock that this store froze. */
async function assertServed(store: Store, served: WireAnswer): Promise<void> {
  const memory = await store.memory('shop');
  assert.ok(memory);
  const { windows } = placeWire({ name: 'shop', labels: {} }, served, memory, { askedMs: Date.now(), nowMs: Date.now() });
  const weight = windows.reduce((sum, one) => sum + ('profile' in one ? one.profile.rows.weight.reduce((a, b) => a + b, 0) : 0), 0);
  assert.ok(weight > 1_000_000, `a busy process was sampled: ${weight} µs`);
  await assertHolds(store, windows.filter((window) => 'profile' in window));
}

/** The last window is told once its functions are named, which takes a while on a crowded machine. */
async function untilNothingComes(collector: { pullNow: () => Promise<{ readonly stacksCollected: number }> }): Promise<void> {
  for (let pulls = 0; pulls < 20; pulls++) if ((await collector.pullNow()).stacksCollected === 0 && pulls > 0) return;
  assert.fail('a paused sampler goes on telling windows');
}

test('two collectors on one sampler: both hold all that it served, once, and reading moves nothing', async (t) => {
  const busy = await startBusy(t);
  const [often, seldom] = await Promise.all([200, 1300].map((intervalMs) => createRig(t, settings([target('shop', busy.url)], { intervalMs }))));
  assert.ok(often && seldom);
  often.collector.start();
  seldom.collector.start();
  await untilFinished(busy, 2);
  const [early] = (await busy.ask()).processes;
  // An ancestor's collector reads along.
  assert.equal((await fetch(busy.url, { headers: { PROFILER_TOKEN: 'secret' } })).status, 200);
  await untilFinished(busy, 5);
  await busy.pause();
  for (const { collector } of [often, seldom]) await untilNothingComes(collector);
  const served = await busy.ask();
  const identities = (process: WireAnswer['processes'][number] | undefined): unknown => process?.windows.map(({ firstSeq, lastSeq, startUs, endUs }) => [firstSeq, lastSeq, startUs, endUs]);
  assert.deepEqual((identities(served.processes[0]) as unknown[]).slice(0, early?.windows.length), identities(early), 'a window that was read is still there, as it was');
  await assertServed(often.store, served);
  await assertServed(seldom.store, served);
  assert.deepEqual(await often.store.tally('shop'), await seldom.store.tally('shop'));
});

test(`a collector killed ${kills} times and started again on its folder, while the sampler goes on`, async (t) => {
  const busy = await startBusy(t);
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-kill-'));
  t.after(() => rm(folder, { recursive: true }));
  for (let kill = 1; kill <= kills; kill++) {
    const child = spawn(process.execPath, [script('./kill-child.js'), folder, busy.url.href], { stdio: ['ignore', 'ignore', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    await untilFinished(busy, kill + 1);
    await delay(Math.random() * 300);
    assert.equal(child.exitCode, null, 'it collects until it is killed');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await busy.pause();
  const store = await openStore({ path: folder });
  t.after(() => store.close());
  assert.ok((await store.hosts()).includes('shop'), 'the killed ones had stored something');
  const collector = createCollector({ config: settings([target('shop', busy.url)]), store, log: pino({ level: 'silent' }) });
  await collector.pullNow();
  await collector.stop();
  await assertServed(store, await busy.ask());
});
