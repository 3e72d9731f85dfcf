// What a spool lives through: a full disk, a crash in a loop, years of answers, a container that starts again.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listFiles, openFolder } from '#sampler/spool/folder.js';
import { createReader } from '#sampler/spool/reader.js';
import { openSpool } from '#sampler/spool/spool.js';
import { createWriter } from '#sampler/spool/writer.js';
import { createSampler } from 'liveprofiler-sampler';
import { fill, smallDisk } from '../small-disk.ts';
import { askWire, SECRET } from './ask.ts';
import { ownTmp } from './own-tmp.ts';

/** As another process would have left it, so many milliseconds before this one started. */
function leave(folder: string, boot: string, pid: number, beforeMs: number): string {
  const path = join(folder, `${boot}.${pid}.${pid}.0.windows`);
  writeFileSync(path, '1 3\n"a"');
  const atS = Date.now() / 1000 - process.uptime() - beforeMs / 1000;
  utimesSync(path, atS, atS);
  return path;
}

test('a full disk costs the windows that it had no room for, and what comes after them is read', async (t) => {
  const disk = await smallDisk(t, 2);
  if (disk === undefined) return;
  const writer = createWriter(disk, { boot: 'aa', pid: 1, group: 1 }, 1e6);
  const text = (length: number): string => JSON.stringify('x'.repeat(length));
  await writer.append(1, () => Promise.resolve(text(10)));
  const free = await fill(disk);
  await writer.append(2, () => Promise.resolve(text(100_000)));
  await free();
  await writer.append(3, () => Promise.resolve(text(20)));
  assert.equal(writer.failed(), 1);
  assert.deepEqual(await createReader().read(listFiles(disk), 0, 1e6), { records: [text(10), text(20)], spans: [[1, 1], [3, 3]], more: false });
});

test('a file that somebody removed is not begun again under its name, by which readers know it', async (t) => {
  const folder = ownTmp(t);
  const writer = createWriter(folder, { boot: 'aa', pid: 1, group: 1 }, 1e6);
  const reader = createReader();
  await writer.append(1, () => Promise.resolve('"a long first record"'));
  assert.deepEqual((await reader.read(listFiles(folder), 0, 1e6)).spans, [[1, 1]]);
  for (const { path } of listFiles(folder)) rmSync(path);
  await writer.append(2, () => Promise.resolve('"b"'));
  assert.deepEqual(await reader.read(listFiles(folder), 0, 1e6), { records: ['"b"'], spans: [[2, 2]], more: false });
});

test('of files that are gone nothing is remembered', async (t) => {
  const path = join(ownTmp(t), 'x');
  const file = { path, boot: 'aa', pid: 1, group: 1, segment: 0, bytes: 0, modifiedMs: 0 };
  const reader = createReader();
  writeFileSync(path, '1 3\n"a"2 3\n"b"');
  assert.deepEqual((await reader.read([file], 0, 1e6)).spans, [[1, 2]]);
  reader.keepOnly([]);
  writeFileSync(path, '3 3\n"c"');
  assert.deepEqual(await reader.read([file], 0, 1e6), { records: ['"c"'], spans: [[3, 3]], more: false });
});

test('how far others told is known however often they did, and takes no more room for it', (t) => {
  ownTmp(t);
  const spool = openSpool('shop', [SECRET], 'aa', 1e6);
  const folder = openFolder('shop', [SECRET]);
  const told = (...seqs: readonly (number | string)[]): void => { appendFileSync(join(folder, 'aa.told'), seqs.map((seq) => `\n${seq}${typeof seq === 'number' ? `-${seq}` : ''}\n`).join('')); };
  told(...Array.from({ length: 5000 }, (_, index) => index + 1));
  assert.deepEqual(spool.toldByOthers(), [[1, 5000]]);
  assert.ok(!existsSync(join(folder, 'aa.told')), 'what was read is put aside');
  told(5001, 'x', '51', '7000-');
  assert.deepEqual(spool.toldByOthers(), [[1, 5001]]);
  for (let round = 0; round < 20; round++) {
    told(...Array.from({ length: 600 }, (_, index) => 5001 + index));
    assert.deepEqual(spool.toldByOthers(), [[1, 5600]]);
  }
  const bytes = readdirSync(folder).filter((name) => name.startsWith('aa.told')).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  assert.ok(bytes < 10_000, `${bytes} bytes`);
});

test('where a service crashes in a loop, no more processes are told of than a cursor knows apart, the last ones', (t) => {
  ownTmp(t);
  const folder = openFolder('shop', [SECRET]);
  const name = (index: number): string => (index + 1).toString(16).padStart(12, '0');
  for (let index = 0; index < 300; index++) {
    leave(folder, name(index), 2 ** 22 + index, 1000 + index * 100);
    appendFileSync(join(folder, `${name(index)}.asked`), 'x\n');
  }
  openSpool('shop', [SECRET], 'aa', 1e6);
  assert.deepEqual(listFiles(folder).map(({ boot }) => boot).sort(), Array.from({ length: 80 }, (_, index) => name(index)));
  assert.equal(readdirSync(folder).length, 2 * 80, 'what was noted of the others goes with them');
});

test('whoever crashed before under the same pid, as in a container, is told of; a second sampler of this process is not', async (t) => {
  ownTmp(t);
  const spool = openSpool('shop', [SECRET], 'aa', 1e6);
  const folder = openFolder('shop', [SECRET]);
  leave(folder, 'bb', process.pid, 1000);
  leave(folder, 'cc', process.pid, -process.uptime() * 1000);
  assert.deepEqual([...(await spool.others({ host: 'web:8000', port: undefined }, () => ({ seq: 0, holes: [] }), 1e6)).seen.keys()], ['bb']);
});

test('a service that can have no private folder runs without one, and says so', async (t) => {
  const tmp = ownTmp(t);
  for (const name of [`liveprofiler-${process.getuid?.() ?? ''}`]) mkdirSync(join(tmp, name), { mode: 0o755 });
  const sampler = createSampler({ secret: SECRET, service: 'shop' });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const [process_] = (await askWire(port)).processes;
  assert.deepEqual([process_?.state, process_?.cost.recoveries], ['running', { spoolUnavailable: 1 }]);
});

test('a folder that somebody removed is made again, for what is written and for what is noted', async (t) => {
  ownTmp(t);
  const spool = openSpool('shop', [SECRET], 'aa', 1e6);
  const folder = openFolder('shop', [SECRET]);
  const asked = { host: 'web:8000', port: undefined };
  await spool.append(1, () => Promise.resolve('"a"'));
  rmSync(join(folder, '..'), { recursive: true });
  assert.deepEqual((await spool.others(asked, () => ({ seq: 0, holes: [] }), 1e6)).records, []);
  rmSync(join(folder, '..'), { recursive: true });
  await spool.append(2, () => Promise.resolve('"b"'));
  assert.equal(spool.failed(), 0);
  assert.deepEqual((await createReader().read(listFiles(folder), 0, 1e6)).records, ['"b"']);
});

test('behind a disk that hangs no more wait than memory has room for, and the others are counted', (t) => {
  const folder = ownTmp(t);
  const writer = createWriter(folder, { boot: 'aa', pid: 1, group: 1 }, 1e6);
  const never = new Promise<string>(() => undefined);
  for (let seq = 1; seq <= 250; seq++) void writer.append(seq, () => never);
  assert.equal(writer.failed(), 50);
});
