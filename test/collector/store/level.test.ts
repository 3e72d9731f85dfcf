// The embedded engine: the contract, and what only a folder on a disk can go through.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Level } from 'level';
import { openStore } from '../../../collector/store/index.ts';
import { effort } from '../../effort.ts';
import { windowOf } from '../../windows.ts';
import { storeContract } from './contract-suite.ts';

const APPENDER = fileURLToPath(new URL('append-child.js', import.meta.url));
const EVER = { fromMs: 0, untilMs: 4e12 };

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-store-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

storeContract({
  name: 'LevelDB',
  async open(t) {
    const store = await openStore({ path: await folder(t), retentionMs: 24 * 3_600_000 });
    t.after(() => store.close());
    return store;
  },
});

test('whatever was acknowledged before a kill -9 is there, once', async (t) => {
  const path = await folder(t);
  let acknowledged = 0;
  for (let kill = 0; kill < effort(10, 50); kill++) {
    const child = fork(APPENDER, [path, String(acknowledged + 1)]);
    child.on('message', (seq: number) => (acknowledged = seq));
    await once(child, 'message');
    await pause((kill * 37) % 90);
    child.kill('SIGKILL');
    await once(child, 'close');
    const store = await openStore({ path });
    const { windows, tree } = await store.query({ kind: 'cpu' }, EVER);
    assert.ok(windows >= acknowledged, `${windows} windows are there, ${acknowledged} were acknowledged`);
    // One append can have reached the disk and not its acknowledgement: then its memory did too.
    assert.equal((await store.memory('web'))?.ancestorSeq, windows);
    assert.equal(tree.totalCount[0], windows * 4);
    acknowledged = windows;
    await store.close();
  }
});

test('a second process on the folder is told who holds it', async (t) => {
  const path = await folder(t);
  const child = fork(APPENDER, [path, '1']);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  await assert.rejects(openStore({ path }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_LOCKED');
    assert.match(error.message, new RegExp(`pid ${child.pid}\\. .*dbpath`));
    return true;
  });
});

test('what was kept is answered the same after it is closed and opened again', async (t) => {
  const path = await folder(t);
  const first = await openStore({ path });
  await first.append([windowOf({ seq: 1, stacks: 'a;b 3' }), windowOf({ seq: 2, stacks: 'a;c 1' })], new Map());
  const before = await first.query({ kind: 'cpu' }, EVER);
  await first.close();
  const second = await openStore({ path });
  assert.deepEqual(await second.query({ kind: 'cpu' }, EVER), before);
  await second.append([windowOf({ seq: 3, stacks: 'a;c 1\na;d 9' })], new Map());
  assert.equal((await second.query({ kind: 'cpu' }, EVER)).tree.totalCount[0], 14);
  await second.close();
});

async function change(path: string, with_: (level: Level<Buffer, Buffer>) => Promise<void>): Promise<void> {
  const level = new Level<Buffer, Buffer>(join(path, 'leveldb'), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await with_(level);
  await level.close();
}

test('a flipped byte is told and never served as truth', async (t) => {
  const path = await folder(t);
  const store = await openStore({ path });
  await store.append([windowOf()], new Map());
  await store.close();
  await change(path, async (level) => {
    for await (const [key, value] of level.iterator()) {
      if (key[0] !== 7) continue;
      value[0] = (value[0] ?? 0) ^ 1;
      await level.put(key, value);
    }
  });
  const again = await openStore({ path });
  await assert.rejects(again.query({ kind: 'cpu' }, EVER), { code: 'STORE_DAMAGED' });
  await again.close();
});

test('a damaged format record keeps the folder shut', async (t) => {
  const path = await folder(t);
  await (await openStore({ path })).close();
  await change(path, (level) => level.put(Buffer.from([1]), Buffer.from('garbage')));
  await assert.rejects(openStore({ path }), { code: 'STORE_DAMAGED' });
});
