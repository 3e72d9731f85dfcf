// Time on the page: lines, dragging, back and forth, versions, zones; and choosing what is looked at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { get, hostStatus, serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

const MINUTE_MS = 60_000;
const HOSTILE = '<img src=x onerror=document.title="owned">';
const base = (port: number): string => `http://127.0.0.1:${port}`;
const frame = (page: Page, name: string) => page.locator(`g.frame[name=${JSON.stringify(name)}]`);
const hosts = [hostStatus({}), hostStatus({ host: 'web-2' }), hostStatus({ host: 'jobs', service: 'jobs' })];

/** Two hosts of a service and one of another, once a minute for ten minutes; the first changes its version half way. */
function someWindows() {
  const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 11 * MINUTE_MS;
  return Array.from({ length: 10 }, (_, minute) => {
    const at = { seq: minute + 1, startMs: startMs + minute * MINUTE_MS };
    return [
      windowOf({ ...at, boot: minute < 5 ? 'boot-1' : 'boot-2', labels: { service: 'shop', version: minute < 5 ? '1.0' : '1.1' }, stacks: { [minute < 5 ? 'before' : 'after']: 400 } }),
      windowOf({ ...at, host: 'web-2', boot: 'boot-b', labels: { service: 'shop', version: '1.0' }, stacks: { steady: 100 } }),
      windowOf({ ...at, host: 'jobs', boot: 'boot-c', labels: { service: 'jobs', version: '7' }, stacks: { crunch: 900 } }),
    ];
  }).flat();
}

test('a service’s page shows its hosts together, and a line for each', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/?service=shop`);
  await frame(page, 'steady').waitFor();
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'shop');
  assert.equal(await frame(page, 'crunch').count(), 0);
  assert.equal(await page.locator('.about').innerText(), '2 hosts · 2 up');
  await page.getByRole('combobox', { name: 'Lines by' }).selectOption('host');
  const lines = page.getByRole('list', { name: 'Lines' }).getByRole('listitem');
  await lines.nth(1).waitFor();
  assert.deepEqual((await lines.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ')), ['web 40.0 %', 'web-2 10.0 %']);
  assert.match(page.url(), /\/graph\/\?service=shop&by=host$/);
  for (const [by, names] of [['process', ['boot-1', 'boot-2', 'boot-b']], ['thread', ['main (boot-1/0)', 'main (boot-2/0)', 'main (boot-b/0)']]] as const) {
    await page.getByRole('combobox', { name: 'Lines by' }).selectOption(by);
    for (const name of names) await lines.getByRole('button', { name }).waitFor();
  }
  await page.getByRole('combobox', { name: 'Lines by' }).selectOption('host');
  await lines.getByRole('button', { name: 'web-2' }).click();
  await frame(page, 'before').waitFor({ state: 'detached' });
  assert.match(page.url(), /\/graph\/web-2\/\?service=shop$/);
  await page.goBack();
  await frame(page, 'before').waitFor();
});

test('a new version is marked where it came', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await page.locator('.moment').filter({ hasText: /version 1\.1 since / }).waitFor();
  await page.getByRole('combobox', { name: 'Lines by' }).selectOption('version');
  const lines = page.getByRole('list', { name: 'Lines' });
  await lines.getByRole('button', { name: '1.0' }).waitFor();
  await lines.getByRole('button', { name: '1.1' }).click();
  await frame(page, 'before').waitFor({ state: 'detached' });
  assert.match(page.url(), /version=1\.1/);
  await page.getByRole('button', { name: 'Leave out version 1.1' }).click();
  await frame(page, 'before').waitFor();
});

test('dragging over the lines chooses that time, and one moves on from there and back', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`, { viewport: { width: 1200, height: 800 } });
  await frame(page, 'before').waitFor();
  const { x, y, width, height } = (await page.locator('.u-over').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const whole = new URL(page.url());
  assert.equal(whole.search, '');
  await page.mouse.move(x + width * 0.65, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.9, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await frame(page, 'before').waitFor({ state: 'detached' });
  const chosen = new URL(page.url()).searchParams;
  const lengthMs = Date.parse(chosen.get('until') ?? '') - Date.parse(chosen.get('from') ?? '');
  assert.ok(Math.abs(lengthMs - 0.25 * 15 * MINUTE_MS) < 10_000, `${lengthMs} ms`);
  assert.equal(await page.getByRole('switch', { name: 'Live' }).isChecked(), false);
  await page.getByRole('button', { name: 'Back in time' }).click();
  await page.waitForURL((url) => Date.parse(url.searchParams.get('until') ?? '') === Date.parse(chosen.get('from') ?? ''));
  await page.getByRole('button', { name: 'Twice as long' }).click();
  await page.waitForURL((url) => Date.parse(url.searchParams.get('until') ?? '') - Date.parse(url.searchParams.get('from') ?? '') >= 2 * lengthMs - 2);
  for (let back = 0; back < 3; back++) await page.goBack();
  await frame(page, 'before').waitFor();
  assert.equal(new URL(page.url()).search, '');
});

test('the lines are moved through by keyboard, and pointing reads them', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'before').waitFor();
  const plot = page.getByRole('group', { name: /Busy over time: all together 40\.0 %/ });
  await plot.hover();
  await page.locator('.moment').filter({ hasText: /\d\d:\d\d:\d\d/ }).waitFor();
  await plot.focus();
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(/from=/);
  await page.getByText('it lies before what there is').waitFor();
});

test('times are told in local time or UTC, and dates are read as they are shown', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/?from=2026-01-02T03:04:05Z&until=2026-01-02T04:04:05Z`, { timezoneId: 'Asia/Tokyo' });
  const from = page.getByRole('textbox', { name: 'From' });
  await page.getByText('it lies before what there is').waitFor();
  assert.equal(await from.inputValue(), '2026-01-02 12:04:05');
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('utc');
  assert.equal(await from.inputValue(), '2026-01-02 03:04:05');
  assert.match(page.url(), /utc=1/);
  await from.fill('2026-01-02 03:30');
  await from.press('Enter');
  await page.waitForURL(/from=2026-01-02T03%3A30%3A00\.000Z/);
});

test('any label narrows what is looked at, hostile ones too', async (t) => {
  const labelled = windowOf({ seq: 99, boot: 'boot-h', startMs: Date.now() - 2 * MINUTE_MS, labels: { service: 'shop', version: '1.0', tenant: HOSTILE }, stacks: { theirs: 10 } });
  const other = windowOf({ seq: 99, boot: 'boot-i', startMs: Date.now() - 2 * MINUTE_MS, labels: { service: 'shop', version: '1.0', tenant: 'plain' }, stacks: { ours: 10 } });
  const { port } = await serve(t, { hosts, windows: [labelled, other] });
  const { page } = await open(t, `${base(port)}/graph/`);
  await frame(page, 'ours').waitFor();
  await page.getByRole('combobox', { name: 'Narrow' }).selectOption({ label: HOSTILE });
  await frame(page, 'ours').waitFor({ state: 'detached' });
  await frame(page, 'theirs').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('label.tenant'), HOSTILE);
  await page.getByRole('combobox', { name: 'Lines by' }).selectOption('tenant');
  await page.getByRole('list', { name: 'Lines' }).getByRole('button', { name: HOSTILE }).waitFor();
  assert.equal(await page.locator('img').count(), 0);
  assert.equal((await get(port, new URL(page.url()).pathname)).status, 200);
});

test('a click on what was cut opens it, the address keeps it, and it is there after a reload', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`main /app/main.js:1 < ${index < 5 ? `big${index}` : `tiny < f${index} /app/f.js:${index}`}`, index < 5 ? 1000 : 1]));
  const { port } = await serve(t, { windows: [windowOf({ seq: 1, startMs: Date.now() - 2 * MINUTE_MS, durationMs: 100_000, stacks: many })] });
  const { page } = await open(t, `${base(port)}/graph/web/?zoom=main&zoom=tiny`, { viewport: { width: 4000, height: 600 } });
  const parts = page.locator('g.frame[name$="smaller parts"]');
  await parts.waitFor();
  const cut = Number.parseInt((await parts.getAttribute('name')) ?? '', 10);
  assert.ok(cut > 900, `${cut} cut`);
  await parts.click();
  await page.waitForURL(/open=1/);
  await page.locator('.status').filter({ hasNotText: `${cut} smaller` }).waitFor();
  const left = (await parts.count()) === 0 ? 0 : Number.parseInt((await parts.getAttribute('name')) ?? '', 10);
  assert.ok(left < cut, `${left} of ${cut} left`);
  await page.reload();
  await page.locator('.status').filter({ hasNotText: `${cut} smaller` }).filter({ hasText: 'busy' }).waitFor();
});

test('a choice of which nothing is kept lately leads to a longer time', async (t) => {
  const old = windowOf({ seq: 1, startMs: Date.now() - 300 * MINUTE_MS, labels: { service: 'shop', version: '1' }, stacks: { earlier: 5 } });
  const { port } = await serve(t, { hosts, windows: [old] });
  const { page } = await open(t, `${base(port)}/graph/?service=shop`);
  await page.getByText('Nothing is kept for this choice in this range').waitFor();
  await page.getByRole('button', { name: 'Show the last 24 hours' }).click();
  await frame(page, 'earlier').waitFor();
  assert.match(page.url(), /from=-24hours/);
});
