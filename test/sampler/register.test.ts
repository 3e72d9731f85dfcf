// `node --import liveprofiler-sampler/register`: a service that knows nothing of it, read from outside.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { askWire, SECRET } from './ask.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const GOOD = { LIVEPROFILER_SECRET: SECRET, LIVEPROFILER_PORT: '0', LIVEPROFILER_SERVICE: 'shop' };

interface Service {
  /** The line on stderr. */
  readonly line: string;
  /** What the service wrote itself: it is running. */
  readonly said: string;
  readonly port: number;
  /** On its stdin. */
  readonly tell: (line: string) => void;
  end(): Promise<void>;
}

const APP = "console.log('serving'); setInterval(() => {}, 1000); process.stdin.once('end', () => process.exit()).resume();";
/** Forks two of itself when it is told anything. */
const CLUSTER = `const cluster = require('node:cluster');
  if (cluster.isPrimary) process.stdin.once('data', () => { for (const _ of 'ab') cluster.fork(); });
  else process.once('disconnect', () => process.exit());
  ${APP}`;

/** Starts a program of version 3.2.1, in `app/bin/`, with nothing in the environment but what is given. */
async function start(t: TestContext, environment: Readonly<Record<string, string>>, flag = '--import', app = APP): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-register-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'package.json'), '{ "version": "3.2.1" }');
  writeFileSync(join(folder, 'bin', 'package.json'), '{ "type": "commonjs" }');
  writeFileSync(join(folder, 'bin', 'app.js'), app);
  const child = spawn(process.execPath, [flag, 'liveprofiler-sampler/register', join(folder, 'bin', 'app.js')], { cwd: ROOT, env: { TMPDIR: tmpdir(), ...environment } });
  const end = async (): Promise<void> => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  };
  t.after(async () => {
    await end();
    rmSync(folder, { recursive: true });
  });
  const [[line], [said]] = (await Promise.all([once(createInterface(child.stderr), 'line'), once(createInterface(child.stdout), 'line')])) as [[string], [string]];
  return { line, said, end, tell: (told) => child.stdin.write(`${told}\n`), port: Number(/:(\d+)(?:;|$)/.exec(line)?.[1]) };
}

test('a service without a line of code for it is sampled, and says so in one line', async (t) => {
  const { line, port } = await start(t, { ...GOOD, LIVEPROFILER_INTERVAL_US: '2000', LIVEPROFILER_LABELS: 'region=eu, tier = web' });
  assert.match(line, /^liveprofiler: sampling shop 3\.2\.1, read at 127\.0\.0\.1:\d+$/);
  const [process] = (await askWire(port)).processes;
  assert.ok(process !== undefined);
  const { service, version, region, tier } = process.labels;
  assert.deepEqual({ service, version, region, tier }, { service: 'shop', version: '3.2.1', region: 'eu', tier: 'web' });
  assert.equal(process.state, 'running');
  assert.ok(Math.abs(process.intervalUs - 2000) <= 100);
});

test('it is read at this machine alone, unless LIVEPROFILER_HOST says where else', async (t) => {
  const { line, port } = await start(t, { ...GOOD, LIVEPROFILER_HOST: '0.0.0.0' });
  assert.match(line, /read at 0\.0\.0\.0:\d+$/);
  assert.equal((await askWire(port)).processes[0]?.state, 'running');
});

test('--require does as well, and the version is the commit where the environment tells it, unless one is given', async (t) => {
  const built = { ...GOOD, GIT_COMMIT: 'not a commit', SOURCE_VERSION: '0123456789abcdef0123456789abcdef01234567' };
  assert.match((await start(t, built, '--require')).line, /sampling shop 0123456789ab, read at/);
  assert.match((await start(t, { ...built, LIVEPROFILER_VERSION: '9.9' })).line, /sampling shop 9\.9, read at/);
});

test('under PM2 the version is that of the program that PM2 was given, however its environment tells it', async (t) => {
  const program = join(ROOT, 'package.json');
  const { version } = JSON.parse(readFileSync(program, 'utf8')) as { version: string };
  for (const environment of [{ pm_exec_path: program }, { pm2_env: JSON.stringify({ pm_exec_path: program }) }, { pm_exec_path: program, pm2_env: '{' }]) {
    const { line } = await start(t, { ...GOOD, ...environment });
    assert.ok(line.startsWith(`liveprofiler: sampling shop ${version}, read at`), line);
  }
});

test('wrong values are told and left out, and the service runs', async (t) => {
  const { line, said, port } = await start(t, { ...GOOD, LIVEPROFILER_INTERVAL_US: 'fast', LIVEPROFILER_LABELS: 'pid=1', LIVEPROFILER_SERVICE: 'x'.repeat(2000) });
  assert.equal(said, 'serving');
  assert.match(line, /^liveprofiler: sampling this process 3\.2\.1, read at .*; LIVEPROFILER_SERVICE: .*; LIVEPROFILER_INTERVAL_US: intervalUs is NaN.*; LIVEPROFILER_LABELS: labels\.pid is set/);
  const [process] = (await askWire(port)).processes;
  assert.equal(process?.state, 'running');
  assert.ok(Math.abs(process.intervalUs - 10_000) <= 500);
});

test('without a secret nothing is sampled, and the service runs', async (t) => {
  const { line, said } = await start(t, {});
  assert.deepEqual([line, said], ['liveprofiler: LIVEPROFILER_SECRET is not set; nothing is sampled', 'serving']);
});

test('a port that is taken is told, and the service runs; what a value holds does not steer the terminal', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { line, said } = await start(t, { ...GOOD, LIVEPROFILER_SERVICE: 'a\u001b[2Jb', LIVEPROFILER_PORT: String((taken.address() as AddressInfo).port) });
  assert.equal(said, 'serving');
  assert.match(line, /^liveprofiler: sampling a \[2Jb 3\.2\.1; port \d+ is taken: if another process of a \[2Jb has it, this one is read through that one, else set LIVEPROFILER_PORT$/);
});

test('of two processes of one service on one port the first answers for both, and the second when the first is gone', async (t) => {
  // Other tests run a shop meanwhile, and processes of one service find each other.
  const ours = { ...GOOD, LIVEPROFILER_SERVICE: `shop ${process.pid}` };
  const first = await start(t, ours);
  const second = await start(t, { ...ours, LIVEPROFILER_PORT: String(first.port) });
  assert.match(second.line, /this one is read through that one/);
  while (((await askWire(first.port)).processes[0]?.windows.length ?? 0) < 2) await new Promise((resolve) => setTimeout(resolve, 100));
  const boots = async (): Promise<number> => new Set((await askWire(first.port)).processes.map(({ boot }) => boot)).size;
  await first.end();
  let seen = 0;
  for (const untilMs = Date.now() + 20_000; seen < 2 && Date.now() < untilMs; await new Promise((resolve) => setTimeout(resolve, 200))) seen = await boots().catch(() => 0);
  assert.equal(seen, 2);
});

test('a cluster without a line of code is read by one pull', async (t) => {
  const { port, tell } = await start(t, { ...GOOD, LIVEPROFILER_SERVICE: `shop ${process.pid} of workers` }, '--import', CLUSTER);
  tell('fork');
  const boots = new Set<string>();
  for (const untilMs = Date.now() + 20_000; boots.size < 3 && Date.now() < untilMs; await new Promise((resolve) => setTimeout(resolve, 200))) for (const { boot } of (await askWire(port)).processes) boots.add(boot);
  assert.equal(boots.size, 3);
});
