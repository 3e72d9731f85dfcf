// What goes wrong at night: one plain sentence with the way out, the right exit code, and nothing else on the way down.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { serveHttp, serveTcp } from '../collector/servers.ts';
import { createScriptedHost } from '../collector/wire-host.ts';
import { folder, iniFor, MAIN, run, runAs, serve, write } from './command.ts';

const SIGNALS_CHILD = fileURLToPath(new URL('./signals-child.js', import.meta.url));
const isRoot = process.getuid?.() === 0;

function assertOneSentence(stderr: string, words: RegExp): void {
  assert.match(stderr, words);
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
}

test('a configuration that is not there, is a folder, or may not be read: exit code 2', async (t) => {
  const path = await folder(t);
  const missing = await run('serve', '--config', join(path, 'nope.ini'));
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /nope\.ini has 1 fault:\n {2}There is no such file: check its path\.\n$/);
  const isFolder = await run('serve', '--config', path);
  assert.equal(isFolder.code, 2);
  assert.match(isFolder.stderr, /This is a folder: name a file in it\.\n$/);
  const file = await write(path, iniFor(9));
  await chmod(path, 0o755);
  await chmod(file, 0);
  const secret = await runAs(isRoot ? { uid: 65_534, gid: 65_534 } : {}, 'serve', '--config', file);
  assert.equal(secret.code, 2);
  assert.match(secret.stderr, /The file may not be read by the user who runs this: change its permissions\.\n$/);
});

test('a port that another program has: exit code 1, and the folder is free again', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const path = await folder(t);
  const taken = await run('serve', '--config', await write(path, iniFor(9).replace(':0\n', `:${port}\n`)));
  assert.equal(taken.code, 1);
  assertOneSentence(taken.stderr, new RegExp(`^liveprofiler: Another program listens at 127\\.0\\.0\\.1:${port} already: end it, or give another \\[visualizer\\] listen\\.$`, 'm'));
  const { child, ended } = await serve(t, await write(path, iniFor(9)));
  child.kill('SIGTERM');
  assert.equal((await ended).code, 0);
});

test('an address that this machine does not have, and a name that nobody knows', async (t) => {
  const path = await folder(t);
  const behind = (listen: string): string => iniFor(9, 'user = a\npassword = b\n').replace('127.0.0.1:0', listen);
  const foreign = await run('serve', '--config', await write(path, behind('192.0.2.1:0')));
  assert.equal(foreign.code, 1);
  assertOneSentence(foreign.stderr, /This machine has no address 192\.0\.2\.1: give one of its own in \[visualizer\] listen\./);
  const unknown = await run('serve', '--config', await write(path, behind('no-such-host.invalid:0')));
  assert.equal(unknown.code, 1);
  assertOneSentence(unknown.stderr, /The name no-such-host\.invalid is not known here: give an address in \[visualizer\] listen\./);
});

test('a dbpath that cannot be made or written: exit code 1, with the folder and the way out', async (t) => {
  const path = await folder(t);
  await writeFile(join(path, 'file'), '');
  const below = await run('serve', '--config', await write(path, iniFor(9).replace('= db', '= file/db')));
  assert.equal(below.code, 1);
  assertOneSentence(below.stderr, /The folder \S+\/file\/db cannot be made: .*Give a dbpath that this user may write\./);
  await chmod(path, 0o755);
  await mkdir(join(path, 'db'), { mode: 0o555 });
  const locked = await runAs(isRoot ? { uid: 65_534, gid: 65_534 } : {}, 'serve', '--config', await write(path, iniFor(9)));
  assert.equal(locked.code, 1);
  assertOneSentence(locked.stderr, /The store in \S+\/db does not open: .*permission denied/);
});

test('a folder that another liveprofiler holds: exit code 1, and who holds it', async (t) => {
  const config = await write(await folder(t), iniFor(9));
  const { child } = await serve(t, config);
  const second = await run('serve', '--config', config);
  assert.equal(second.code, 1);
  assertOneSentence(second.stderr, new RegExp(`held by the process with pid ${child.pid}\\. .*stop that one, or give this one another dbpath`));
});

test('a disk that takes no more: told once, the page goes on, and nothing is lost when it takes more again', { skip: spawnSync('prlimit', ['--version']).error && 'there is no prlimit to refuse writes with' }, async (t) => {
  const script = createScriptedHost({ secret: 'token' });
  const host = await serveHttp(t, script.answer);
  const config = await write(await folder(t), iniFor(host.port));
  // Under the limit a file takes no write beyond its first bytes, as on a full disk.
  const serving = await serve(t, config, ['/bin/sh', '-c', `trap '' XFSZ; exec "$0" "$@"`, process.execPath, MAIN]);
  const limit = (bytes: string): void => {
    assert.equal(spawnSync('prlimit', ['--pid', String(serving.child.pid), `--fsize=${bytes}:`]).status, 0);
  };
  const profile = `${serving.url}profile/127.0.0.1:${host.port}/?from=0&until=4000000000`;
  const kept = async (): Promise<number> => ((await (await fetch(profile)).json()) as { value: number }).value;
  const refused = () => serving.lines().filter(({ msg }) => msg.startsWith('nothing is stored at present'));
  script.finish(100);
  while ((await kept()) !== script.served().count) await pause(20);
  for (const time of [1, 2]) {
    const pulls = host.requests.length;
    limit('16');
    script.finish(100);
    while (refused().length < time || host.requests.length < pulls + 5) await pause(20);
    assert.equal(refused().length, time, 'told once each time that it begins');
    assert.match(refused().at(-1)?.msg ?? '', /each turn tries again: /);
    const health = await fetch(`${serving.url}healthz`);
    assert.deepEqual([health.status, await health.text()], [503, 'The disk refuses writes: nothing is stored at present. It goes on by itself; hosts keep their windows meanwhile.\n']);
    limit('unlimited');
    while ((await kept()) !== script.served().count) await pause(20);
    assert.equal(serving.lines().filter(({ msg }) => msg === 'what hosts answer is stored again').length, time);
    assert.equal((await fetch(`${serving.url}healthz`)).status, 200);
  }
  serving.child.kill('SIGTERM');
  assert.deepEqual(await serving.ended, { code: 0, signal: null });
});

test('SIGTERM and SIGINT while hosts hang: it ends at once, with exit code 0', async (t) => {
  const asked: unknown[] = [];
  const hanging = await serveTcp(t, (socket) => socket.once('data', (data) => asked.push(data)));
  const config = await write(await folder(t), iniFor(hanging.port).replace('200ms', '1h\ntimeout = 1h'));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    asked.length = 0;
    const { child, ended, stderr } = await serve(t, config);
    while (asked.length === 0) await pause(10);
    const sentMs = performance.now();
    child.kill(signal);
    assert.deepEqual(await ended, { code: 0, signal: null });
    assert.ok(performance.now() - sentMs < 5000);
    assert.match(stderr(), /liveprofiler: ending\. A second signal ends it at once\.\n$/);
  }
});

test('a command that hangs before it has asked anything does not keep the server from ending', { timeout: 30_000 }, async (t) => {
  const path = await folder(t);
  const { child, ended } = await serve(t, await write(path, iniFor(9)));
  const silent = connect(join(path, 'db/control.sock'));
  t.after(() => silent.destroy());
  await once(silent, 'connect');
  const sentMs = performance.now();
  child.kill('SIGTERM');
  assert.deepEqual(await ended, { code: 0, signal: null });
  assert.ok(performance.now() - sentMs < 5000);
});

test('a second signal ends a slow end at once; the same key press seen twice does not', async (t) => {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    const child = spawn(process.execPath, [SIGNALS_CHILD], { stdio: ['ignore', 'pipe', 'pipe'] });
    t.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const told = once(child.stderr, 'data');
    child.kill('SIGINT');
    assert.match(String(await told), /ending/);
    child.kill('SIGTERM');
    await pause(600);
    assert.equal(child.exitCode, null);
    const last = once(child.stderr, 'data');
    const exit = once(child, 'exit');
    child.kill(signal);
    assert.match(String(await last), /^liveprofiler: ended at once\. What was stored is safe/);
    assert.deepEqual(await exit, [code, null]);
  }
});

test('a reader that is gone ends nothing', async (t) => {
  const { child, ended } = await serve(t, await write(await folder(t), iniFor(9)));
  child.stderr?.destroy();
  child.stdout?.destroy();
  await pause(300);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, { code: 0, signal: null });
});

test('a store that is a link to nowhere is told', async (t) => {
  const path = await folder(t);
  await symlink('/nowhere/at/all', join(path, 'db'));
  const { code, stderr } = await run('serve', '--config', await write(path, iniFor(9)));
  assert.equal(code, 1);
  assertOneSentence(stderr, /Give a dbpath/);
});
