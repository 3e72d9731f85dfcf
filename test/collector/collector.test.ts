// The whole way from hosts over HTTP into a store: what was served is kept, once, and what is odd is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createCollector } from '../../collector/index.ts';
import { createFakeClock } from './fake-clock.ts';
import { createRig, settings, target } from './rig.ts';
import { serveHttp } from './servers.ts';
import { createScriptedHost } from './wire-host.ts';

test('what a host serves is stored once, to the sample, and the host is up', async (t) => {
  const script = createScriptedHost();
  const host = await serveHttp(t, script.answer);
  const rig = await createRig(t, settings([target('shop', host.url)]));
  assert.equal(rig.status('shop').state, 'new');
  script.finish(3);
  assert.deepEqual(await rig.collector.pullNow(), { stacksCollected: 6 });
  script.finish(2);
  assert.deepEqual(await rig.collector.pullNow(), { stacksCollected: 4 });
  assert.deepEqual(await rig.collector.pullNow(), { stacksCollected: 0 });
  assert.deepEqual(await rig.store.tally('shop'), script.served());
  const { state, speaks, service, version, error, clockSteps } = rig.status('shop');
  assert.deepEqual({ state, speaks, service, version, error, clockSteps }, { state: 'up', speaks: 'liveprofiler', service: 'shop', version: '1.2.3', error: undefined, clockSteps: 0 });
  assert.equal(rig.lines.length, 1, 'one line for the change to up, none per pull');
});

test('labels of the configuration win over those of the host', async (t) => {
  const script = createScriptedHost();
  const host = await serveHttp(t, script.answer);
  const rig = await createRig(t, settings([target('shop', host.url, { labels: { service: 'store-front', zone: 'b' } })]));
  script.finish(1);
  await rig.collector.pullNow();
  const [window] = rig.store.windows('shop');
  assert.deepEqual(window?.processLabels, { pid: '42', service: 'store-front', version: '1.2.3', zone: 'b' });
  assert.equal(rig.status('shop').service, 'store-front');
});

test('a host with more than fits an answer is asked until it has told all', async (t) => {
  const script = createScriptedHost();
  script.perAnswer = 10;
  const host = await serveHttp(t, script.answer);
  const rig = await createRig(t, settings([target('shop', host.url)]));
  script.finish(95);
  assert.deepEqual(await rig.collector.pullNow(), { stacksCollected: 190 });
  assert.equal(host.requests.length, 10);
});

test('a host that says more for ever, without getting on, is left until its next turn', async (t) => {
  const script = createScriptedHost();
  script.perAnswer = 0;
  const host = await serveHttp(t, script.answer);
  const rig = await createRig(t, settings([target('shop', host.url)]));
  script.finish(1);
  await rig.collector.pullNow();
  assert.ok(host.requests.length <= 2);
});

test('a restarted host goes on under its new boot', async (t) => {
  const script = createScriptedHost();
  const host = await serveHttp(t, script.answer);
  const rig = await createRig(t, settings([target('shop', host.url)]));
  script.finish(3);
  await rig.collector.pullNow();
  script.restart('boot-2');
  script.finish(3);
  await rig.collector.pullNow();
  assert.deepEqual(await rig.store.tally('shop'), script.served());
});

test('two collectors on one host take nothing from each other', async (t) => {
  const script = createScriptedHost();
  const host = await serveHttp(t, script.answer);
  const [one, other] = await Promise.all([1, 2].map(() => createRig(t, settings([target('shop', host.url)]))));
  for (let i = 1; i <= 5; i++) {
    script.finish(i);
    await one?.collector.pullNow();
    if (i % 2 === 1) await other?.collector.pullNow();
  }
  assert.deepEqual(await one?.store.tally('shop'), script.served());
  assert.deepEqual(await other?.store.tally('shop'), script.served());
});

test('pulls of one host never overlap: who asks meanwhile joins', async (t) => {
  const script = createScriptedHost();
  let open = 0;
  const host = await serveHttp(t, (request, response) => {
    assert.equal(++open, 1);
    setTimeout(() => {
      open--;
      script.answer(request, response);
    }, 50);
  });
  const rig = await createRig(t, settings([target('shop', host.url)]));
  script.finish(2);
  const answers = await Promise.all([rig.collector.pullNow(), rig.collector.pullNow(), rig.collector.pullNow()]);
  assert.deepEqual(answers.map(({ stacksCollected }) => stacksCollected), [4, 4, 4]);
  assert.equal(host.requests.length, 1);
});

test('a host whose clock is an hour off, jumps back and is set right: stored where it happened, nothing lost, and told', async (t) => {
  const clock = createFakeClock();
  const script = createScriptedHost({ wallMs: clock.wallMs() + 3_600_000 });
  const host = await serveHttp(t, script.answer);
  const rig = await createRig(t, settings([target('shop', host.url)]), { clock });
  const startMs = clock.wallMs();
  const told: unknown[] = [];
  for (const setMs of [0, -7_200_000, 900, 3_599_100]) {
    script.wallMs += setMs;
    script.finish(2);
    clock.jump(2000);
    await rig.collector.pullNow();
    const { state, clockOffsetMs, clockSteps, error } = rig.status('shop');
    told.push([state, clockOffsetMs, clockSteps, error]);
  }
  const windows = [...rig.store.windows('shop')].sort((a, b) => a.firstSeq - b.firstSeq);
  assert.deepEqual(windows.map(({ epoch }) => epoch), [0, 0, 1, 1, 1, 1, 2, 2]);
  assert.deepEqual(windows.map(({ startUs }) => startUs / 1000 - startMs), [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000], 'no gap and no overlap by our clock');
  assert.deepEqual(await rig.store.tally('shop'), script.served());
  const off = (words: string): string => `Its clock is ${words} the collector's, and its graphs go by the collector's: check the time service of both.`;
  assert.deepEqual(told, [
    ['up', 3_600_000, 0, off('3600 s ahead of')],
    ['up', -3_600_000, 1, `${off('3600 s behind')} Its clock was set 7200 s back since the pull before.`],
    ['up', -3_599_100, 1, off('3599 s behind')],
    ['up', 0, 2, 'Its clock was set 3600 s forward since the pull before.'],
  ]);
  assert.deepEqual(rig.lines.map(({ codes }) => codes), [['clock-off'], ['clock-off', 'clock-jumped']], 'once per kind');
  const metrics = await rig.collector.metrics.metrics();
  assert.match(metrics, /^liveprofiler_clock_steps_total\{host="shop"\} 2$/m);
});

test('what a host lost is told once, counted, and not counted again by the collector that comes after', async (t) => {
  const script = createScriptedHost();
  const host = await serveHttp(t, script.answer);
  const hosts = settings([target('shop', host.url)]);
  const rig = await createRig(t, hosts);
  script.finish(1);
  script.lost = 17;
  await rig.collector.pullNow();
  assert.match(rig.status('shop').error ?? '', /17 samples .*shorten interval/);
  await rig.collector.pullNow();
  assert.equal(rig.status('shop').error, undefined);
  script.lost = 20;
  await rig.collector.pullNow();
  assert.match(await rig.collector.metrics.metrics(), /^liveprofiler_samples_lost_total\{host="shop"\} 20$/m);
  await rig.collector.stop();
  const next = createCollector({ config: hosts, store: rig.store, log: pino({ level: 'silent' }) });
  t.after(() => next.stop());
  await next.pullNow();
  assert.equal(next.hosts()[0]?.error, undefined);
  assert.match(await next.metrics.metrics(), /^liveprofiler_samples_lost_total\{host="shop"\} 0$/m);
});

test('a sampler that does not run is told on the page and once in the log', async (t) => {
  const script = createScriptedHost();
  const host = await serveHttp(t, script.answer);
  const rig = await createRig(t, settings([target('shop', host.url)]));
  script.state = 'disabled';
  await rig.collector.pullNow();
  await rig.collector.pullNow();
  assert.equal(rig.status('shop').state, 'stale');
  assert.match(rig.status('shop').error ?? '', /disabled: there is no inspector/);
  assert.equal(rig.lines.length, 1);
  script.state = 'running';
  script.finish(1);
  await rig.collector.pullNow();
  assert.deepEqual([rig.status('shop').state, rig.status('shop').error], ['up', undefined]);
});

test('a host that claims the windows of another, or spans of its own again, costs nobody anything and is told', async (t) => {
  const good = createScriptedHost();
  const bad = createScriptedHost();
  let lastSeq = 1;
  let forgetful = false;
  const [one, two] = [await serveHttp(t, good.answer), await serveHttp(t, (request, response) => {
    const end = response.end.bind(response);
    delete request.headers['accept-encoding'];
    response.end = ((body: Buffer) => end(body.toString().replaceAll('"lastSeq":1', `"lastSeq":${lastSeq}`))) as typeof response.end;
    if (forgetful) request.url = '/liveprofiler?after=';
    bad.answer(request, response);
  })];
  good.finish(3);
  bad.finish(1);
  const rig = await createRig(t, settings([target('good', one.url), target('bad', two.url)], { concurrency: 1 }));
  await rig.collector.pullNow();
  assert.deepEqual(await rig.store.tally('good'), good.served());
  assert.deepEqual(await rig.store.tally('bad'), bad.served(), 'what it says of itself is its own affair');
  lastSeq = 9;
  forgetful = true;
  await rig.collector.pullNow();
  assert.equal((await rig.store.tally('bad')).windows, 1);
  assert.match(rig.status('bad').error ?? '', /Windows not kept: 1\. .*overlap .*\.$/);
});

test('a store that refuses is told, nothing advances, and it goes on by itself', async (t) => {
  const script = createScriptedHost();
  const host = await serveHttp(t, script.answer);
  let full = false;
  const rig = await createRig(t, settings([target('shop', host.url)]), {
    wrap: (store) => ({
      memory: (name) => store.memory(name),
      append: (windows, memories) => (full ? Promise.reject(new Error('No space left on device.')) : store.append(windows, memories)),
    }),
  });
  script.finish(2);
  await rig.collector.pullNow();
  full = true;
  script.finish(3);
  assert.deepEqual(await rig.collector.pullNow(), { stacksCollected: 0 });
  assert.match(rig.status('shop').error ?? '', /No space left on device/);
  assert.equal(rig.status('shop').state, 'up');
  full = false;
  script.finish(1);
  await rig.collector.pullNow();
  assert.doesNotMatch(rig.status('shop').error ?? '', /space/);
  assert.deepEqual(await rig.store.tally('shop'), script.served());
});
