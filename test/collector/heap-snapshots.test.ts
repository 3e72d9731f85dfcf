// Heap snapshots from hosts into files: whole or not at all, within a bound, and never more than one.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createSampler } from 'liveprofiler-sampler';
import { createHeapSnapshots } from '../../collector/heap-snapshots.ts';
import type { HeapSnapshots, HeapSnapshotsOptions } from '../../collector/heap-snapshots.ts';
import { afterwards } from '../cleanup.ts';
import { freePort, serveHttp } from './servers.ts';

const [SECRET, ADMIN] = ['a secret', 'an admin secret'];
const PLAN = JSON.stringify({ heapUsedBytes: 10_000_000, expectedPauseMs: 3 });

async function folderFor(t: TestContext): Promise<(name: string) => string> {
  const folder = await mkdtemp(join(tmpdir(), 'lp-heap-'));
  afterwards(t, () => rm(folder, { recursive: true }));
  return (name) => join(folder, name);
}

function asking(url: URL, options: Partial<HeapSnapshotsOptions> = {}, adminSecret: string | undefined = ADMIN): HeapSnapshots {
  return createHeapSnapshots({ targets: () => [{ name: 'shop', url, secret: SECRET, adminSecret, labels: {} }, { name: 'closed', url, secret: SECRET, labels: {} }], ...options });
}

/** A host that has a plan, and answers like this when the snapshot itself is asked for. */
function serve(t: TestContext, snapshot: RequestListener): Promise<{ url: URL }> {
  return serveHttp(t, (request, response) => {
    if (request.url?.includes('plan') === true) response.end(PLAN);
    else snapshot(request, response);
  });
}

test('of a real sampler: the cost is told, the file is V8’s, private, and the share that is here grows to the whole', { timeout: 60_000 }, async (t) => {
  const path = await folderFor(t);
  const sampler = createSampler({ secret: SECRET, adminSecret: ADMIN });
  afterwards(t, () => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const snapshots = asking(new URL(`http://127.0.0.1:${port}/liveprofiler`));
  assert.deepEqual(snapshots.hosts(), ['shop']);
  const { heapBytes, pauseMs } = await snapshots.expected('shop');
  assert.ok(heapBytes > 1e6 && pauseMs > 0);
  const shares: (number | undefined)[] = [];
  await snapshots.take('shop', path('one'), (share) => shares.push(share));
  const { snapshot } = JSON.parse(readFileSync(path('one'), 'utf8')) as { snapshot: { node_count: number } };
  assert.ok(snapshot.node_count > 1000);
  assert.equal(statSync(path('one')).mode & 0o777, 0o600);
  assert.equal(shares.at(-1), 1);
  assert.deepEqual(shares, [...shares].sort((a = 0, b = 0) => a - b));
});

test('a wrong admin secret, and none at all, are told with the way out', async (t) => {
  const sampler = createSampler({ secret: SECRET, adminSecret: ADMIN });
  afterwards(t, () => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const url = new URL(`http://127.0.0.1:${port}/liveprofiler`);
  await assert.rejects(asking(url, {}, 'wrong').expected('shop'), /does not know the admin secret \(403\): check admin_secret/);
  for (const host of ['closed', 'unknown']) await assert.rejects(asking(url).expected(host), /There is no admin_secret for /);
});

test('what a host refuses is told in its words', async (t) => {
  const path = await folderFor(t);
  const sampler = createSampler({ secret: SECRET, adminSecret: ADMIN, maxSnapshotHeapBytes: 1024 ** 2 });
  afterwards(t, () => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const snapshots = asking(new URL(`http://127.0.0.1:${port}/liveprofiler`));
  await assert.rejects(snapshots.take('shop', path('x'), () => undefined), /^Error: The heap holds \d+ MiB, and snapshots are taken up to 1 MiB|^PullFailure: The heap holds \d+ MiB/);
  const busy = await serve(t, (_, response) => response.writeHead(429).end('A heap snapshot is being taken or sent: ask again when it is done.\n'));
  await assert.rejects(asking(busy.url).take('shop', path('x'), () => undefined), /being taken or sent/);
});

test('one at a time; stopping ends it, and another can be taken then', async (t) => {
  const path = await folderFor(t);
  let begun: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => (begun = resolve));
  let held = true;
  const host = await serve(t, (_, response) => {
    if (!held) response.end('{}');
    else response.write('{', () => { begun(); });
  });
  const snapshots = asking(host.url);
  const first = snapshots.take('shop', path('one'), () => undefined);
  const ended = assert.rejects(first, /being stopped/);
  await waiting;
  await assert.rejects(snapshots.take('shop', path('two'), () => undefined), /A snapshot of shop is being taken: wait/);
  snapshots.stop();
  await ended;
  held = false;
  await snapshots.take('shop', path('three'), () => undefined);
  assert.equal(readFileSync(path('three'), 'utf8'), '{}');
});

for (const [what, snapshot, options, told] of [
  ['cut short', (_, response) => { response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy()); }, {}, /ended|closed|ends/],
  ['larger than allowed', (_, response) => { response.end(Buffer.alloc(100_000)); }, { maxBytes: 50_000 }, /larger than the 0 MiB/],
  ['dripping', (_, response) => {
    const timer = setInterval(() => response.write(' '), 50);
    response.on('close', () => { clearInterval(timer); });
  }, { mostMs: 600 }, /was not done after 1 s/],
  ['silent', (_, response) => { response.write('{'); }, { patienceMs: 300 }, /told nothing for/],
  ['redirected', (_, response) => { response.writeHead(302, { location: 'http://elsewhere/' }).end(); }, {}, /redirects to elsewhere/],
  ['not found', (_, response) => { response.writeHead(404).end(); }, {}, /hands out no heap snapshots \(404\)/],
  ['in another encoding', (_, response) => { response.writeHead(200, { 'content-encoding': 'br' }).end('x'); }, {}, /encoding "br"/],
] as readonly (readonly [string, RequestListener, Partial<HeapSnapshotsOptions>, RegExp])[]) {
  test(`a snapshot that is ${what} is refused in words, without the secret in them`, { timeout: 20_000 }, async (t) => {
    const path = await folderFor(t);
    const host = await serve(t, snapshot);
    await assert.rejects(asking(host.url, options).take('shop', path('x'), () => undefined), (error: Error) => {
      assert.match(error.message, told);
      assert.ok(!error.message.includes(ADMIN));
      return true;
    });
    // What is there of it belongs to the caller, who gave the path.
    assert.ok(!existsSync(path('x')) || statSync(path('x')).size <= 100_000);
  });
}

test('a host that says that it will pause for ages is not waited for that long', { timeout: 20_000 }, async (t) => {
  const path = await folderFor(t);
  const host = await serveHttp(t, ({ url = '' }, response) => {
    if (url.includes('plan')) response.end(`{"heapUsedBytes":1,"expectedPauseMs":${Number.MAX_SAFE_INTEGER}}`);
    else response.write('{');
  });
  const beforeMs = performance.now();
  await assert.rejects(asking(host.url, { mostMs: 600 }).take('shop', path('x'), () => undefined), /told nothing for 1 s|was not done after 1 s/);
  assert.ok(performance.now() - beforeMs > 500, 'nor given up at once');
});

test('a plan of nonsense is told as that; nobody there too', async (t) => {
  for (const body of ['', 'x', '[]', 'null', '{"heapUsedBytes":-1,"expectedPauseMs":1}', '{"heapUsedBytes":1,"expectedPauseMs":"1"}', '{"heapUsedBytes":1,"expectedPauseMs":1,"refused":{}}']) {
    const host = await serveHttp(t, (_, response) => response.end(body));
    await assert.rejects(asking(host.url).expected('shop'), /makes no sense/, body);
  }
  await assert.rejects(asking(new URL(`http://127.0.0.1:${await freePort()}/liveprofiler`)).expected('shop'), /Nobody listens/);
});
