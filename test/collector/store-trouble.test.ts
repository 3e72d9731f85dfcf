// A disk that is full or fails, under a fleet: told once, survived, and made up for when it takes writes again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { StoreError } from '../../collector/store/index.ts';
import type { StoreErrorCode } from '../../collector/store/errors.ts';
import { createFakeClock } from './fake-clock.ts';
import type { FakeClock } from './fake-clock.ts';
import { createRig, settings, target, until } from './rig.ts';
import type { Rig } from './rig.ts';
import { serveHttp } from './servers.ts';
import { createScriptedHost } from './wire-host.ts';
import type { ScriptedHost } from './wire-host.ts';

const HOSTS = 20;

/** How long two windows of a scripted host take. */
const TURN_MS = 2000;

interface Fleet {
  readonly clock: FakeClock;
  readonly rig: Rig;
  readonly scripts: readonly ScriptedHost[];
}

async function fleet(t: TestContext, wrap: NonNullable<Parameters<typeof createRig>[2]>['wrap']): Promise<Fleet> {
  const clock = createFakeClock();
  const scripts = Array.from({ length: HOSTS }, (_, i) => createScriptedHost({ boot: `boot-${i}`, wallMs: clock.wallMs() }));
  const targets = await Promise.all(scripts.map(async (script, i) => target(`shop-${i}`, (await serveHttp(t, script.answer)).url)));
  return { clock, scripts, rig: await createRig(t, settings(targets), { clock, ...(wrap && { wrap }) }) };
}

/** Each host finishes windows, then all are pulled. */
async function turn({ clock, rig, scripts }: Fleet): Promise<number> {
  for (const script of scripts) script.finish(2);
  clock.jump(TURN_MS);
  return (await rig.collector.pullNow()).stacksCollected;
}

/** Lines of the log since the last call. */
function lineReader({ lines }: Rig): () => readonly Record<string, unknown>[] {
  let read = lines.length;
  return () => lines.slice(read, (read = lines.length));
}

test('a store without room is told once for the whole fleet, again when it goes on, and nothing is lost', async (t) => {
  let trouble: StoreErrorCode | undefined;
  const all = await fleet(t, (store) => ({
    memory: (host) => store.memory(host),
    append: (windows, memories) => (trouble === undefined ? store.append(windows, memories) : Promise.reject(new StoreError(trouble, 'The disk has no room.'))),
  }));
  const { rig, scripts } = all;
  const news = lineReader(rig);
  const metric = async (): Promise<string | undefined> => /^liveprofiler_store_up (.*)$/m.exec(await rig.collector.metrics.metrics())?.[1];
  await turn(all);
  assert.equal(news().length, HOSTS, 'every host is up');
  assert.deepEqual([await metric(), rig.collector.storeTrouble()], ['1', undefined]);
  for (const code of ['STORE_FULL', 'STORE_IO'] as const) {
    trouble = code;
    for (let turns = 0; turns < 3; turns++) assert.equal(await turn(all), 0);
    const told = news();
    assert.deepEqual(told.map((line) => [line['level'], line['code']]), [[50, code]]);
    assert.match(told[0]?.['msg'] as string, /no room/);
    assert.equal(await metric(), '0');
    assert.match(rig.collector.storeTrouble() ?? '', /^The disk .*nothing is stored at present\. It goes on by itself/);
  }
  for (const { state, error } of rig.collector.hosts()) {
    assert.equal(state, 'up', 'the store’s trouble is no host’s');
    assert.match(error ?? '', /no room/);
  }
  trouble = undefined;
  await turn(all);
  assert.deepEqual(news().map(({ level, codes }) => [level, codes]), [[30, ['STORE_FULL', 'STORE_IO']]]);
  assert.deepEqual([await metric(), rig.collector.storeTrouble()], ['1', undefined]);
  for (const [i, script] of scripts.entries()) assert.deepEqual(await rig.store.tally(`shop-${i}`), script.served());
  for (const { error } of rig.collector.hosts()) assert.doesNotMatch(error ?? '', /room/);
});

test('room is found also when no host answers any more', async (t) => {
  let isFull = true;
  let appends = 0;
  const { clock, rig } = await fleet(t, (store) => ({
    memory: (host) => store.memory(host),
    append(windows, memories) {
      appends++;
      return isFull ? Promise.reject(new StoreError('STORE_FULL', 'The disk has no room.')) : store.append(windows, memories);
    },
  }));
  await rig.collector.pullNow();
  const before = appends;
  clock.advance(5000);
  await until(() => clock.pending() > 0);
  assert.equal(appends, before + 1);
  assert.notEqual(rig.collector.storeTrouble(), undefined);
  isFull = false;
  clock.advance(5000);
  await until(() => rig.collector.storeTrouble() === undefined);
  assert.equal(clock.pending(), 0);
  isFull = true;
  await rig.collector.pullNow();
  assert.equal(clock.pending(), 1);
  await rig.collector.stop();
  assert.equal(clock.pending(), 0, 'nothing looks for room after the end');
});

test('what the store has against one host is told of that host', async (t) => {
  const all = await fleet(t, (store) => ({
    memory: (host) => store.memory(host),
    append: (windows, memories) => (memories.has('shop-3') ? Promise.reject(new StoreError('STORE_DAMAGED', 'The record is not as it was written.')) : store.append(windows, memories)),
  }));
  await turn(all);
  const news = lineReader(all.rig);
  await turn(all);
  await turn(all);
  assert.deepEqual(news(), []);
  assert.deepEqual(all.rig.lines.filter(({ codes }) => (codes as string[]).includes('not-stored')).map(({ host }) => host), ['shop-3']);
  assert.deepEqual(await all.rig.store.tally('shop-4'), all.scripts[4]?.served());
});
