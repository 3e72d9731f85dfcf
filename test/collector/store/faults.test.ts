// What a store goes through and must not lose or make up anything by: kills, full disks, flipped bytes, hostile hosts.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore, repairStore } from '../../../collector/store/index.ts';
import type { LevelStore } from '../../../collector/store/index.ts';
import { effort } from '../../effort.ts';
import { smallDisk } from '../../small-disk.ts';
import { flip } from './flip.ts';
import { killed } from './killed.ts';
import { windowOf } from '../../windows.ts';
import { HOSTS, RETENTION, START_MS } from './upkeep-plan.ts';

const CHILD = fileURLToPath(new URL('upkeep-child.js', import.meta.url));
const DAY_MS = 24 * 3_600_000;
const EVER = { fromMs: START_MS, untilMs: START_MS + 100 * DAY_MS };

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-faults-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('killed at any moment of appending, rolling up, sealing and pruning: all that was acknowledged is there, once', async (t) => {
  const path = await folder(t);
  let acknowledged = 0;
  for (let kill = 0; kill < effort(10, 100); kill++) {
    acknowledged = Number((await killed(CHILD, [path, String(acknowledged + 1)], (kill * 53) % 400)).at(-1));
    const store = await openStore({ path, retention: RETENTION });
    let highest = 0;
    for (const host of HOSTS) {
      const { windows, tree } = await store.query({ kind: 'cpu', hosts: [host] }, EVER);
      assert.ok(windows >= acknowledged, `${windows} windows of ${host} are there, ${acknowledged} were acknowledged`);
      assert.equal((await store.memory(host))?.ancestorSeq, windows);
      assert.equal(tree.totalCount[0], windows * 4);
      assert.equal(tree.totalWeight[0], windows * 4000);
      highest = Math.max(highest, windows);
    }
    // Of the last turn some hosts can have been written and others not: the next child begins after all of them.
    const missing = await Promise.all(HOSTS.map(async (host) => ({ host, windows: (await store.query({ kind: 'cpu', hosts: [host] }, EVER)).windows })));
    for (const { host, windows } of missing) {
      for (let seq = windows + 1; seq <= highest; seq++) {
        await store.append([windowOf({ host, boot: `${host}-boot`, seq, startMs: START_MS + seq * 10_000, stacks: 'a 4' })], new Map([[host, { cursor: '', clocks: {}, ancestorSeq: seq }]]));
      }
    }
    acknowledged = highest;
    await store.close();
  }
  assert.ok(acknowledged > 0);
});

function bulky(seq: number): ReturnType<typeof windowOf> {
  return windowOf({ seq, startMs: START_MS + seq * 10_000, stacks: Array.from({ length: 400 }, (_, i) => `f${seq}-${i} ${(i * seq) % 1000}`).join('\n') });
}

test('a full disk stops appends with a sentence; what was acknowledged stays, and it goes on when there is room', async (t) => {
  const path = await smallDisk(t, 48);
  if (path === undefined) return;
  const store = await openStore({ path: join(path, 'db') });
  await store.append([bulky(1)], new Map());
  const ballast = join(path, 'ballast');
  await writeFile(ballast, Buffer.alloc(1));
  let last = 1;
  await assert.rejects(async () => {
    for (let seq = 2; seq < 100_000; seq++) {
      await store.append([bulky(seq)], new Map());
      last = seq;
      if (seq === 5) await fill(ballast);
    }
  }, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_FULL');
    assert.match(error.message, /goes on by itself/);
    return true;
  });
  assert.equal((await store.query({ kind: 'cpu' }, EVER)).windows, last);
  await assert.rejects(store.append([bulky(last + 1)], new Map()), { code: 'STORE_FULL' });
  await assert.rejects(store.append([], new Map()), { code: 'STORE_FULL' }, 'nothing to be stored asks for room');
  await rm(ballast);
  assert.equal((await store.append([], new Map())).appended, 0);
  assert.equal((await store.append([bulky(last + 1)], new Map())).appended, 1);
  assert.equal((await store.query({ kind: 'cpu' }, EVER)).windows, last + 1);
  await store.close();
});

/** Takes what is free, whoever asks for it. */
async function fill(path: string): Promise<void> {
  await writeFile(path, Buffer.alloc(64 * 1024 * 1024)).catch(() => undefined);
}

test('a write that LevelDB itself refuses loses nothing that was acknowledged, and the next one is taken', async (t) => {
  const path = await smallDisk(t, 48);
  if (path === undefined) return;
  const store = await openStore({ path: join(path, 'db') });
  for (let seq = 1; seq <= 3; seq++) await store.append([bulky(seq)], new Map());
  // Within the second in which the room is not looked at again, the disk fills up behind its back.
  await fill(join(path, 'ballast'));
  await assert.rejects(store.append(Array.from({ length: 40 }, (_, i) => bulky(100 + i)), new Map()), { code: 'STORE_FULL' });
  await rm(join(path, 'ballast'));
  assert.equal((await store.append([bulky(4)], new Map())).appended, 1);
  assert.equal((await store.query({ kind: 'cpu' }, EVER)).windows, 4);
  await store.close();
  const again = await openStore({ path: join(path, 'db') });
  assert.deepEqual([(await again.query({ kind: 'cpu' }, EVER)).windows, (await again.append([bulky(4)], new Map())).duplicates], [4, 1]);
  await again.close();
});

test('one append that cannot be written costs those beside it nothing', async (t) => {
  const store = await openStore({ path: await folder(t) });
  let deep: unknown = 1;
  for (let i = 0; i < 20_000; i++) deep = [deep];
  const reports = await Promise.all([
    store.append([windowOf({ host: 'good' })], new Map()),
    store.append([{ ...windowOf({ host: 'bad', boot: 'bad' }), sections: { deep } }], new Map()),
    store.append([windowOf({ host: 'other', boot: 'other' })], new Map()),
  ]);
  assert.deepEqual(reports.map(({ appended }) => appended), [1, 0, 1]);
  assert.match(reports[1].refused[0]?.why ?? '', /sections/);
  await store.close();
});

test('a host cannot claim what the processes of another are called', async (t) => {
  const store = await openStore({ path: await folder(t) });
  await store.append([windowOf({ host: 'evil', boot: 'victim', seq: 1, lastSeq: 2 ** 50 })], new Map());
  assert.equal((await store.append([windowOf({ host: 'shop', boot: 'victim', seq: 7 })], new Map())).appended, 1);
  await store.close();
});

test('stacks without end are refused, and a limit holds however deep they are', async (t) => {
  const store = await openStore({ path: await folder(t) });
  const names = (depth: number): string => `${Array.from({ length: depth }, (_, i) => `f${i}`).join(';')} 1`;
  assert.match((await store.append([windowOf({ stacks: names(2049) })], new Map())).refused[0]?.why ?? '', /2048 frames/);
  const wide = Array.from({ length: 30 }, (_, i) => `g${i};${names(100)}`).join('\n');
  assert.equal((await store.append([windowOf({ seq: 2, stacks: wide })], new Map())).appended, 1);
  const { tree } = await store.query({ kind: 'cpu' }, { fromMs: 0, untilMs: 4e12 }, { limit: 300 });
  assert.ok(tree.parent.length <= 600, `${tree.parent.length} nodes`);
  assert.equal(tree.totalCount[0], 30);
  await store.close();
});

async function filled(path: string): Promise<LevelStore> {
  const store = await openStore({ path });
  for (let seq = 1; seq <= 120; seq++) await store.append(HOSTS.map((host) => windowOf({ host, boot: host, seq, startMs: START_MS + seq * 10_000, stacks: `a;b${seq % 5} 3` })), new Map());
  return store;
}

const SPACES = { dictionary: 3, page: 4, header: 6, payload: 7, mark: 8, block: 12, identity: 13 };

for (const [name, space] of Object.entries(SPACES)) {
  test(`flipped bytes in every third ${name} record are told, never served, and repaired`, async (t) => {
    const path = await folder(t);
    const store = await filled(path);
    await store.rollUp(START_MS + 12 * 60_000);
    const truth = (await store.query({ kind: 'cpu' }, EVER)).tree.totalCount[0] ?? 0;
    await store.close();
    let seen = 0;
    const flipped = await flip(path, (key) => key[0] === space && seen++ % 3 === 0);
    assert.ok(flipped > 0);
    // Whatever is asked before the repair is answered in full or not at all.
    const damaged = await openStore({ path }).catch((error: unknown) => error as Error & { code?: string });
    if (damaged instanceof Error) assert.equal(damaged.code, 'STORE_DAMAGED');
    else {
      const answer = await damaged.query({ kind: 'cpu' }, EVER).catch((error: unknown) => error as Error & { code?: string });
      if (answer instanceof Error) {
        assert.equal(answer.code, 'STORE_DAMAGED');
        assert.match(answer.message, /repair/);
      } else assert.equal(answer.tree.totalCount[0], truth);
      await damaged.close();
    }
    const report = await repairStore(path);
    assert.equal(report.damaged, flipped);
    const mended = await openStore({ path });
    await mended.rollUp(START_MS + DAY_MS);
    const { tree, windows } = await mended.query({ kind: 'cpu' }, EVER);
    assert.equal(tree.totalCount[0], windows * 3);
    assert.equal(windows + report.windowsLost, 360, JSON.stringify(report));
    assert.deepEqual(await repairStore(path).catch((error: unknown) => (error as { code?: string }).code), 'STORE_LOCKED');
    await mended.close();
    assert.equal((await repairStore(path)).damaged, 0);
  });
}

test('a backup taken while windows come in is a store of its own', async (t) => {
  const [path, copy] = [await folder(t), await folder(t)];
  const store = await filled(path);
  await store.rollUp(START_MS + 12 * 60_000);
  const before = await store.query({ kind: 'cpu' }, EVER);
  const [{ entries }] = await Promise.all([store.backup(copy), store.append([windowOf({ seq: 999, startMs: START_MS + DAY_MS })], new Map())]);
  assert.ok(entries > 360);
  await assert.rejects(store.backup(copy), { code: 'STORE_BAD_REQUEST' });
  await store.close();
  const restored = await openStore({ path: copy });
  assert.deepEqual(await restored.query({ kind: 'cpu' }, { fromMs: START_MS, untilMs: START_MS + DAY_MS }), before);
  await restored.close();
});

test('at its size a store drops the oldest of the finest, and what is coarser still answers', async (t) => {
  const path = await folder(t);
  const names = (seq: number): string => Array.from({ length: 300 }, (_, i) => `work;function ${i} ${(i * seq) % 97}`).join('\n');
  const store = await openStore({ path, maxBytes: 300_000 });
  for (let seq = 1; seq <= 1000; seq += 20) await store.append(Array.from({ length: 20 }, (_, i) => windowOf({ seq: seq + i, startMs: START_MS + (seq + i) * 60_000, stacks: names(seq + i) })), new Map());
  const before = await store.query({ kind: 'cpu' }, { fromMs: START_MS, untilMs: START_MS + DAY_MS });
  const report = await store.prune(START_MS + 1100 * 60_000);
  assert.ok(report.windows > 0 && report.windows < 1000, `${report.windows} windows dropped`);
  assert.equal(report.overLimitBytes, undefined);
  assert.ok((report.bytes ?? Infinity) <= 300_000);
  assert.deepEqual(await store.query({ kind: 'cpu' }, { fromMs: START_MS, untilMs: START_MS + DAY_MS }), before);
  assert.equal((await store.query({ kind: 'cpu' }, { fromMs: START_MS + 1000 * 60_000, untilMs: START_MS + 1000 * 60_000 + 1 })).windows, 1, 'the newest is there by the second');
  await store.close();
});
