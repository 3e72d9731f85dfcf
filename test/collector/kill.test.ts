// `kill -9` in the middle of collecting: what the store holds in the end is what the host served, once.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createCollector } from '../../collector/index.ts';
import { openStore } from '../../collector/store/index.ts';
import { placeWire } from '../../collector/windows.ts';
import { effort } from '../effort.ts';
import { assertHolds } from './noting-store.ts';
import { settings, target, until } from './rig.ts';
import { serveHttp } from './servers.ts';
import { createScriptedHost } from './wire-host.ts';

const CHILD = fileURLToPath(new URL('./kill-child.js', import.meta.url));
const EVER = { fromMs: 0, untilMs: 4e12 };
const kills = effort(10, 50);

test(`${kills} kills at random moments neither lose nor double`, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-kill-'));
  t.after(() => rm(folder, { recursive: true }));
  const script = createScriptedHost();
  script.perAnswer = 3;
  const host = await serveHttp(t, script.answer);
  const finishing = setInterval(() => {
    script.finish(2);
  }, 4);
  t.after(() => {
    clearInterval(finishing);
  });
  for (let kill = 0; kill < kills; kill++) {
    const asked = host.requests.length;
    const child = spawn(process.execPath, [CHILD, folder, host.url.href], { stdio: ['ignore', 'ignore', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    await Promise.race([until(() => host.requests.length > asked), once(child, 'exit')]);
    assert.equal(child.exitCode, null, 'the child collects until it is killed');
    await delay(Math.random() * 150);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  clearInterval(finishing);

  const store = await openStore({ path: folder });
  t.after(() => store.close());
  const before = await store.query({ kind: 'cpu' }, EVER);
  assert.ok(before.windows > 0, 'the killed ones had stored something');
  const collector = createCollector({ config: settings([target('shop', host.url)]), store, log: pino({ level: 'silent' }) });
  for (let collected = 1; collected > 0; ) ({ stacksCollected: collected } = await collector.pullNow());
  await collector.stop();

  script.perAnswer = Number.MAX_SAFE_INTEGER;
  const memory = await store.memory('shop');
  assert.ok(memory);
  const { windows } = placeWire({ name: 'shop', labels: {} }, script.tell(''), memory, { askedMs: Date.now(), nowMs: Date.now() });
  assert.equal(windows.length, script.served().windows);
  await assertHolds(store, windows.filter((window) => 'profile' in window));
});
