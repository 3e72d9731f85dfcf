// Heap snapshots over HTTP: what is at hand, taking one, asking one; nothing of it for other sites, and no way out of the folder.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { ErrorAnswer } from '../../../visualizer/api.ts';
import type { SnapshotPort } from '../../../visualizer/ports.ts';
import type { ClassesAnswer, SnapshotsAnswer } from '../../../visualizer/snapshot/answers.ts';
import type { ClassChange } from '../../../visualizer/view/retaining.ts';
import { createDesk } from '../../../visualizer/snapshot/desk.ts';
import { createShelf } from '../../../visualizer/snapshot/shelf.ts';
import { get, post, serve } from '../server.ts';
import type { Answer } from '../server.ts';
import { inFile, made } from './made.ts';

const heapOf = (sessions: number): string => JSON.stringify(made([
  { type: 'synthetic', name: '', refers: { 'shortcut:1': 1 } },
  { name: 'global', refers: Object.fromEntries(Array.from({ length: sessions }, (_, index) => [`s${index}`, index + 2])) },
  ...Array.from({ length: sessions }, () => ({ name: 'Session', bytes: 100 })),
]));

const errorOf = (answer: Answer): string => (answer.json() as ErrorAnswer).error.code;

async function withFiles(t: Parameters<typeof serve>[0], files: Readonly<Record<string, string>>, snapshots?: SnapshotPort): Promise<{ port: number; folder: string }> {
  const { port, snapshotFolder: folder } = await serve(t, snapshots === undefined ? {} : { snapshots });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return { port, folder };
}

test('files in the folder are listed, opened and compared', async (t) => {
  const { port } = await withFiles(t, { 'a.heapsnapshot': heapOf(10), 'b.heapsnapshot': heapOf(30), 'notes.txt': 'none' });
  const { snapshots, hosts, working } = (await get(port, '/api/snapshots')).json() as SnapshotsAnswer;
  assert.deepEqual([snapshots.map(({ name }) => name).sort(), hosts, working], [['a.heapsnapshot', 'b.heapsnapshot'], [], undefined]);
  const { summary, classes, holders } = (await get(port, '/api/snapshots/classes?snapshot=b.heapsnapshot')).json() as ClassesAnswer;
  assert.deepEqual([summary.objects, classes.map(({ name, count }) => [name, count]), holders.length], [32, [['Session', 30], ['global', 1]], 1]);
  const changes = (await get(port, '/api/snapshots/compare?a=a.heapsnapshot&b=b.heapsnapshot')).json() as ClassChange[];
  assert.deepEqual(changes.map(({ name, standing, after }) => [name, standing, after.count]), [['Session', 'grown', 30], ['global', 'grown', 1]]);
  const view = (await get(port, '/api/snapshots/object?snapshot=b.heapsnapshot&id=3&limit=5')).json() as { referents: unknown[]; referentCount: number };
  assert.deepEqual([view.referents.length, view.referentCount], [5, 30]);
});

test('no name leads out of the folder, and what is wrong is told with a code', async (t) => {
  const { port, folder } = await withFiles(t, { 'cut.heapsnapshot': heapOf(10).slice(0, 500), 'a.heapsnapshot': heapOf(1) });
  await writeFile(join(dirname(folder), 'outside.heapsnapshot'), heapOf(1));
  for (const name of ['../outside.heapsnapshot', '..%2Foutside.heapsnapshot', '/etc/passwd', 'a.heapsnapshot/', 'none', '__proto__', '.']) {
    const answer = await get(port, `/api/snapshots/classes?snapshot=${encodeURIComponent(name)}`);
    assert.deepEqual([answer.status, errorOf(answer)], [404, 'UNKNOWN_SNAPSHOT'], name);
    assert.equal((await post(port, '/api/snapshots/delete', { snapshot: name })).status, 404);
  }
  assert.ok(existsSync(join(dirname(folder), 'outside.heapsnapshot')));
  for (const [path, status, code] of [
    ['/api/snapshots/classes', 400, 'BAD_QUERY'],
    ['/api/snapshots/classes?snapshot=cut.heapsnapshot', 422, 'SNAPSHOT_CUT_SHORT'],
    ['/api/snapshots/class?snapshot=a.heapsnapshot&class=Nothing', 404, 'SNAPSHOT_NO_OBJECT'],
    ['/api/snapshots/object?snapshot=a.heapsnapshot&id=999', 404, 'SNAPSHOT_NO_OBJECT'],
    ['/api/snapshots/object?snapshot=a.heapsnapshot&id=x', 400, 'BAD_QUERY'],
    ['/api/snapshots/expected?host=web', 404, 'NO_ADMIN_SECRET'],
  ] as const) {
    const answer = await get(port, path);
    assert.deepEqual([answer.status, errorOf(answer)], [status, code], path);
  }
  assert.equal(errorOf(await post(port, '/api/snapshots/take', { host: 'web' })), 'NO_ADMIN_SECRET');
  assert.equal(errorOf(await post(port, '/api/snapshots/take', [])), 'BAD_QUERY');
});

test('another site may neither read nor cause anything here', async (t) => {
  const { port } = await withFiles(t, { 'a.heapsnapshot': heapOf(1) });
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'http://evil.test' }, { origin: 'null' }]) {
    for (const path of ['/api/snapshots', '/api/snapshots/classes?snapshot=a.heapsnapshot']) {
      const answer = await get(port, path, headers);
      assert.deepEqual([answer.status, errorOf(answer)], [403, 'CROSS_SITE'], path);
    }
    for (const path of ['delete', 'take', 'upload?name=x']) {
      const status = await new Promise((resolve, reject) => {
        request({ port, host: '127.0.0.1', method: 'POST', path: `/api/snapshots/${path}`, headers: { ...headers, 'content-type': 'text/plain' } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on('error', reject).end('{"snapshot":"a.heapsnapshot","host":"web"}');
      });
      assert.equal(status, 403, path);
    }
  }
  assert.equal((await get(port, '/api/snapshots', { 'sec-fetch-site': 'same-origin', origin: `http://127.0.0.1:${port}` })).status, 200);
  assert.match((await get(port, '/api/snapshots')).headers['cache-control'] ?? '', /no-store/);
});

test('one snapshot is taken at a time; how far it is, and why it failed, is told', async (t) => {
  let finish: (error?: Error) => void = () => undefined;
  const port: SnapshotPort = {
    hosts: () => ['web'],
    expected: (host) => Promise.resolve({ host, heapBytes: 5e8, pauseMs: 2500 }),
    async take(_host, path, received) {
      received(0.4);
      await writeFile(path, heapOf(2));
      await new Promise<void>((resolve, reject) => { finish = (error) => { if (error === undefined) resolve(); else reject(error); }; });
    },
  };
  const { port: at, folder } = await withFiles(t, {}, port);
  assert.deepEqual((await get(at, '/api/snapshots/expected?host=web')).json(), { host: 'web', heapBytes: 5e8, pauseMs: 2500 });
  const listed = async (): Promise<SnapshotsAnswer> => (await get(at, '/api/snapshots')).json() as SnapshotsAnswer;
  const until = async (done: (answer: SnapshotsAnswer) => boolean): Promise<SnapshotsAnswer> => {
    for (;;) {
      const answer = await listed();
      if (done(answer)) return answer;
      await pause(10);
    }
  };
  assert.equal((await post(at, '/api/snapshots/take', { host: 'web' })).status, 202);
  assert.deepEqual((await until(({ working }) => working?.phase === 'receiving')).working, { doing: 'taking', name: 'web', phase: 'receiving', share: 0.4 });
  assert.deepEqual((await listed()).snapshots, []);
  assert.equal(errorOf(await post(at, '/api/snapshots/take', { host: 'web' })), 'SNAPSHOT_BUSY');
  finish();
  const { snapshots: [taken] } = await until(({ snapshots }) => snapshots.length === 1);
  assert.match(taken?.name ?? '', /^web_\d{8}T\d{6}\.\d{3}Z\.heapsnapshot$/);
  assert.equal((await stat(join(folder, taken?.name ?? ''))).mode & 0o077, 0);
  assert.equal((await stat(folder)).mode & 0o077, 0);
  await until(({ working }) => working === undefined);
  await post(at, '/api/snapshots/take', { host: 'web' });
  await until(({ working }) => working?.phase === 'receiving');
  finish(new Error('The host went away.'));
  assert.match((await until(({ failed }) => failed !== undefined)).failed ?? '', /of web was not taken\. The host went away/);
  assert.deepEqual((await readdir(folder)).length, 1);
});

test('an upload becomes a file here, whatever it is called; the oldest leave beyond the bounds', async (t) => {
  const folder = join(dirname(await inFile(t, '')), 'shelf');
  let nowMs = Date.UTC(2026, 10, 20);
  const shelf = createShelf({ folder, mostFiles: 3, mostBytes: 10_000, wallMs: () => nowMs });
  for (const name of ['one', '../../two', '<img>', '.hidden.heapsnapshot', '']) {
    nowMs += 60_000;
    const taken = await shelf.add(name, (path) => writeFile(path, heapOf(1)));
    await utimes(join(folder, taken), nowMs / 1000, nowMs / 1000);
  }
  assert.deepEqual((await shelf.list()).map(({ name }) => name), ['heap_20261120T000500.000Z.heapsnapshot', 'hidden_20261120T000400.000Z.heapsnapshot', '_img__20261120T000300.000Z.heapsnapshot']);
  nowMs += 60_000;
  await shelf.add('large', (path) => writeFile(path, 'x'.repeat(9500)));
  assert.deepEqual((await shelf.list()).map(({ name }) => name.split('_')[0]), ['large']);

  const { port } = await withFiles(t, {});
  const uploaded = await post(port, '/api/snapshots/upload?name=..%2Fmy%20heap.heapsnapshot', JSON.parse(heapOf(3)));
  assert.equal(uploaded.status, 201);
  const { name } = uploaded.json() as { name: string };
  assert.match(name, /^_my_heap_\d{8}T\d{6}\.\d{3}Z\.heapsnapshot$/);
  assert.equal(((await get(port, `/api/snapshots/classes?snapshot=${name}`)).json() as ClassesAnswer).summary.objects, 5);
});

test('what a killed process left unfinished is removed, and what is being written stays', async (t) => {
  const folder = join(dirname(await inFile(t, '')), 'shelf');
  await mkdir(folder);
  const shelf = createShelf({ folder });
  await writeFile(join(folder, 'killed.heapsnapshot.part'), 'half');
  const taken = await Promise.all(['one', 'two'].map((name) => shelf.add(name, async (path) => {
    await writeFile(path, heapOf(1));
    await shelf.add(`beside ${name}`, (other) => writeFile(other, heapOf(1)));
  })));
  assert.equal((await readdir(folder)).length, 4);
  assert.ok(taken.every((name) => existsSync(join(folder, name))));
});

test('one snapshot is open at a time, and none when nobody has asked for a while', async (t) => {
  const path = await inFile(t, heapOf(5));
  const shelf = createShelf({ folder: dirname(path) });
  await writeFile(join(dirname(path), 'other.heapsnapshot'), heapOf(7));
  const desk = createDesk(shelf, 50);
  t.after(() => { desk.close(); });
  const [first, second] = await Promise.all([desk.ask('made.heapsnapshot', (one) => Promise.resolve(one)), desk.ask('other.heapsnapshot', (one) => Promise.resolve(one))]);
  assert.deepEqual([first.summary.objects, second.summary.objects], [7, 9]);
  await assert.rejects(first.classes(), { code: 'SNAPSHOT_ENDED' });
  assert.equal((await second.classes()).length, 2);
  while (!(await second.classes().then(() => false, () => true))) await pause(20);
  assert.equal((await desk.ask('made.heapsnapshot', (one) => one.classes())).length, 2);
});
