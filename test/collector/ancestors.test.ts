// Hosts that run an ancestor's sampler: small servers that count and forget as theirs do.
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { createRig, settings, target } from './rig.ts';
import { serveHttp } from './servers.ts';
import { createFakeClock } from './fake-clock.ts';
import { createScriptedHost } from './wire-host.ts';

interface Counting {
  stacks: Map<string, number>;
  elapsedS: number;
  add(stack: string, count: number): void;
}

function counting(): Counting {
  return {
    stacks: new Map(),
    elapsedS: 0,
    add(stack, count) {
      this.stacks.set(stack, (this.stacks.get(stack) ?? 0) + count);
      this.elapsedS += 10;
    },
  };
}

/** liveprofiler's sampler for Python: forgets what it told, at every GET of its one path. */
function pythonJson(state: Counting): RequestListener {
  return (request, response) => {
    if (request.headers['profiler_token'] !== 'secret') return response.writeHead(403).end();
    const stacks = [...state.stacks].map(([frame, count]) => ({ frame, count })).sort((a, b) => b.count - a.count);
    response.end(JSON.stringify({ elapsed: state.elapsedS, granularity: 0.001, stacks }));
    state.stacks.clear();
    state.elapsedS = 0;
    return undefined;
  };
}

/** nylas' emitter: forgets only when asked to, knows no secret, closes the connection after its HTTP/1.0 answer. */
function nylasText(state: Counting): RequestListener {
  return (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x');
    const lines = [...state.stacks].sort(([, a], [, b]) => b - a).map(([stack, count]) => `${stack} ${count}\n`);
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { connection: 'close' });
    response.end(`elapsed ${state.elapsedS}\ngranularity 0.005\n${lines.join('')}`);
    if (!['1', 'true'].includes(searchParams.get('reset') ?? '')) return;
    state.stacks.clear();
    state.elapsedS = 0;
  };
}

test('JSON of the ancestors: every count is stored once, over any number of pulls', async (t) => {
  const state = counting();
  const host = await serveHttp(t, pythonJson(state));
  const clock = createFakeClock();
  const rig = await createRig(t, settings([target('old', host.url, { labels: { service: 'django' } })]), { clock });
  state.add('<module>(__main__);run(app)', 128);
  await rig.collector.pullNow();
  clock.jump(10_000);
  state.add('<module>(__main__);run(app)', 2);
  state.add('<module>(__main__);idle(app)', 1);
  clock.jump(10_000);
  await rig.collector.pullNow();
  assert.deepEqual(await rig.store.tally('old'), { windows: 2, count: 131, weight: 131_000 });
  const [first, second] = rig.store.windows('old');
  assert.deepEqual([first?.startUs, first?.endUs], [1_699_999_990_000_000, 1_700_000_000_000_000]);
  assert.deepEqual([second?.startUs, second?.endUs], [1_700_000_000_000_000, 1_700_000_020_000_000]);
  assert.equal(first?.idle.weight, 10_000_000 - 128_000, 'what it did not compute, it waited');
  assert.deepEqual(first.profile.frames, [{ name: '<module>', url: '__main__', line: 0, column: 0 }, { name: 'run', url: 'app', line: 0, column: 0 }]);
  assert.deepEqual(second?.processLabels, { service: 'django' });
  const { speaks, state: is, service } = rig.status('old');
  assert.deepEqual({ speaks, is, service }, { speaks: 'ancestor-json', is: 'up', service: 'django' });
});

test('text of nylas: asked to forget only once it is known to be nylas, and every count is stored once', async (t) => {
  const state = counting();
  const host = await serveHttp(t, nylasText(state));
  const rig = await createRig(t, settings([target('old', host.url)]));
  for (const count of [42, 3, 5]) {
    state.add('<module>(__main__);run(app)', count);
    await rig.collector.pullNow();
  }
  const asked = host.requests.map(({ url = '' }) => url.includes('reset=1'));
  assert.deepEqual(asked, [false, true, true, true]);
  assert.deepEqual(await rig.store.tally('old'), { windows: 3, count: 50, weight: 250_000 });
  assert.equal(rig.status('old').speaks, 'nylas');
});

test('a new collector over the same store goes on where the former stopped', async (t) => {
  const state = counting();
  const host = await serveHttp(t, pythonJson(state));
  const rig = await createRig(t, settings([target('old', host.url)]));
  state.add('a(m)', 1);
  await rig.collector.pullNow();
  await rig.collector.stop();
  const again = await createRig(t, settings([target('old', host.url)]), { wrap: () => rig.store });
  state.add('a(m)', 2);
  await again.collector.pullNow();
  assert.deepEqual(await rig.store.tally('old'), { windows: 2, count: 3, weight: 3000 });
});

test('what the host has forgotten and the store refuses is held and stored later, before the host is asked again', async (t) => {
  const state = counting();
  const host = await serveHttp(t, pythonJson(state));
  let full = true;
  const rig = await createRig(t, settings([target('old', host.url)]), {
    wrap: (store) => ({
      memory: (name) => store.memory(name),
      append: (windows, memories) => (full ? Promise.reject(new Error('No space left.')) : store.append(windows, memories)),
    }),
  });
  state.add('a(m)', 7);
  await rig.collector.pullNow();
  state.add('a(m)', 8);
  await rig.collector.pullNow();
  assert.equal(host.requests.length, 1);
  full = false;
  await rig.collector.pullNow();
  assert.deepEqual(await rig.store.tally('old'), { windows: 2, count: 15, weight: 15_000 });
});

test('a sampler that was not started, and lines that cannot be read, are told', async (t) => {
  let body = '{}';
  const host = await serveHttp(t, (_, response) => response.end(body));
  const rig = await createRig(t, settings([target('old', host.url)]));
  await rig.collector.pullNow();
  assert.equal(rig.status('old').state, 'stale');
  assert.match(rig.status('old').error ?? '', /not started/);
  body = JSON.stringify({ elapsed: 1, granularity: 0.01, stacks: [{ frame: 'a', count: 1 }, { frame: 'b', count: 'x' }] });
  await rig.collector.pullNow();
  assert.equal(rig.status('old').state, 'up');
  assert.match(rig.status('old').error ?? '', /1 entries .* could not be read/);
  assert.match(await rig.collector.metrics.metrics(), /liveprofiler_entries_malformed_total\{host="old"\} 1/);
});

test('a host that moves from nylas to the current sampler is read by its new format at once', async (t) => {
  const state = counting();
  const script = createScriptedHost();
  let answer = nylasText(state);
  const host = await serveHttp(t, (request, response) => {
    answer(request, response);
  });
  const rig = await createRig(t, settings([target('shop', host.url)]));
  state.add('a(m)', 1);
  await rig.collector.pullNow();
  answer = script.answer;
  script.finish(2);
  await rig.collector.pullNow();
  assert.equal(rig.status('shop').speaks, 'liveprofiler');
  assert.equal((await rig.store.tally('shop')).windows, 3);
  script.finish(1);
  await rig.collector.pullNow();
  assert.ok(host.requests.at(-1)?.url?.includes('reset') === false, 'who speaks the current format is never asked to forget');
});
