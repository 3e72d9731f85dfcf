// A fleet in which most hosts misbehave, each in its own way: the good ones lose nothing and wait for nobody.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createRig, settings, target, until } from './rig.ts';
import { freePort, serveBytes, serveHttp, serveTcp } from './servers.ts';
import { createScriptedHost } from './wire-host.ts';

const SECRET_OF_FLEET = 'secret';

async function badHosts(t: TestContext): Promise<Record<string, URL>> {
  const answer = async (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Promise<URL> => (await serveHttp(t, (_, response) => response.writeHead(status, headers).end(body))).url;
  const bomb = gzipSync(Buffer.alloc(50_000_000, '{"a":'));
  const deep = JSON.stringify({ elapsed: 1, granularity: 1, stacks: [] }).replace('[]', '['.repeat(100_000) + ']'.repeat(100_000));
  return {
    hangs: (await serveTcp(t, () => undefined)).url,
    'hangs after headers': (await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n')).url,
    drips: (await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', (socket) => {
      const timer = setInterval(() => socket.write(' '), 30);
      socket.on('close', () => {
        clearInterval(timer);
      });
    })).url,
    resets: (await serveTcp(t, (socket) => socket.resetAndDestroy())).url,
    'says too long': (await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{}', (socket) => socket.end())).url,
    'says too short': (await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{"elapsed":1,"granularity":1,"stacks":[]}')).url,
    bomb: await answer(bomb, { 'content-encoding': 'gzip' }),
    'half a gzip': await answer(bomb.subarray(0, 1000), { 'content-encoding': 'gzip' }),
    garbage: await answer(Buffer.from([0, 255, 1, 254, 27, 91, 50, 74])),
    html: await answer('<!doctype html><p>Welcome to nginx', { 'content-type': 'application/json' }),
    newer: await answer('{"liveprofiler":2}'),
    broken: await answer('{"liveprofiler":1,"processes":{"__proto__":[]}}'),
    deep: await answer(deep),
    forbids: await answer('', {}, 403),
    fails: await answer('boom', {}, 500),
    'sends elsewhere': await answer('', { location: 'http://127.0.0.1:1/liveprofiler' }, 302),
    gone: new URL(`http://127.0.0.1:${await freePort()}/liveprofiler`),
  };
}

const EXPECTED: Record<string, string> = {
  hangs: 'timeout', 'hangs after headers': 'timeout', drips: 'timeout', resets: 'reset', 'says too long': 'incomplete', 'says too short': 'not-a-profile',
  bomb: 'too-large', 'half a gzip': 'incomplete', garbage: 'not-a-profile', html: 'not-a-profile', newer: 'newer-format', broken: 'not-a-profile',
  'sends elsewhere': 'redirect', forbids: 'http-403', fails: 'http-5xx', gone: 'refused',
};

test('good hosts are unharmed by bad ones, and each bad one says why', async (t) => {
  const scripts = [createScriptedHost({ boot: 'one' }), createScriptedHost({ boot: 'two' })];
  const good = await Promise.all(scripts.map(async (script, i) => target(`good-${i}`, (await serveHttp(t, script.answer)).url)));
  const bad = await badHosts(t);
  const bads = Object.entries(bad).map(([name, url]) => target(name, url));
  // The good ones come last and there are fewer places than bad hosts. A slow machine inflates the bomb before the time is up.
  const rig = await createRig(t, settings([...bads, ...good], { timeoutMs: 1500, concurrency: 6 }));
  for (let round = 0; round < 3; round++) {
    for (const script of scripts) script.finish(3);
    const goodDone = Promise.all(good.map(({ name }) => until(() => rig.status(name).lastPullMs !== undefined && rig.status(name).state === 'up')));
    await Promise.all([rig.collector.pullNow(), goodDone]);
  }
  for (const [i, script] of scripts.entries()) {
    assert.deepEqual(await rig.store.tally(`good-${i}`), script.served());
    assert.equal(rig.status(`good-${i}`).state, 'up');
  }
  const metrics = await rig.collector.metrics.metrics();
  for (const [name, reason] of Object.entries(EXPECTED)) {
    assert.equal(rig.status(name).state, 'down', name);
    assert.match(rig.status(name).error ?? '', /[.?)]$/, name);
    assert.ok(metrics.includes(`liveprofiler_pull_failures_total{host="${name}",reason="${reason}"} 3`), `${name} should fail with ${reason}: ${rig.status(name).error ?? ''}`);
    assert.equal(rig.lines.filter((line) => line['host'] === name).length, 1, `one line for ${name}`);
  }
  assert.ok(!JSON.stringify(rig.lines).includes(SECRET_OF_FLEET + '"'));
});

test('hosts that hang hold at most half of the places, so good ones are pulled while they do', async (t) => {
  const script = createScriptedHost();
  const good = await serveHttp(t, script.answer);
  const hanging = await Promise.all(Array.from({ length: 4 }, async (_, i) => target(`bad-${i}`, (await serveTcp(t, () => undefined)).url)));
  const rig = await createRig(t, settings([...hanging, target('good', good.url)], { timeoutMs: 1500, concurrency: 4 }));
  await rig.collector.pullNow();
  const all = rig.collector.pullNow();
  script.finish(1);
  const before = performance.now();
  await until(() => good.requests.length >= 2);
  assert.ok(performance.now() - before < 1200, 'it did not wait for a timeout of the others');
  await all;
});

test('names of hosts and errors cannot forge log lines or terminal sequences', async (t) => {
  const host = await serveHttp(t, (_, response) => response.end('\u001b[2J\n{"level":60}'));
  const rig = await createRig(t, settings([target('a\n\u001b[31mb', host.url)]));
  await rig.collector.pullNow();
  assert.equal(rig.lines.length, 1);
  assert.ok(!(rig.status('a\n\u001b[31mb').error ?? '').includes('\u001b'));
});

test('windows at impossible times or of endless depth cost their host alone', async (t) => {
  const good = createScriptedHost({ boot: 'good' });
  const wild = createScriptedHost({ boot: 'wild', wallMs: Number.MAX_SAFE_INTEGER - 10_000 });
  const one = await serveHttp(t, good.answer);
  const two = await serveHttp(t, wild.answer);
  const rig = await createRig(t, settings([target('good', one.url), target('wild', two.url)]));
  good.finish(2);
  wild.finish(2);
  await rig.collector.pullNow();
  assert.deepEqual(await rig.store.tally('good'), good.served());
  assert.match(rig.status('wild').error ?? '', /clock/);
});

test('a host that tells of very many processes keeps nobody waiting, and its line of the log is short', async (t) => {
  const script = createScriptedHost();
  script.state = 'paused';
  const one = script.tell('');
  const [process] = one.processes;
  const body = JSON.stringify({ ...one, processes: Array.from({ length: 20_000 }, (_, i) => ({ ...process, boot: `b${i}` })) });
  const host = await serveHttp(t, (_, response) => response.end(body));
  const rig = await createRig(t, settings([target('many', host.url)], { maxBytes: 32 * 2 ** 20, timeoutMs: 20_000 }));
  for (let round = 0; round < 2; round++) {
    const beforeMs = performance.now();
    await rig.collector.pullNow();
    assert.ok(performance.now() - beforeMs < 5000);
  }
  assert.match(rig.status('many').error ?? '', /is paused/);
  assert.ok(JSON.stringify(rig.lines).length < 10_000);
});
