// The whole way from hosts over HTTP into a store: what was served is kept, once, and what is odd is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('a clock that is set opens an epoch, moves later windows only, and loses none', async (t) => {
  const script = createScriptedHost({ wallMs: 1_700_000_000_000 });
  const host = await serveHttp(t, script.answer);
  const rig = await createRig(t, settings([target('shop', host.url)]));
  script.finish(2);
  await rig.collector.pullNow();
  for (const stepMs of [3_600_000, -7_200_000, 900]) {
    script.wallMs += stepMs;
    script.finish(2);
    await rig.collector.pullNow();
  }
  const windows = [...rig.store.windows('shop')].sort((a, b) => a.firstSeq - b.firstSeq);
  assert.deepEqual(windows.map(({ epoch }) => epoch), [0, 0, 1, 1, 2, 2, 2, 2]);
  const startS = windows.map(({ startUs }) => startUs / 1e6 - 1_700_000_000);
  assert.deepEqual(startS, [0, 1, 3602, 3603, -3596, -3595, -3594, -3593], 'a step of 0.9 s moves nothing');
  assert.equal(rig.status('shop').clockSteps, 2);
  assert.deepEqual(await rig.store.tally('shop'), script.served());
});

test('a sampler that does not run, or lost samples, is told on the page and once in the log', async (t) => {
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
  script.lost = 17;
  script.finish(1);
  await rig.collector.pullNow();
  assert.equal(rig.status('shop').state, 'up');
  assert.match(rig.status('shop').error ?? '', /17 samples .*shorten interval/);
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
