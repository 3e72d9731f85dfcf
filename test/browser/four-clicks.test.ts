// With the example service leaking, from the overview to who keeps what leaks in four clicks: a real service, its own
// snapshot, and a store with its last two hours.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createHeapSnapshots } from '../../collector/heap-snapshots.ts';
import { afterwards } from '../cleanup.ts';
import { factsOf } from '../visualizer/facts.ts';
import { hostStatus, serve } from '../visualizer/server.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

const SERVICE = fileURLToPath(new URL('../../example/service.js', import.meta.url));
const MINUTE_MS = 60_000;

test('from the overview to the retaining path of the leaking class in four clicks', async (t) => {
  const service = fork(SERVICE, { env: { ...process.env, LEAK: '1', PROFILER_TOKEN: 'only-for-this-test', ADMIN_TOKEN: 'and-this-for-its-heap' } });
  afterwards(t, async () => {
    service.kill();
    await once(service, 'exit');
  });
  const [{ port: servicePort }] = (await once(service, 'message')) as [{ port: number }];
  const target = { name: 'shop', url: new URL(`http://127.0.0.1:${servicePort}/liveprofiler`), asked: 'liveprofiler' as const, secret: 'only-for-this-test', adminSecret: 'and-this-for-its-heap', labels: {} };
  const snapshots = createHeapSnapshots({ targets: () => [target] });
  const nowMs = Date.now();
  const windows = Array.from({ length: 120 }, (_, minute) => factsOf({ host: 'shop', boot: 'boot-s', seq: minute, startMs: nowMs - (120 - minute) * MINUTE_MS, durationMs: MINUTE_MS, labels: { service: 'shop', version: '1.0.0' }, numbers: { rssBytes: 1e8 + minute * 4e5, heapUsedBytes: 5e7 + minute * 4e5, heapAfterGcBytes: 4e7 + minute * 4e5, heapLimitBytes: 4e9, gcMajorCount: 1 } }));
  const { port } = await serve(t, { hosts: [hostStatus({ host: 'shop' })], windows, snapshots });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);

  await page.getByRole('link', { name: /heap after GC grows 24\.0 MB an hour/ }).click();
  await page.getByRole('link', { name: 'Who keeps it: take a heap snapshot' }).click();
  await page.getByRole('button', { name: 'Take it', exact: true }).click();
  await page.locator('.classes').getByRole('button', { name: 'Basket', exact: true }).click({ timeout: 120_000 });

  await page.getByRole('heading', { name: 'Basket' }).waitFor();
  const picture = page.locator('.paths svg');
  await picture.waitFor();
  const path = await picture.locator('.what').allTextContents();
  assert.ok(path.some((what) => what.startsWith('Map @')), path.join(' → '));
  assert.match(path.at(-1) ?? '', /^Basket @/);
  assert.ok((await picture.locator('.by').allTextContents()).some((by) => by.includes('basketsByVisit')), 'the variable that keeps them is named');
});
