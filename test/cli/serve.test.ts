// The command as a person runs it: real processes, a real folder, a real service behind it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createSampler } from 'liveprofiler-sampler';
import { folder, iniFor, run, serve, write } from './command.ts';

async function service(t: TestContext): Promise<number> {
  const sampler = createSampler({ secret: 'token', service: 'shop', windowMs: 1000 });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  return port;
}

interface Tree {
  readonly value: number;
}

async function weightOf(url: string, host: string): Promise<number> {
  const response = await fetch(`${url}profile/${encodeURIComponent(host)}/?weight=us&idle=1&from=-1hour`);
  return response.status === 200 ? ((await response.json()) as Tree).value : 0;
}

test('what a service did is in the answer of the page, and still there after a kill -9 and a restart', { timeout: 60_000 }, async (t) => {
  const port = await service(t);
  const config = await write(await folder(t), iniFor(port));
  const host = `127.0.0.1:${port}`;
  const first = await serve(t, config);
  let before = 0;
  while ((before = await weightOf(first.url, host)) < 1_500_000) await pause(50);
  first.child.kill('SIGKILL');
  await once(first.child, 'close');

  const second = await serve(t, config);
  assert.ok((await weightOf(second.url, host)) >= before);
  while ((await weightOf(second.url, host)) < before + 1_000_000) await pause(50);
  const hosts = async () => ((await (await fetch(`${second.url}api/hosts`)).json()) as { host: string; service: string; up: boolean }[]).map((one) => [one.host, one.service, one.up]);
  // On a machine that is busy an answer may take longer than a pull may.
  while ((await hosts())[0]?.[2] !== true) await pause(50);
  assert.deepEqual((await hosts()).map(([name, from]) => [name, from]), [[host, 'shop']]);

  second.child.kill('SIGTERM');
  assert.deepEqual(await second.ended, { code: 0, signal: null });
});

test('a second liveprofiler on the same folder says which process holds it', async (t) => {
  const config = await write(await folder(t), iniFor(9));
  const { child } = await serve(t, config);
  const second = await run('serve', '--config', config);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`held by the process with pid ${child.pid}\\b`));
});

test('a wrong configuration is told with exit code 2', async (t) => {
  const file = await write(await folder(t), '[collector]\nsecret_haeder = x\n');
  for (const command of ['serve', 'check']) {
    const { code, stderr } = await run(command, '--config', file);
    assert.equal(code, 2);
    assert.match(stderr, /secret_haeder[\s\S]*secret_header/);
  }
});

test('a wrong call is told with exit code 2, help and version go to stdout', async () => {
  for (const args of [[], ['serve'], ['fly'], ['serve', 'now'], ['--nonsense']]) {
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /liveprofiler serve --config FILE/);
  }
  assert.match((await run('--help')).stdout, /liveprofiler check --config FILE/);
  assert.match((await run('--version')).stdout, /^\d+\.\d+\.\d+\n$/);
});

test('check says what a sound configuration means', async (t) => {
  const { code, stdout } = await run('check', '--config', await write(await folder(t), iniFor(8000)));
  assert.equal(code, 0);
  assert.match(stdout, /127\.0\.0\.1:8000 {2}http:\/\/127\.0\.0\.1:8000\/liveprofiler/);
});
