// What an answer reads and what an append writes: figures would be of one machine, records and syncs are counted.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Level } from 'level';
import { openStore } from '../../../collector/store/index.ts';
import { SPACE } from '../../../collector/store/keys.ts';
import { windowOf } from '../../windows.ts';

const RANGE = { fromMs: 1_700_000_000_000, untilMs: 1_700_000_000_000 + 3_600_000 };

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-store-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('lines over time and the values of labels are answered without the rows of a single window', async (t) => {
  const path = await folder(t);
  const whole = await openStore({ path });
  await whole.append(Array.from({ length: 20 }, (_, i) => windowOf({ seq: i + 1 })), new Map());
  const lines = await whole.timeline({ kind: 'cpu' }, RANGE, 60_000, 'thread');
  const labels = await whole.labels(RANGE);
  assert.equal(lines.series.length, 1);
  await whole.close();

  const db = new Level<Buffer, Buffer>(join(path, 'leveldb'), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  const rows = await db.keys({ gte: Buffer.from([SPACE.payload]), lt: Buffer.from([SPACE.payload + 1]) }).all();
  assert.equal(rows.length, 20);
  await db.batch(rows.map((key) => ({ type: 'del', key })));
  await db.close();

  const rowless = await openStore({ path });
  t.after(() => rowless.close());
  assert.deepEqual(await rowless.timeline({ kind: 'cpu' }, RANGE, 60_000, 'thread'), lines);
  assert.deepEqual(await rowless.labels(RANGE), labels);
});

test('hosts are looked for once: those that come are known, those that leave are not', async (t) => {
  const path = await folder(t);
  const store = await openStore({ path, retention: { rawMs: 1, minutesMs: 1, hoursMs: 1, daysMs: 1 } });
  t.after(() => store.close());
  const DAY_MS = 86_400_000;
  const of = (host: string, startMs = RANGE.fromMs) => windowOf({ host, boot: `boot-${host}`, startMs });
  await store.append([of('b')], new Map());
  // Both find what is being read and what is written meanwhile.
  const [first] = await Promise.all([store.hosts(), store.append([of('a')], new Map())]);
  assert.ok(first.includes('b'));
  const keys = t.mock.method(Level.prototype, 'keys');
  assert.deepEqual(await store.hosts(), ['a', 'b']);
  await store.append([of('c')], new Map([['d', { cursor: '', clocks: {}, ancestorSeq: 0 }]]));
  const { refused } = await store.append([{ ...of('e'), endUs: 0 }], new Map());
  assert.equal(refused.length, 1);
  assert.deepEqual(await store.hosts(), ['a', 'b', 'c', 'd']);
  assert.equal((await store.timeline({ kind: 'cpu' }, RANGE, 60_000, 'host')).series.length, 3);
  assert.equal(keys.mock.callCount(), 0);
  await store.append([of('new', RANGE.fromMs + 500 * DAY_MS)], new Map());
  await store.prune(RANGE.fromMs + 500 * DAY_MS);
  assert.deepEqual(await store.hosts(), ['new']);
});

test('what many hosts bring at the same time goes to the disk by one sync, not by one each', async (t) => {
  const store = await openStore({ path: await folder(t) });
  t.after(() => store.close());
  const batch = t.mock.method(Level.prototype, 'batch');
  const hosts = Array.from({ length: 100 }, (_, i) => `web-${i}`);
  const reports = await Promise.all(hosts.map((host) => store.append([windowOf({ host, boot: `boot-${host}` })], new Map())));
  assert.equal(reports.reduce((sum, { appended }) => sum + appended, 0), hosts.length);
  const syncs = batch.mock.calls.filter(({ arguments: args }) => args.some((one: unknown) => typeof one === 'object' && one !== null && 'sync' in one && one.sync === true));
  assert.ok(syncs.length >= 1 && syncs.length <= 2, `${syncs.length} syncs for ${hosts.length} hosts`);
});

test('a process that meets a quarter of a million stacks in a day has each of them written once', async (t) => {
  const path = await folder(t);
  const store = await openStore({ path });
  const each = Array.from({ length: 50_000 }, (_, i) => i);
  for (let seq = 1; seq <= 5; seq++) {
    const window = windowOf({ seq, startMs: RANGE.fromMs + seq * 10_000 });
    await store.append([{ ...window, profile: {
      frames: each.slice(0, 1000).map((i) => ({ name: `f${seq}.${i}`, url: 'file:///app.js', line: i, column: 0 })),
      stacks: { parent: [0, ...each.map((i) => Math.floor(i / 50))], frame: [0, ...each.map((i) => i % 1000)] },
      labelSets: [{}],
      rows: { stack: each.map((i) => i + 1), labels: each.map(() => 0), count: each.map(() => 1), weight: each.map(() => 10_000) },
    } }], new Map());
  }
  await store.close();
  const db = new Level<Buffer, Buffer>(join(path, 'leveldb'), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  t.after(() => db.close());
  assert.equal((await db.keys({ gte: Buffer.from([SPACE.dictionary]), lt: Buffer.from([SPACE.dictionary + 1]) }).all()).length, 1);
});
