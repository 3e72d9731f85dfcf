// SIGHUP: what can be taken over holds at once, what cannot is told by its key, and a faulty file changes nothing.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { serveHttp } from '../collector/servers.ts';
import { createScriptedHost } from '../collector/wire-host.ts';
import { folder, iniFor, serve, write } from './command.ts';
import type { Serving } from './command.ts';

async function scripted(t: TestContext): Promise<number> {
  return (await serveHttp(t, createScriptedHost({ secret: 'token' }).answer)).port;
}

async function names({ url }: Serving): Promise<string[]> {
  return ((await (await fetch(`${url}api/hosts`)).json()) as { host: string }[]).map(({ host }) => host);
}

/** Reads the file again; resolves when it is taken over. */
async function hup(serving: Serving, path: string, text: string): Promise<void> {
  const before = serving.lines().length;
  await write(path, text);
  serving.child.kill('SIGHUP');
  while (!serving.lines().slice(before).some(({ msg }) => msg.includes('configuration'))) await pause(10);
}

function status(url: string, headers: Record<string, string> = {}): Promise<number> {
  return fetch(`${url}api/hosts`, { headers }).then((response) => response.status);
}

const basic = (user: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });

test('hosts come and go, and each is named', async (t) => {
  const [one, two] = [await scripted(t), await scripted(t)];
  const path = await folder(t);
  const serving = await serve(t, await write(path, iniFor(one)));
  await hup(serving, path, iniFor(two));
  assert.deepEqual(await names(serving), [`127.0.0.1:${two}`]);
  const { came, left, changed } = await serving.told(/configuration read again/);
  assert.deepEqual({ came, left, changed }, { came: [`127.0.0.1:${two}`], left: [`127.0.0.1:${one}`], changed: [] });
});

test('a file of hosts in the configuration comes and goes like a host', async (t) => {
  const port = await scripted(t);
  const path = await folder(t);
  await writeFile(join(path, 'hosts.json'), JSON.stringify([{ targets: [`127.0.0.1:${port}`] }]));
  const serving = await serve(t, await write(path, iniFor(9)));
  await hup(serving, path, iniFor(9).replace('127.0.0.1:9', 'file:hosts.json'));
  const { came, left } = await serving.told(/configuration read again/);
  assert.deepEqual({ came, left }, { came: ['file:hosts.json'], left: ['127.0.0.1:9'] });
  const { who } = await serving.told(/file:hosts.json names other hosts/);
  assert.deepEqual(who, [`+127.0.0.1:${port}`]);
  assert.deepEqual(await names(serving), [`127.0.0.1:${port}`]);
  assert.match(await (await fetch(`${serving.url}metrics`)).text(), /liveprofiler_source_hosts{source="file:hosts.json"} 1/);
  await hup(serving, path, iniFor(port));
  assert.deepEqual(await names(serving), [`127.0.0.1:${port}`]);
});

test('a faulty file changes nothing and is told with its faults; the next sound one is taken over', async (t) => {
  const port = await scripted(t);
  const path = await folder(t);
  const serving = await serve(t, await write(path, iniFor(port)));
  await hup(serving, path, '[collector]\nnonsense = 1\n');
  const { faults, level } = await serving.told(/has faults: nothing was changed/);
  assert.match(String(faults), /line 2: \[collector\] nonsense = \(hidden\): There is no such key\./);
  assert.equal(level, 50);
  assert.deepEqual(await names(serving), [`127.0.0.1:${port}`]);
  await hup(serving, path, iniFor(port, 'allowed_hosts = page.test\n'));
  await serving.told(/configuration read again/);
});

test('what only a start takes over is told with its key, both values and the way out, and secrets are not', async (t) => {
  const path = await folder(t);
  const sampled = '[sampler]\nenabled = true\nsecret_header = hush-old\n';
  const serving = await serve(t, await write(path, iniFor(9, sampled)));
  const changed = iniFor(9, `[sampler]\nenabled = true\nsecret_header = hush-new\ninterval = 5ms\n[retention]\nraw = 1d\nmax_size = 1GiB\n`);
  await hup(serving, path, changed.replace('dbpath = db', 'dbpath = other').replace(':0\n', ':1\n'));
  const told = serving.lines().filter(({ level }) => level === 40).filter(({ key }) => key !== undefined);
  assert.deepEqual(told.map(({ key, from, to }) => [key, from, to]), [
    ['[global] dbpath', `${path}/db`, `${path}/other`],
    ['[retention] raw', '2 days', '1 day'],
    ['[retention] max_size', 'not set', '1073741824 bytes'],
    ['[visualizer] listen', '127.0.0.1:0', '127.0.0.1:1'],
    ['[sampler] interval', '10ms', '5ms'],
    ['[sampler] secret_header', '(hidden)', '(hidden)'],
  ]);
  assert.equal(told[3]?.msg, '[visualizer] listen is 127.0.0.1:1 in the file, and 127.0.0.1:0 since the start: it stays so until liveprofiler is started again');
  assert.ok(!JSON.stringify(serving.lines()).includes('hush'));
  assert.equal(await status(serving.url), 200, 'it listens where it did');
});

test('what is read again and is as at the start needs no restart any more', async (t) => {
  const path = await folder(t);
  const serving = await serve(t, await write(path, iniFor(9)));
  await hup(serving, path, iniFor(9).replace('= db', '= other'));
  const before = serving.lines().length;
  await hup(serving, path, iniFor(9));
  assert.deepEqual(serving.lines().slice(before).filter(({ key }) => key !== undefined), []);
});

test('user, password, names of the page and the secrets that open its metrics hold from the next request on', async (t) => {
  const path = await folder(t);
  const serving = await serve(t, await write(path, iniFor(9, 'user = ann\npassword = hush-1\n')));
  const { url } = serving;
  assert.deepEqual([await status(url), await status(url, basic('ann', 'hush-1'))], [401, 200]);
  await hup(serving, path, iniFor(9, 'user = bob\npassword = hush-2\nallowed_hosts = page.test\n').replace('= token', '= other-token'));
  assert.deepEqual([await status(url, basic('ann', 'hush-1')), await status(url, basic('bob', 'hush-2'))], [401, 200]);
  const metrics = (token: string): Promise<number> => fetch(`${url}metrics`, { headers: { 'profiler-token': token } }).then((response) => response.status);
  assert.deepEqual([await metrics('token'), await metrics('other-token')], [401, 200]);
  const told = serving.lines().filter(({ key }) => key !== undefined).map(({ key, from, to }) => [key, from, to]);
  assert.deepEqual(told, [
    ['[visualizer] user', 'ann', 'bob'],
    ['[visualizer] password', '(hidden)', '(hidden)'],
    ['[visualizer] allowed_hosts', 'not set', 'page.test'],
  ]);
  assert.ok(!JSON.stringify(serving.lines()).includes('hush'));
});

test('a page that other machines reach keeps its password until it is moved to loopback', async (t) => {
  const path = await folder(t);
  const open = iniFor(9, 'user = ann\npassword = hush\n').replace('listen = 127.0.0.1:0', 'listen = 0.0.0.0:0');
  const serving = await serve(t, await write(path, open));
  const url = serving.url.replace('0.0.0.0', '127.0.0.1');
  await hup(serving, path, iniFor(9));
  assert.deepEqual([await status(url), await status(url, basic('ann', 'hush'))], [401, 200]);
  await serving.told(/user and password are not set in the file.* stay until liveprofiler is started again/);
});

test('interval, timeout, concurrency and max_response hold for the next pulls and are told', async (t) => {
  const script = createScriptedHost({ secret: 'token' });
  const host = await serveHttp(t, script.answer);
  const path = await folder(t);
  const serving = await serve(t, await write(path, iniFor(host.port).replace('200ms', '1h')));
  await serving.told(/host up/);
  const before = host.requests.length;
  await hup(serving, path, iniFor(host.port).replace('200ms', '100ms\ntimeout = 100ms\nconcurrency = 2\nmax_response = 64KiB'));
  while (host.requests.length < before + 4) await pause(10);
  const told = serving.lines().filter(({ key }) => key !== undefined).map(({ key, from, to }) => [key, from, to]);
  assert.deepEqual(told, [
    ['[collector] interval', '3600 s', '0.1 s'],
    ['[collector] timeout', '5 s', '0.1 s'],
    ['[collector] concurrency', '32', '2'],
    ['[collector] max_response', '33554432 bytes', '65536 bytes'],
  ]);
});
