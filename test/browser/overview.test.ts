// The list of hosts as a person reads it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostStatus, serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

test('hosts stand under their service with state, reason, busy share and last pull', async (t) => {
  const nowMs = Date.now();
  const hosts = [
    hostStatus({ clockSteps: 2, lastPullMs: nowMs - 2000, sinceMs: nowMs - 7_200_000 }),
    hostStatus({ host: 'web-2', state: 'down', sinceMs: nowMs - 300_000, error: 'It refused the connection.' }),
    hostStatus({ host: 'old', service: 'legacy', state: 'stale', speaks: 'nylas', version: '' }),
  ];
  const window = windowOf({ seq: 1, startMs: nowMs - 60_000, stacks: { work: 250 } });
  const { host, boot, thread, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch } = window;
  const identity = { host, boot, thread, kind: 'facts', firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch };
  const { port } = await serve(t, { hosts, windows: [window, { ...identity, numbers: { samplerPauseUs: { min: 900, max: 2500, sum: 3400, count: 2, last: 900 }, samplerHeldBytes: { min: 1, max: 1_234_567, sum: 1, count: 1, last: 1_234_567 } } }] });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  const shop = page.getByRole('region', { name: 'shop' });
  await shop.waitFor();
  assert.match(await shop.innerText(), /web 1\.2\s+Its clock was set 2 times since it started\.\s+up for 2 h\s+25\.0 %\s+2\.5 ms at most, holds 1\.2 MB\s+[2-9] s ago/);
  assert.match(await shop.innerText(), /web-2 1\.2\s+It refused the connection\.\s+down for 5 min/);
  assert.match(await page.getByRole('region', { name: 'legacy' }).innerText(), /read at most once/);
  assert.equal(await page.getByRole('status').innerText(), '1 of 3 up');
});

test('without hosts the page says how to add one', async (t) => {
  const { port } = await serve(t, { hosts: [] });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  await page.getByText('There is no host yet: add one to [collector] hosts in config.ini').waitFor();
});
