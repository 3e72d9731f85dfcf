// The command as a person runs it: real processes, a real folder, a real service behind it.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSampler } from 'liveprofiler-sampler';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Ended> {
  return ended(spawn(process.execPath, [MAIN, ...args]));
}

async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-cli-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Serves until the test ends; resolves to the address once it is told. */
async function serve(t: TestContext, config: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const { stderr } = child;
  let told = '';
  for await (const chunk of stderr) {
    told += String(chunk);
    const [url] = /http:\/\/\S+/.exec(told) ?? [];
    if (url !== undefined) {
      stderr.resume();
      return { child, url };
    }
  }
  throw new Error(`it ended: ${told}`);
}

async function configFor(path: string, port: number): Promise<string> {
  const file = join(path, 'config.ini');
  await writeFile(file, `[global]\ndbpath = db\n[collector]\nsecret_header = token\ninterval = 200ms\nhosts = 127.0.0.1:${port}\n[visualizer]\nlisten = 127.0.0.1:0\n`);
  return file;
}

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

test('what a service did is in the answer of the page, and still there after a kill -9 and a restart', async (t) => {
  const path = await folder(t);
  const port = await service(t);
  const config = await configFor(path, port);
  const host = `127.0.0.1:${port}`;
  const first = await serve(t, config);
  let before = 0;
  while ((before = await weightOf(first.url, host)) < 1_500_000) await pause(50);
  first.child.kill('SIGKILL');
  await once(first.child, 'close');

  const second = await serve(t, config);
  assert.ok((await weightOf(second.url, host)) >= before);
  while ((await weightOf(second.url, host)) < before + 1_000_000) await pause(50);
  const hosts = (await (await fetch(`${second.url}api/hosts`)).json()) as { host: string; service: string; up: boolean }[];
  assert.deepEqual(hosts.map((one) => [one.host, one.service, one.up]), [[host, 'shop', true]]);

  second.child.kill('SIGTERM');
  const [code] = (await once(second.child, 'close')) as [number | null];
  assert.equal(code, 0);
});

test('a second liveprofiler on the same folder says which process holds it', async (t) => {
  const config = await configFor(await folder(t), 9);
  const { child } = await serve(t, config);
  const second = await run('serve', '--config', config);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`held by the process with pid ${child.pid}\\b`));
});

test('SIGHUP takes new hosts over, and a faulty file changes nothing', async (t) => {
  const path = await folder(t);
  const port = await service(t);
  const config = await configFor(path, 9);
  const { child, url } = await serve(t, config);
  const names = async (): Promise<string[]> => ((await (await fetch(`${url}api/hosts`)).json()) as { host: string }[]).map(({ host }) => host);
  await configFor(path, port);
  child.kill('SIGHUP');
  while ((await names())[0] !== `127.0.0.1:${port}`) await pause(20);
  await writeFile(config, '[collector]\nnonsense = 1\n');
  child.kill('SIGHUP');
  await pause(200);
  assert.deepEqual(await names(), [`127.0.0.1:${port}`]);
});

test('a wrong configuration is told with exit code 2', async (t) => {
  const file = join(await folder(t), 'config.ini');
  await writeFile(file, '[collector]\nsecret_haeder = x\n');
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
  const { code, stdout } = await run('check', '--config', await configFor(await folder(t), 8000));
  assert.equal(code, 0);
  assert.match(stdout, /127\.0\.0\.1:8000 {2}http:\/\/127\.0\.0\.1:8000\/liveprofiler/);
});
