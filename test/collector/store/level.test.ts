// The embedded engine: the contract, and what only a folder on a disk can go through.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { Level } from 'level';
import { FORMAT_VERSION } from '../../../collector/store/format.ts';
import { openStore } from '../../../collector/store/index.ts';
import type { Retention, Store } from '../../../collector/store/index.ts';
import { effort } from '../../effort.ts';
import { windowOf } from '../../windows.ts';
import { killed } from './killed.ts';
import { storeContract } from './contract-suite.ts';

const APPENDER = fileURLToPath(new URL('append-child.js', import.meta.url));
/** Where append-child.ts puts its first window. */
const FIRST_MS = 1_700_000_010_000;
const DAY_MS = 24 * 3_600_000;
const EVER = { fromMs: 0, untilMs: 4e12 };

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-store-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

const RETENTION: Retention = { rawMs: DAY_MS, minutesMs: DAY_MS, hoursMs: DAY_MS, daysMs: DAY_MS };
/** Where a store of the contract's tests lives, and its test. */
const places = new WeakMap<Store, { readonly path: string; readonly t: TestContext }>();

async function openAt(path: string, t: TestContext, retention: Retention = RETENTION): Promise<Store> {
  const store = await openStore({ path, retention });
  places.set(store, { path, t });
  t.after(() => store.close());
  return store;
}

storeContract({
  name: 'LevelDB',
  open: async (t, retention) => openAt(await folder(t), t, retention),
  async reopen(store) {
    const place = places.get(store);
    assert.ok(place);
    await store.close();
    return openAt(place.path, place.t);
  },
});

test('whatever was acknowledged before a kill -9 is there, once', async (t) => {
  const path = await folder(t);
  let acknowledged = 0;
  for (let kill = 0; kill < effort(10, 50); kill++) {
    acknowledged = Number((await killed(APPENDER, [path, String(acknowledged + 1)], (kill * 37) % 90)).at(-1));
    const store = await openStore({ path });
    const { windows, tree } = await store.query({ kind: 'cpu' }, EVER);
    assert.ok(windows >= acknowledged, `${windows} windows are there, ${acknowledged} were acknowledged`);
    // One append can have reached the disk and not its acknowledgement: then its memory did too.
    assert.equal((await store.memory('web'))?.ancestorSeq, windows);
    assert.equal(tree.totalCount[0], windows * 4);
    const range = { fromMs: FIRST_MS, untilMs: FIRST_MS + windows * 10_000 };
    assert.deepEqual((await store.timeline({ kind: 'cpu' }, range, 10_000)).series[0]?.busy, Array.from({ length: windows }, () => 4000));
    const again = Array.from({ length: windows }, (_, i) => windowOf({ seq: i + 1 }));
    assert.deepEqual(await store.append(again, new Map()), { appended: 0, duplicates: windows, refused: [] });
    acknowledged = windows;
    await store.close();
  }
});

test('what is stored is for its owner alone, also in a folder that was there and is open to others', async (t) => {
  const path = await folder(t);
  await chmod(path, 0o755);
  const modeOf = async (): Promise<number> => (await stat(join(path, 'leveldb'))).mode & 0o077;
  for (const before of ['not there', 'made by an older version']) {
    if (before !== 'not there') await chmod(join(path, 'leveldb'), 0o755);
    const store = await openStore({ path });
    await store.append([windowOf({})], new Map());
    assert.equal(await modeOf(), 0, before);
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

test('what prune dropped is gone from the disk', async (t) => {
  const path = await folder(t);
  const store = await openStore({ path, retention: RETENTION });
  const names = Array.from({ length: 400 }, (_, i) => `function number ${i} of a rather long name ${'x'.repeat(i % 97)}`);
  for (let host = 0; host < 20; host++) {
    await store.append(Array.from({ length: 60 }, (_, i) => windowOf({ host: `h${host}`, boot: `b${host}`, seq: i + 1, stacks: names.map((name, n) => `${host};${name} ${(n * (i + 7)) % 300}`).join('\n') })), new Map());
  }
  await store.append([windowOf({ host: 'h0', boot: 'b0', seq: 99, startMs: FIRST_MS + 72 * 3_600_000 })], new Map());
  const before = await bytesOf(path);
  assert.deepEqual(await store.prune(FIRST_MS + 72 * 3_600_000), { windows: 1200 });
  const after = await bytesOf(path);
  assert.ok(after < before / 10, `${before} bytes became ${after}`);
  assert.equal((await store.query({ kind: 'cpu' }, EVER)).windows, 1);
  await store.close();
});

/** What `du` tells: blocks, not lengths. */
async function bytesOf(path: string): Promise<number> {
  const files = await readdir(join(path, 'leveldb'));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(path, 'leveldb', file)).catch(() => ({ blocks: 0 }))).blocks * 512));
  return sizes.reduce((sum, size) => sum + size, 0);
}

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

test('a folder of a newer format is refused with both numbers, and left as it is', async (t) => {
  const path = await folder(t);
  await (await openStore({ path })).close();
  const [key, record] = [Buffer.from([1]), Buffer.from(JSON.stringify({ format: FORMAT_VERSION + 41 }))];
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(record, crc32(key)));
  await change(path, (level) => level.put(key, Buffer.concat([record, checksum])));
  for (let attempt = 0; attempt < 2; attempt++) {
    await assert.rejects(openStore({ path }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'STORE_NEWER_FORMAT');
      for (const word of [path, `format ${FORMAT_VERSION + 41}`, `format ${FORMAT_VERSION}.`]) assert.ok(error.message.includes(word), word);
      return true;
    });
  }
});
