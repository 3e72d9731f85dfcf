// The endpoint as people and collectors meet it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createSampler } from 'liveprofiler-sampler';
import type { Sampler } from 'liveprofiler-sampler';
import { SECRET } from './ask.ts';

async function serve(t: TestContext, listener: RequestListener): Promise<number> {
  const server: Server = createServer(listener);
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** One that has a finished window. */
async function withWindow(t: TestContext): Promise<Sampler> {
  const sampler = createSampler({ secret: ['old', SECRET], windowMs: 1000 });
  t.after(() => sampler.stop());
  const untilMs = performance.now() + 150;
  while (performance.now() < untilMs) Math.sqrt(untilMs);
  await pause(50);
  sampler.pause();
  return sampler;
}

test('a plain GET answers the ancestors JSON once; HEAD and ?format= move nothing', async (t) => {
  const sampler = await withWindow(t);
  const port = await serve(t, (incoming, outgoing) => sampler.handle(incoming, outgoing));
  const ask = async (query: string, method = 'GET'): Promise<string> => (await fetch(`http://127.0.0.1:${port}/liveprofiler${query}`, { method, headers: { PROFILER_TOKEN: SECRET } })).text();
  assert.equal(await ask('', 'HEAD'), '');
  assert.match(await ask('?format=folded'), /^.+ \d+$/m);
  const profile = JSON.parse(await ask('?format=cpuprofile')) as { samples: number[]; timeDeltas: number[]; startTime: number; endTime: number };
  assert.equal(profile.samples.length, profile.timeDeltas.length);
  assert.ok(profile.endTime > profile.startTime);

  const first = JSON.parse(await ask('')) as { elapsed: number; granularity: number; stacks: { frame: string; count: number }[] };
  assert.deepEqual(Object.keys(first), ['elapsed', 'granularity', 'stacks']);
  assert.ok(first.elapsed > 0.15 && Math.abs(first.granularity - 0.01) <= 0.0005);
  assert.ok(first.stacks.length > 0 && !first.stacks.some(({ frame }) => frame.includes('(idle)')));
  const counts = first.stacks.map(({ count }) => count);
  assert.deepEqual(counts, [...counts].sort((a, b) => b - a));
  assert.equal(await ask(''), '{}');
  const wire = JSON.parse(await ask('?after=')) as { processes: { windows: unknown[] }[] };
  assert.ok((wire.processes[0]?.windows.length ?? 0) > 0);
});

test('asking again with the same cursor gets the same windows; any number of readers may', async (t) => {
  const sampler = await withWindow(t);
  const port = await serve(t, (incoming, outgoing) => sampler.handle(incoming, outgoing));
  const ask = async (after: string) => (await (await fetch(`http://127.0.0.1:${port}/liveprofiler?after=${after}`, { headers: { PROFILER_TOKEN: SECRET } })).json()) as { cursor: string; processes: { windows: unknown[] }[] };
  const [one, other] = [await ask(''), await ask('')];
  assert.deepEqual(one.processes[0]?.windows, other.processes[0]?.windows);
  assert.deepEqual((await ask(one.cursor)).processes[0]?.windows, []);
});

test('a malformed query is 400 with a sentence', async (t) => {
  const sampler = await withWindow(t);
  const port = await serve(t, (incoming, outgoing) => sampler.handle(incoming, outgoing));
  for (const query of ['format=svg', 'after=!', 'after=&format=folded', 'after=&after=', `after=${'A'.repeat(5000)}`, 'format=folded&format=folded']) {
    const response = await fetch(`http://127.0.0.1:${port}/liveprofiler?${query}`, { headers: { PROFILER_TOKEN: SECRET } });
    assert.equal(response.status, 400, query);
    assert.match(await response.text(), /^[A-Za-z].+\.\n$/);
  }
});

test('an answer is gzipped for who accepts it, and only for them', async (t) => {
  const sampler = await withWindow(t);
  const port = await serve(t, (incoming, outgoing) => sampler.handle(incoming, outgoing));
  const encodingFor = async (accepts: string): Promise<string | undefined> => {
    const sent = request({ port, host: '127.0.0.1', path: '/liveprofiler?after=', headers: { PROFILER_TOKEN: SECRET, 'accept-encoding': accepts } }).end();
    const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    response.resume();
    return response.headers['content-encoding'];
  };
  assert.equal(await encodingFor('gzip'), 'gzip');
  assert.equal(await encodingFor('br, gzip;q=0.5'), 'gzip');
  assert.equal(await encodingFor('gzip;q=0'), undefined);
  assert.equal(await encodingFor('identity'), undefined);
});

test('a server of its own says 404 and 405', async (t) => {
  const sampler = await withWindow(t);
  const { port } = await sampler.listen({ port: 0 });
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404);
  const refused = await fetch(`http://127.0.0.1:${port}/liveprofiler`, { method: 'PUT' });
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD']);
});

test('a path is the one that requests spell, whatever a browser would make of it', async (t) => {
  const sampler = createSampler({ secret: SECRET, adminSecret: 'another', path: '/{a}/../b' });
  t.after(() => sampler.stop());
  const port = await serve(t, (incoming, outgoing) => sampler.handle(incoming, outgoing));
  for (const [path, token, key] of [['/{a}/../b?after=', SECRET, 'cursor'], ['/{a}/../b/resources', 'another', 'activeResources']] as const) {
    // fetch() would send another one.
    const [response] = (await once(request({ host: '127.0.0.1', port, path, headers: { PROFILER_TOKEN: token } }).end(), 'response')) as [import('node:http').IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    assert.ok(key in (JSON.parse(text) as object), text);
  }
});
