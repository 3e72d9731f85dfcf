// The list of hosts as a person reads it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damaging } from '../visualizer/damage.ts';
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

test('pinned ranges stand below the hosts with their notes, and lead to their graph', async (t) => {
  const { port, store } = await serve(t, { windows: [windowOf({ seq: 1, startMs: Date.UTC(2026, 10, 19, 14, 10), stacks: { 'outage /app/a.js:1': 250 } })] });
  await store.pin({ fromMs: Date.UTC(2026, 10, 19, 14), untilMs: Date.UTC(2026, 10, 19, 15) }, 'the <b>outage</b>');
  const { page } = await open(t, `http://127.0.0.1:${port}/`, { timezoneId: 'UTC' });
  const pinned = page.getByRole('region', { name: 'Pinned ranges' });
  await pinned.waitFor();
  assert.match(await pinned.innerText(), /19 Nov,? 14:00:00 to 19 Nov,? 15:00:00 the <b>outage<\/b>/);
  await pinned.getByRole('link').click();
  await page.getByText(/1 window ·/).waitFor();
  assert.match(page.url(), /from=2026-11-19T14%3A00%3A00\.000Z&until=2026-11-19T15%3A00%3A00\.000Z/);
});

test('a host of which something is damaged is named, and the others are shown', async (t) => {
  const nowMs = Date.now();
  const hosts = [hostStatus({}), hostStatus({ host: 'hurt' })];
  const windows = ['web', 'hurt'].map((host) => windowOf({ host, boot: host, seq: 1, startMs: nowMs - 60_000, stacks: { 'work /app/a.js:1': 250 } }));
  const { port } = await serve(t, { hosts, windows, wrap: damaging('hurt') });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  const shop = page.getByRole('region', { name: 'shop' });
  await shop.waitFor();
  assert.match(await shop.innerText(), /web 1\.2\s+up\s+25\.0 %[^]*hurt 1\.2\s+What is kept of it is damaged\. .* Run liveprofiler repair/);
  await page.goto(`http://127.0.0.1:${port}/graph/`);
  await page.getByRole('alert').filter({ hasText: 'Left out, because what is kept of it in this range is damaged: hurt. ' }).waitFor();
  await page.getByText(/1 window ·/).waitFor();
});

test('without hosts the page says how to add one', async (t) => {
  const { port } = await serve(t, { hosts: [] });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  await page.getByText('There is no host yet: add one to [collector] hosts in config.ini').waitFor();
});
