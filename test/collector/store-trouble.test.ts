// A disk that is full or fails, under a fleet: told once, survived, and made up for when it takes writes again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openStore, StoreError } from '../../collector/store/index.ts';
import type { StoreErrorCode } from '../../collector/store/errors.ts';
import { createRig, settings, target } from './rig.ts';
import type { Rig } from './rig.ts';
import { serveHttp } from './servers.ts';
import { createScriptedHost } from './wire-host.ts';
import type { ScriptedHost } from './wire-host.ts';

const HOSTS = 20;

interface Fleet {
  readonly rig: Rig;
  readonly scripts: readonly ScriptedHost[];
}

async function fleet(t: TestContext, wrap: NonNullable<Parameters<typeof createRig>[2]>['wrap']): Promise<Fleet> {
  const scripts = Array.from({ length: HOSTS }, (_, i) => createScriptedHost({ boot: `boot-${i}` }));
  const targets = await Promise.all(scripts.map(async (script, i) => target(`shop-${i}`, (await serveHttp(t, script.answer)).url)));
  return { scripts, rig: await createRig(t, settings(targets), wrap && { wrap }) };
}

/** Each host finishes windows, then all are pulled. */
async function turn({ rig, scripts }: Fleet): Promise<number> {
  for (const script of scripts) script.finish(2);
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
  await turn(all);
  assert.equal(news().length, HOSTS, 'every host is up');
  for (const code of ['STORE_FULL', 'STORE_IO'] as const) {
    trouble = code;
    for (let turns = 0; turns < 3; turns++) assert.equal(await turn(all), 0);
    const told = news();
    assert.deepEqual(told.map((line) => [line['level'], line['code']]), [[50, code]]);
    assert.match(told[0]?.['msg'] as string, /no room/);
  }
  for (const { state, error } of rig.collector.hosts()) {
    assert.equal(state, 'up', 'the store’s trouble is no host’s');
    assert.match(error ?? '', /no room/);
  }
  trouble = undefined;
  await turn(all);
  assert.deepEqual(news().map(({ level, codes }) => [level, codes]), [[30, ['STORE_FULL', 'STORE_IO']]]);
  for (const [i, script] of scripts.entries()) assert.deepEqual(await rig.store.tally(`shop-${i}`), script.served());
  for (const { error } of rig.collector.hosts()) assert.doesNotMatch(error ?? '', /room/);
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

test('a disk that really is full: collecting goes on by itself once there is room', async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) {
    t.skip('this user may not mount a small disk');
    return;
  }
  const store = await openStore({ path: join(disk, 'db') });
  t.after(() => store.close());
  const all = await fleet(t, () => store);
  await turn(all);
  const ballast = join(disk, 'ballast');
  const { bavail, bsize } = await statfs(disk);
  await writeFile(ballast, Buffer.alloc((bavail - 8) * bsize));
  // Room is looked at once a second while there is some.
  while ((await turn(all)) > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await turn(all), 0);
  assert.equal(all.rig.lines.filter(({ code }) => code === 'STORE_FULL').length, 1);
  await rm(ballast);
  assert.ok((await turn(all)) > 0);
  for (const [i, script] of all.scripts.entries()) {
    const { windows, tree } = await store.query({ kind: 'cpu', hosts: [`shop-${i}`] }, { fromMs: 0, untilMs: 4e12 });
    assert.deepEqual({ windows, count: tree.totalCount[0], weight: tree.totalWeight[0] }, script.served());
  }
});

/** A disk in memory, taken down with the test; undefined where that is not allowed. */
async function smallDisk(t: TestContext): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', folder]).status === 0;
  t.after(async () => {
    if (mounted) spawnSync('umount', ['-l', folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return mounted ? folder : undefined;
}
