// A disk that is full under a process that serves: told once, served on, made up for, and no reason not to end.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { serveHttp } from '../collector/servers.ts';
import { createScriptedHost } from '../collector/wire-host.ts';
import { fill, smallDisk } from '../small-disk.ts';
import { folder, iniFor, run, serve, write } from './command.ts';
import type { Serving } from './command.ts';

test('a full disk is told once and served on; with room nothing is missing, and it can end and start in between', { timeout: 120_000 }, async (t) => {
  const disk = await smallDisk(t, 96);
  if (disk === undefined) return;
  const scripts = [createScriptedHost({ secret: 'token', boot: 'one' }), createScriptedHost({ secret: 'token', boot: 'two' })];
  const ports = await Promise.all(scripts.map(async ({ answer }) => (await serveHttp(t, answer)).port));
  const config = await write(await folder(t), iniFor(ports[0] ?? 0, '').replace('hosts = ', `hosts = 127.0.0.1:${ports[1]}, `).replace('dbpath = db', `dbpath = ${join(disk, 'db')}`));
  const kept = async ({ url }: Serving, port: number | undefined): Promise<number> => ((await (await fetch(`${url}profile/127.0.0.1:${port}/?from=0&until=4000000000`)).json()) as { value: number }).value;
  const allKept = async (serving: Serving): Promise<void> => {
    for (const [i, script] of scripts.entries()) while ((await kept(serving, ports[i])) !== script.served().count) await pause(50);
  };
  const troubles = ({ lines }: Serving): unknown[] => lines().filter(({ level }) => level >= 50).map(({ code }) => code);
  const finish = (): void => {
    for (const script of scripts) script.finish(2);
  };
  finish();
  const first = await serve(t, config);
  await allKept(first);
  const makeRoom = await fill(disk);
  const filling = setInterval(finish, 50);
  t.after(() => {
    clearInterval(filling);
  });
  await first.told(/nothing is stored at present.*(?:full|free).*Make room/);
  await pause(1500);
  assert.deepEqual(troubles(first), ['STORE_FULL'], 'once, after many pulls of two hosts');
  const hosts = async () => (await (await fetch(`${first.url}api/hosts`)).json()) as { state: string; error?: string }[];
  // On a machine that is busy an answer may take longer than a pull may.
  while ((await hosts()).some(({ state, error }) => state !== 'up' || error?.includes('the store does not keep its windows') !== true)) await pause(50);
  await makeRoom();
  await first.told(/what hosts answer is stored again/);
  await allKept(first);

  const makeRoomAgain = await fill(disk);
  while (troubles(first).length < 2) await pause(50);
  first.child.kill('SIGTERM');
  assert.deepEqual(await first.ended, { code: 0, signal: null });
  const without = await run('serve', '--config', config);
  assert.equal(without.code, 1);
  assert.match(without.stderr, /^liveprofiler: .*(?:no space left|disk is full|ENOSPC).*\n$/i);
  await makeRoomAgain();
  clearInterval(filling);
  const second = await serve(t, config);
  await allKept(second);
});
