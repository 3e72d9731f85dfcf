// top, diff and export as a person or a build runs them: over a folder, over one that is served, and over an address.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openStore } from '../../collector/store/index.ts';
import { afterwards } from '../cleanup.ts';
import { windowOf } from '../visualizer/windows.ts';
import type { WindowText } from '../visualizer/windows.ts';
import { folder, iniFor, MAIN, run as runCommand, runAs, serve, write } from './command.ts';
import type { Ended } from './command.ts';

const MINUTE_MS = 60_000;
const ESC = '\u001b[31mred\u202e';

/** Without what a crowded machine makes it say of its waiting. */
async function run(...args: string[]): Promise<Ended> {
  const ended = await runCommand(...args);
  return { ...ended, stderr: ended.stderr.replace(/^liveprofiler: (?:waiting for the answer|\d+ bytes so far), \d+ s …\n/gm, '') };
}

/** A service that spent a quarter of its time in `query`, and half of it since ten minutes. */
async function prepared(t: TestContext, more: readonly WindowText[] = []): Promise<{ path: string; db: string; config: string }> {
  const path = await folder(t);
  const db = join(path, 'db');
  const store = await openStore({ path: db });
  const nowMs = Date.now();
  const at = (seq: number, minutesAgo: number, query: number): WindowText => ({ seq, host: 'web-1', startMs: nowMs - minutesAgo * MINUTE_MS, labels: { service: 'shop', version: minutesAgo > 10 ? '1.0' : '1.1' }, stacks: { 'serve /app/server.js:1 < query /app/db.js:7': query, 'serve /app/server.js:1 < render /app/render.js:12': 799 - query, [`serve /app/server.js:1 < ${ESC}`]: 1 } });
  await store.append([at(1, 30, 200), at(2, 25, 200), at(3, 5, 400), ...more].map(windowOf), new Map());
  await store.close();
  return { path, db, config: await write(path, iniFor(1)) };
}

for (const how of ['folder', 'configuration', 'folder that is served', 'configuration that is served', 'address'] as const) {
  test(`top, diff and export say the same of a ${how}`, async (t) => {
    const { path, db, config } = await prepared(t);
    const served = /served|address/.test(how) ? await serve(t, config) : undefined;
    const where = how.startsWith('folder') ? ['--db', db] : how.startsWith('configuration') ? ['--config', config] : ['--url', served?.url ?? ''];

    const top = await run('top', '--host', 'web-1', '--from', '-1h', ...where);
    assert.deepEqual([top.code, top.stderr], [0, '']);
    assert.deepEqual(top.stdout.split('\n').map((line) => line.trim().replace(/ +/g, ' ')), [
      'self total of 24.00 s busy',
      '15.97 s 66.5 % 15.97 s 66.5 % render /app/render.js:12',
      '8.00 s 33.3 % 8.00 s 33.3 % query /app/db.js:7',
      '30.0 ms 0.13 % 30.0 ms 0.13 % \ufffd[31mred\ufffd',
      '0 µs 0.00 % 24.00 s 100.0 % serve /app/server.js:1',
      '',
    ]);

    const byVersion = await run('top', '--by', 'version', '--host', 'web-1', '--from', '-1h', ...where);
    assert.deepEqual(byVersion, { code: 0, stderr: '', stdout: '   busy          by version, of 24.00 s busy\n16.00 s  66.7 %  1.0\n 8.00 s  33.3 %  1.1\n' });

    const diff = await run('diff', 'until=-10minutes', '/graph/web-1/?version=1.1', '--from', '-1h', ...where);
    assert.deepEqual([diff.code, diff.stderr], [0, '']);
    assert.match(diff.stdout, /^A: All hosts, .* UTC, 1,600 samples, 16\.00 s busy\nB: web-1 · version 1\.1, .*, 800 samples, 8\.00 s busy\n/);
    assert.match(diff.stdout, /25\.0 % +50\.0 % +\+25\.0 % +6\.\d\d % .* query {2}\/app\/db\.js:7\n/);
    assert.doesNotMatch(diff.stdout, /red/, 'what chance may have made is left out');

    const file = join(path, 'out.folded');
    const exported = await run('export', 'host=web-1&weight=count', '--from', '-1h', '--format', 'folded', '-o', file, ...where);
    assert.deepEqual(exported, { code: 0, stdout: '', stderr: '' });
    const printed = await run('export', 'host=web-1&weight=count', '--from', '-1h', '--format', 'folded', ...where);
    assert.equal(printed.stdout, await readFile(file, 'utf8'));
    assert.match(printed.stdout, /^serve \(\/app\/server\.js:1\);query \(\/app\/db\.js:7\) 800$/m);
  });
}

test('a build fails when a function grew by more than is allowed, and never for what chance may have made', async (t) => {
  const few = (seq: number, minutesAgo: number, slow: number): WindowText => ({ seq, host: 'quiet', boot: 'boot-q', startMs: Date.now() - minutesAgo * MINUTE_MS, stacks: { slow, fast: 10 - slow } });
  const { db } = await prepared(t, [few(1, 25, 2), few(2, 5, 4)]);
  const diff = (host: string, allowed: string) => run('diff', 'from=-1h&until=-10minutes', 'from=-10minutes', '--host', host, '--fail-above', allowed, '--db', db);
  const grown = await diff('web-1', '5%');
  assert.equal(grown.code, 3);
  assert.equal(grown.stderr, 'liveprofiler: 1 function grew by more than 5.00 % of busy time: query.\n');
  assert.deepEqual([(await diff('web-1', '24%')).code, (await diff('web-1', '26%')).code], [3, 0]);
  const chance = await diff('quiet', '5%');
  assert.deepEqual([chance.code, chance.stderr], [0, ''], 'slow grew from 20 % to 40 %, by two samples');
  assert.match(chance.stdout, /Nothing changed beyond the sampling error/);
});

test('two choices without a time are compared over the same one', async (t) => {
  const { db } = await prepared(t);
  const { code, stdout, stderr } = await run('diff', 'version=1.1', 'service=shop', '--db', db);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^A: version 1\.1, .*, 800 samples, 8\.00 s busy\nB: shop, .*, 800 samples, 8\.00 s busy\nNothing changed/);
});

test('nothing to compare fails a build too: it would pass for want of samples', async (t) => {
  const { db } = await prepared(t);
  const { code, stderr, stdout } = await run('diff', 'from=-3h&until=-2h', 'from=-1h', '--host', 'web-1', '--fail-above', '5%', '--db', db);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /Nothing was sampled for A, web-1, .*: there is nothing to compare/);
});

test('user and password come from the environment, or from the configuration', async (t) => {
  const { path } = await prepared(t);
  const config = await write(path, iniFor(1, 'user = ann\npassword = pä:ss\n'));
  const { url } = await serve(t, config);
  const refused = await run('top', '--url', url, '--from', '-1h');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /set LIVEPROFILER_USER and LIVEPROFILER_PASSWORD/);
  const admitted = await runAs({ env: { ...process.env, LIVEPROFILER_USER: 'ann', LIVEPROFILER_PASSWORD: 'pä:ss' } }, 'top', '--url', url, '--from', '-1h');
  assert.equal(admitted.code, 0, admitted.stderr);
  assert.equal((await run('top', '--config', config, '--from', '-1h')).stdout, admitted.stdout);
});

test('what takes longer than a second says so on stderr', async (t) => {
  let release = (): void => undefined;
  const slow = createServer((_request, response) => {
    release = () => { response.setHeader('content-type', 'application/json').end('{"groups":[{"name":"","totalCount":1,"totalUs":10,"functions":1,"rows":[]}]}'); };
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  afterwards(t, () => new Promise((resolve) => { slow.close(() => { resolve(); }); }));
  const child = spawn(process.execPath, [MAIN, 'top', '--url', `http://127.0.0.1:${(slow.address() as AddressInfo).port}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  afterwards(t, () => { child.kill('SIGKILL'); return Promise.resolve(); });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  for await (const chunk of child.stderr) {
    assert.match(String(chunk), /^liveprofiler: waiting for the answer, \d+ s …\n/);
    break;
  }
  assert.equal(stdout, '');
  release();
  await once(child, 'close');
  assert.match(stdout, /of 10 µs busy/);
});

test('what a server says of a failure steers no terminal', async (t) => {
  const hostile = createServer((_request, response) => void response.writeHead(500).end('{"error":{"message":"gone\\u001b[2J\\nliveprofiler: all is well"}}'));
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  afterwards(t, () => new Promise((resolve) => { hostile.close(() => { resolve(); }); }));
  const { code, stderr } = await run('top', '--url', `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`);
  assert.deepEqual([code, stderr], [1, 'liveprofiler: gone\ufffd[2J\ufffdliveprofiler: all is well\n']);
});

test('a wrong call is told with the way out', async (t) => {
  const { db } = await prepared(t);
  const other = createServer((_request, response) => void response.writeHead(404).end('<h1>Not here</h1>'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  afterwards(t, () => new Promise((resolve) => { other.close(() => { resolve(); }); }));
  const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  for (const [args, sentence, code] of [
    [['top'], 'top needs one of --url ADDRESS, --config FILE or --db FOLDER', 2],
    [['top', '--db', db, '--url', 'http://localhost'], 'needs one of', 2],
    [['top', '--url', 'localhost:9999'], '--url localhost:9999 is no address', 2],
    [['top', '--db', db, '--format', 'svg'], 'top takes no --format; export does', 2],
    [['top', '--db', db, '--limit', '-1'], "Option '--limit' argument is ambiguous", 2],
    [['top', '--db', db, '--limit', 'many'], '--limit many is no number', 2],
    [['top', '--db', db, '--from', 'soon'], 'from=soon is no date', 2],
    [['top', '--db', db, '--host', 'nobody'], 'There is no host "nobody"', 2],
    [['top', 'a', 'b', '--db', db], 'takes one selection', 2],
    [['top', '--url', `${elsewhere}graph/web-1/`], `What answers at ${elsewhere}graph/web-1/ says 404 and no word why: give the address at which the page`, 2],
    [['top', '/graph/50%/', '--db', db], '"50%" is no name of a host', 2],
    [['diff', 'from=-1h', '--db', db], 'diff needs two selections', 2],
    [['diff', 'a=1', 'b=1', '--fail-above', '5', '--db', db], '--fail-above 5 is no share', 2],
    [['diff', 'a=1', 'b=1', '--by', 'luck', '--db', db], 'by=luck is unknown: it takes total, duration', 2],
    [['export', '--db', db], 'export needs --format', 2],
    [['export', '--db', db, '--format', 'elf'], 'format=elf is unknown', 2],
    [['export', '--db', db, '--format', 'svg', '-o', join(db, 'none', 'x.svg')], 'x.svg cannot be written', 1],
    [['top', '--url', 'http://127.0.0.1:1/'], 'http://127.0.0.1:1/ does not answer', 1],
  ] as const) {
    const { code: ended, stderr, stdout } = await run(...args);
    assert.ok(stderr.includes(sentence), `${args.join(' ')}: ${stderr}`);
    assert.deepEqual([ended, stdout], [code, ''], args.join(' '));
  }
  assert.match((await run('top', '--help')).stdout, /liveprofiler top \[WHAT\]/);
});
