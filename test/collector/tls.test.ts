// [host ALIAS] with a private authority and a certificate of ours, from config.ini to windows in the store.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../collector/config/index.ts';
import { createRig } from './rig.ts';
import type { Rig } from './rig.ts';
import { serveHttp } from './servers.ts';
import { createScriptedHost } from './wire-host.ts';
import type { ScriptedHost } from './wire-host.ts';

const PEMS = fileURLToPath(new URL('../../../test/fixtures/tls/', import.meta.url));

/** Speaks to nobody without a certificate that the authority signed. */
async function secureHost(t: TestContext): Promise<{ port: number; script: ScriptedHost; asked: () => number }> {
  const pem = (name: string): Promise<string> => readFile(join(PEMS, name), 'utf8');
  const server = createServer({ cert: await pem('server.pem'), key: await pem('server.key'), ca: await pem('authority.pem'), requestCert: true, rejectUnauthorized: true });
  const script = createScriptedHost();
  const { port, requests } = await serveHttp(t, script.answer, server);
  return { port, script, asked: () => requests.length };
}

/** The files lie beside config.ini, which names them by relative paths. */
async function rigFor(t: TestContext, port: number, lines: string, name = 'localhost'): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-tls-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const file of ['authority.pem', 'stranger.pem', 'client.pem', 'client.key']) await copyFile(join(PEMS, file), join(folder, file));
  const path = join(folder, 'config.ini');
  await writeFile(path, `[host shop]\naddress = https://${name}:${port}/liveprofiler\nsecret_header = secret\n${lines}\n`);
  return createRig(t, loadConfig(path, { env: {} }).collector);
}

test('a host behind https of a private authority that asks for our certificate is pulled', async (t) => {
  const { port, script } = await secureHost(t);
  const rig = await rigFor(t, port, 'ca = ./authority.pem\ncert = client.pem\nkey = client.key');
  script.finish(2);
  await rig.collector.pullNow();
  assert.deepEqual(await rig.store.tally('shop'), script.served());
  const { state, error, address } = rig.status('shop');
  assert.deepEqual({ state, error, address }, { state: 'up', error: undefined, address: `https://localhost:${port}/liveprofiler` });
});

for (const [what, lines, name] of [
  ['an authority that nobody named', 'cert = client.pem\nkey = client.key', 'localhost'],
  ['another authority', 'ca = stranger.pem\ncert = client.pem\nkey = client.key', 'localhost'],
  ['no certificate of ours', 'ca = authority.pem', 'localhost'],
  ['a name that is not in its certificate', 'ca = authority.pem\ncert = client.pem\nkey = client.key', '127.0.0.1'],
] as const) {
  test(`${what}: the host is down, and the secret was told to nobody`, async (t) => {
    const { port, script, asked } = await secureHost(t);
    const rig = await rigFor(t, port, lines, name);
    script.finish(1);
    await rig.collector.pullNow();
    assert.equal(rig.status('shop').state, 'down');
    assert.match(rig.status('shop').error ?? '', /No safe connection to .*: check ca, cert and key/);
    assert.deepEqual(rig.lines.map(({ codes }) => codes), [['tls']]);
    assert.equal(asked(), 0);
  });
}
