// Hosts come and go without a restart, on schedules that a host's fate does not move.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from './fake-clock.ts';
import { createRig, settings, target, until } from './rig.ts';
import { serveHttp, serveTcp } from './servers.ts';
import { createScriptedHost } from './wire-host.ts';

test('started, it pulls by itself: within two seconds, then once per interval', async (t) => {
  const script = createScriptedHost();
  const host = await serveHttp(t, script.answer);
  const clock = createFakeClock();
  const rig = await createRig(t, settings([target('shop', host.url)], { intervalMs: 10_000 }), { clock });
  rig.collector.start();
  script.finish(1);
  for (let turn = 1; turn <= 4; turn++) {
    clock.advance(turn === 1 ? 2000 : 10_000);
    // Joins the pull that the turn began.
    await rig.collector.pullNow();
    script.finish(1);
  }
  assert.equal(host.requests.length, 4);
  assert.equal((await rig.store.tally('shop')).windows, 4);
});

test('a pull that is still running skips its turns, and none is made up for', async (t) => {
  let release = (): void => undefined;
  const host = await serveHttp(t, (_, response) => {
    release = () => response.end('{}');
  });
  const clock = createFakeClock();
  const rig = await createRig(t, settings([target('slow', host.url)], { intervalMs: 1000, timeoutMs: 60_000 }), { clock });
  rig.collector.start();
  clock.advance(5000);
  await until(() => host.requests.length > 0);
  const running = rig.collector.pullNow();
  release();
  await running;
  assert.equal(host.requests.length, 1);
  assert.match(await rig.collector.metrics.metrics(), /liveprofiler_pulls_skipped_total\{host="slow"\} [345]/);
});

test('hosts that stay keep connection and state, those that leave take their series along, new ones begin', async (t) => {
  const scripts = ['a', 'b', 'c'].map((boot) => createScriptedHost({ boot }));
  const [a, b, c] = await Promise.all(scripts.map((script) => serveHttp(t, script.answer)));
  assert.ok(a && b && c);
  const rig = await createRig(t, settings([target('a', a.url), target('b', b.url)]));
  for (const script of scripts) script.finish(1);
  await rig.collector.pullNow();
  const before = rig.status('a');
  await rig.collector.reload(settings([target('c', c.url), target('a', new URL(a.url.href))]));
  assert.deepEqual(rig.collector.hosts().map(({ host }) => host), ['c', 'a', 'b']);
  const { state, error } = rig.status('b');
  assert.deepEqual([state, error], ['gone', 'The configuration does not name it any more; what was collected is still here.']);
  assert.deepEqual(rig.status('a'), before);
  await rig.collector.pullNow();
  assert.equal(new Set(a.requests.map(({ socket }) => socket)).size, 1, 'over the same connection');
  const metrics = await rig.collector.metrics.metrics();
  assert.ok(!metrics.includes('host="b"') && metrics.includes('host="c"'), metrics);
  assert.equal((await rig.store.tally('c')).windows, 1);
});

test('a new secret is used from the next pull on, and the cursor stays', async (t) => {
  const script = createScriptedHost({ secret: 'new' });
  const host = await serveHttp(t, script.answer);
  const rig = await createRig(t, settings([target('shop', host.url)]));
  script.finish(1);
  await rig.collector.pullNow();
  assert.match(rig.status('shop').error ?? '', /secret is wrong/);
  await rig.collector.reload(settings([target('shop', host.url, { secret: 'new' })]));
  await rig.collector.pullNow();
  assert.equal(rig.status('shop').state, 'up');
  await rig.collector.reload(settings([target('shop', host.url, { secret: 'new', labels: { zone: 'b' } })]));
  script.finish(1);
  assert.deepEqual(await rig.collector.pullNow(), { stacksCollected: 2 }, 'only what came since');
});

test('a host that leaves and comes back while it is being stored is not asked before that is done', async (t) => {
  const script = createScriptedHost();
  const host = await serveHttp(t, script.answer);
  let storing = false;
  let letGo = (): void => undefined;
  const rig = await createRig(t, settings([target('x', host.url)]), {
    wrap: (store) => ({
      memory: (name) => store.memory(name),
      async append(windows, memories) {
        storing = true;
        await new Promise<void>((resolve) => {
          letGo = resolve;
        });
        return await store.append(windows, memories);
      },
    }),
  });
  script.finish(1);
  const first = rig.collector.pullNow();
  await until(() => storing);
  const left = rig.collector.reload(settings([]));
  const back = rig.collector.reload(settings([target('x', host.url)]));
  const second = rig.collector.pullNow();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(host.requests.length, 1);
  storing = false;
  letGo();
  assert.deepEqual(await first, { stacksCollected: 2 });
  await Promise.all([left, back]);
  await until(() => storing);
  assert.equal(host.requests.length, 2);
  letGo();
  assert.deepEqual(await second, { stacksCollected: 0 });
  assert.equal((await rig.store.tally('x')).windows, 1);
});

test('stop ends hanging requests at once and nothing runs afterwards', async (t) => {
  const host = await serveTcp(t, () => undefined);
  const clock = createFakeClock();
  const rig = await createRig(t, settings([target('x', host.url)], { timeoutMs: 60_000 }), { clock });
  rig.collector.start();
  clock.advance(2000);
  const before = performance.now();
  await rig.collector.stop();
  assert.ok(performance.now() - before < 10_000);
  assert.equal(clock.pending(), 0);
  assert.equal(rig.status('x').state, 'new', 'an end of its own making says nothing about the host');
});
