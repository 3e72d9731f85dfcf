// What the admin secret opens, over real HTTP: heap snapshots, what keeps the process alive, a report without secrets.
import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSampler } from 'liveprofiler-sampler';
import type { SamplerOptions } from 'liveprofiler-sampler';
import { nodes } from '../../nodes.ts';
import { SECRET } from '../ask.ts';

const ADMIN = 'an admin secret';
const LIMIT = { timeout: 120_000 };

// Other tests take snapshots too: whose files are left behind is told by a folder of our own.
process.env['TMPDIR'] = mkdtempSync(join(tmpdir(), 'liveprofiler-admin-'));
after(() => { rmSync(tmpdir(), { recursive: true }); });

async function started(t: TestContext, options: Partial<SamplerOptions> = {}): Promise<number> {
  const sampler = createSampler({ secret: SECRET, adminSecret: ADMIN, ...options });
  t.after(() => sampler.stop());
  return (await sampler.listen({ port: 0 })).port;
}

function ask(port: number, path: string, secret: string | undefined = ADMIN, method = 'GET'): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/liveprofiler/${path}`, { method, headers: secret === '' ? {} : { PROFILER_TOKEN: secret } });
}

/** An answer whose body is not read yet. */
async function begin(port: number, path: string): Promise<IncomingMessage> {
  const sent = request({ port, host: '127.0.0.1', path: `/liveprofiler/${path}`, headers: { PROFILER_TOKEN: ADMIN } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

async function planWhen(port: number, wished: (plan: { refused?: string }) => boolean): Promise<void> {
  while (!wished((await (await ask(port, 'heap-snapshot?plan')).json()) as { refused?: string })) await pause(20);
}

function leftBehind(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('liveprofiler-heap-'));
}

test('the reading secret opens none of it, and is told why; nobody else is told anything', async (t) => {
  const port = await started(t);
  for (const path of ['heap-snapshot', 'heap-snapshot?plan', 'resources', 'report']) {
    const refused = await ask(port, path, SECRET);
    assert.deepEqual([refused.status, await refused.text()], [403, 'This takes the adminSecret, not the secret that profiles are read with.\n']);
    for (const secret of ['', 'wrong']) {
      const unknown = await ask(port, path, secret);
      assert.deepEqual([unknown.status, await unknown.text()], [403, '']);
    }
  }
  assert.equal((await ask(port, '../liveprofiler?after=', ADMIN)).status, 403);
});

test('without an adminSecret nobody is let in', async (t) => {
  const sampler = createSampler({ secret: SECRET });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const refused = await ask(port, 'report', SECRET);
  assert.deepEqual([refused.status, await refused.text()], [403, 'This takes an adminSecret, and createSampler was given none.\n']);
  assert.equal((await ask(port, 'report', 'undefined')).status, 403);
});

for (const { path, major } of nodes()) {
  test(`Node ${major}: a snapshot is what V8 tells of the heap; the pause is told before and after`, LIMIT, async (t) => {
    const child = fork(fileURLToPath(new URL('../memory/heap-child.js', import.meta.url)), { execPath: path, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    t.after(() => child.kill('SIGKILL'));
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const head = await ask(port, 'heap-snapshot', 'admin', 'HEAD');
    assert.equal(head.status, 200);
    assert.ok(Number(head.headers.get('liveprofiler-heap-bytes')) > 1e6 && Number(head.headers.get('liveprofiler-expected-pause-ms')) > 0);
    const taken = await ask(port, 'heap-snapshot', 'admin');
    assert.equal(taken.status, 200);
    assert.ok(Number(taken.headers.get('liveprofiler-pause-ms')) > 0);
    const { snapshot, nodes: heapNodes, strings } = (await taken.json()) as { snapshot: { node_count: number; meta: { node_fields: string[] } }; nodes: number[]; strings: string[] };
    assert.equal(heapNodes.length, snapshot.node_count * snapshot.meta.node_fields.length);
    assert.ok(strings.includes('holdOrders'));
    assert.equal((await ask(port, 'heap-snapshot', 'admin', 'HEAD')).status, 200);
    assert.deepEqual(leftBehind(), []);
  });
}

test('one snapshot at a time; a reader that goes away midway frees everything', LIMIT, async (t) => {
  const port = await started(t);
  const first = await begin(port, 'heap-snapshot');
  first.pause();
  const second = await ask(port, 'heap-snapshot');
  assert.deepEqual([second.status, await second.text()], [429, 'A heap snapshot is being taken or sent: ask again when it is done.\n']);
  // No file has a name while it is sent.
  assert.deepEqual(leftBehind(), []);
  first.destroy();
  await planWhen(port, ({ refused }) => refused === undefined);
  const third = await ask(port, 'heap-snapshot');
  assert.equal(third.status, 200);
  assert.match(await third.text(), /^\{"snapshot":\{.+\}\s*$/s);
});

test('what a process that is gone left of a snapshot is removed at the next one, and nothing else', LIMIT, async (t) => {
  const gone = spawnSync(process.execPath, ['--version']).pid;
  const folderOf = (pid: number, name: string, oldMs: number): string => {
    const path = join(tmpdir(), `liveprofiler-heap-${pid}-${name}`);
    mkdirSync(path);
    writeFileSync(join(path, 'snapshot'), '{');
    const at = new Date(Date.now() - oldMs);
    utimesSync(path, at, at);
    return path;
  };
  const old = 3_600_000;
  const left = [folderOf(gone, 'abc123', old), folderOf(process.pid, 'abc123', old)];
  const kept = [folderOf(gone, 'young1', 1000), folderOf(process.ppid, 'abc123', old), join(tmpdir(), `liveprofiler-heap-${gone}-target`), join(tmpdir(), `liveprofiler-heap-${gone}-file12`)];
  const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  symlinkSync(elsewhere, kept[2] ?? '');
  writeFileSync(kept[3] ?? '', '');
  if (process.getuid?.() === 0) {
    const foreign = folderOf(gone, 'theirs', old);
    chownSync(foreign, 65_534, 65_534);
    kept.push(foreign);
  }
  t.after(() => { for (const path of [...kept, elsewhere]) rmSync(path, { recursive: true, force: true }); });
  const taken = await ask(await started(t), 'heap-snapshot');
  assert.equal(taken.status, 200);
  await taken.text();
  assert.deepEqual(left.filter((path) => existsSync(path)), []);
  assert.deepEqual(leftBehind().sort(), kept.map((path) => basename(path)).sort());
});

test('a heap above the limit is refused with both sizes, beforehand too', async (t) => {
  const port = await started(t, { maxSnapshotHeapBytes: 1024 ** 2 });
  const said = /^The heap holds \d+ MiB, and snapshots are taken up to 1 MiB \(maxSnapshotHeapBytes\)\./;
  const refused = await ask(port, 'heap-snapshot');
  assert.equal(refused.status, 409);
  assert.match(await refused.text(), said);
  const plan = (await (await ask(port, 'heap-snapshot?plan')).json()) as { refused: string; heapUsedBytes: number; expectedPauseMs: number };
  assert.match(plan.refused, said);
  assert.ok(plan.heapUsedBytes > 1024 ** 2 && plan.expectedPauseMs > 0);
});

test('what keeps the process alive is told by type and one by one', async (t) => {
  const port = await started(t);
  const timer = setTimeout(() => undefined, 60_000);
  t.after(() => { clearTimeout(timer); });
  const { activeResources, handles } = (await (await ask(port, 'resources')).json()) as { activeResources: Record<string, number>; handles: { type: string; is_active?: unknown }[] };
  assert.ok((activeResources['Timeout'] ?? 0) >= 1);
  assert.ok(handles.some(({ type }) => type === 'timer'));
  assert.ok(handles.every((handle) => !('is_active' in handle) && !('address' in handle)));
});

test('the report holds no secret: not of the environment, the command line, nor the sampler’s own', async (t) => {
  process.env['SHOP_DATABASE'] = 'postgres://shop:hunter2@db/shop';
  process.env['NODE_PATH'] = `the secret is ${ADMIN}`;
  t.after(() => {
    delete process.env['SHOP_DATABASE'];
    delete process.env['NODE_PATH'];
  });
  const port = await started(t);
  const text = await (await ask(port, 'report')).text();
  for (const secret of ['hunter2', ADMIN, SECRET]) assert.ok(!text.includes(secret), secret);
  const report = JSON.parse(text) as { header: { nodejsVersion: string; commandLine: string[] }; environmentVariables: Record<string, string>; javascriptHeap: unknown };
  assert.equal(report.header.nodejsVersion, process.version);
  assert.equal(report.environmentVariables['SHOP_DATABASE'], '(masked)');
  assert.ok(report.environmentVariables['PATH'] !== '(masked)' && report.javascriptHeap !== undefined);
});

test('a response that cannot be streamed to is told so', async () => {
  const sampler = createSampler({ secret: SECRET, adminSecret: ADMIN, enabled: false });
  const response = { statusCode: 0, setHeader: () => undefined, end: (body?: string | Uint8Array) => { assert.match(String(body), /cannot be streamed/); } };
  assert.equal(sampler.handle({ method: 'GET', url: '/liveprofiler/heap-snapshot', headers: { profiler_token: ADMIN } }, response), true);
  assert.equal(response.statusCode, 501);
  await sampler.stop();
});
