// The page of a host as a person uses it, in a real browser against a real server and store.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { get, hostStatus, serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { askedAgain, open, OTHER_NAME, withBrowser } from './page.ts';

withBrowser();

interface Sizes {
  readonly scrollWidth: number;
  readonly clientWidth: number;
}

const MINUTE_MS = 60_000;
const HOSTILE = '<img src=x onerror=document.title="owned">';
const base = (port: number): string => `http://127.0.0.1:${port}`;

/** 100 samples a few minutes ago on two threads, 50 of another kind two hours ago. */
function someWindows() {
  const nowMs = Date.now();
  return [
    windowOf({ seq: 1, startMs: nowMs - 120 * MINUTE_MS, stacks: { 'serve /app/server.js:1 < oldest /app/old.js:5': 50 } }),
    windowOf({ seq: 2, startMs: nowMs - 3 * MINUTE_MS, stacks: { 'serve /app/server.js:1 < render /app/render.js:12': 60, 'serve /app/server.js:1 < query /app/node_modules/db/index.js:3': 20 } }),
    windowOf({ thread: 1, threadName: 'thumbnails', seq: 1, startMs: nowMs - 3 * MINUTE_MS, stacks: { 'resize /app/resize.js:9': 20 } }),
  ];
}

const frame = (page: Page, name: string) => page.locator(`g.frame[name=${JSON.stringify(name)}]`);
async function visibleNames(page: Page): Promise<string[]> {
  const names = (await page.locator('g.frame').all()).map((one) => one.getAttribute('name'));
  return (await Promise.all(names)).map(String).sort();
}
const status = (page: Page) => page.locator('.status');

test('opening a host shows its functions, what the answer covers, and the colours’ meaning', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'render').waitFor();
  assert.deepEqual(await visibleNames(page), ['query', 'render', 'resize', 'serve', 'web']);
  assert.match((await status(page).textContent()) ?? '', /2 windows of 2 threads · 1\.00 s busy \(5\.00 %\) · 19\.00 s idle/);
  assert.deepEqual(await page.getByRole('list', { name: 'Colours' }).getByRole('listitem').allTextContents(), ['own code 80.0 %', 'db 20.0 %']);
  assert.match((await page.locator('.about').textContent()) ?? '', /^up service shop 1\.2.* · all of shop$/);
  assert.equal(await page.getByRole('link', { name: 'all of shop' }).getAttribute('href'), '/graph/?service=shop');
  const colour = (name: string) => frame(page, name).locator('rect').getAttribute('fill');
  assert.equal(await colour('render'), 'var(--own)');
  assert.match((await colour('query')) ?? '', /^var\(--package-\d\)$/);
});

test('a click zooms, the URL keeps it, and one gets out again step by step', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'render').click();
  await page.locator('g.frame').nth(3).waitFor({ state: 'detached' });
  assert.deepEqual(await visibleNames(page), ['render', 'serve', 'web']);
  assert.equal(new URL(page.url()).search, '?zoom=serve&zoom=render');
  await page.reload();
  await page.locator('g.frame').nth(3).waitFor({ state: 'detached' });
  const steps = page.getByRole('navigation', { name: 'Zoom' });
  await steps.waitFor();
  assert.deepEqual(await steps.getByRole('listitem').allTextContents(), ['web', 'serve', 'render']);
  await steps.getByRole('button', { name: 'serve' }).click();
  await frame(page, 'query').waitFor();
  assert.equal(new URL(page.url()).search, '?zoom=serve');
  await steps.getByRole('button', { name: 'Zoom out' }).click();
  await frame(page, 'resize').waitFor();
  assert.equal(new URL(page.url()).search, '');
});

test('search is by regular expression, marks what matches and sums its share, each stack once', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'render').waitFor();
  const box = page.getByRole('searchbox', { name: 'Search' });
  const matched = (text: string) => page.locator('.search output').filter({ hasText: text }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('RENDER');
  await matched('matches 60.0 %');
  const fill = (name: string) => frame(page, name).locator('rect').getAttribute('fill');
  assert.equal(await fill('render'), 'var(--match)');
  assert.notEqual(await fill('query'), 'var(--match)');
  await box.fill('^(query|resize)$');
  await matched('matches 40.0 %');
  await box.fill('er');
  await matched('matches 80.0 %');
  await box.fill('node_modules/db');
  await matched('matches 20.0 %');
  assert.match(page.url(), /search=node_modules%2Fdb/);
  await box.fill('(render');
  await matched('as plain text: matches 0.00 %');
  await box.fill('');
  await page.locator('.search output:empty').waitFor({ state: 'attached' });
  assert.notEqual(await fill('render'), 'var(--match)');
});

test('pointing at a frame tells function, place, total and self, time and share', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'serve').hover();
  const tip = page.getByRole('tooltip');
  assert.equal(await tip.innerText(), 'serve\n/app/server.js:1\ntotal 800.0 ms (80.0 %), 80 samples\nself 0 µs (0.00 %), 0 samples');
});

test('presets and free dates choose the range; a date that is none is told', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page, takeComplaints } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'render').waitFor();
  await page.getByRole('button', { name: '6 h' }).click();
  await frame(page, 'oldest').waitFor();
  assert.match(page.url(), /from=-6hours/);
  assert.equal(await page.getByRole('button', { name: '6 h' }).getAttribute('aria-pressed'), 'true');
  const until = page.getByRole('textbox', { name: 'Until' });
  await until.fill('-1hour');
  await until.press('Enter');
  await frame(page, 'render').waitFor({ state: 'detached' });
  assert.deepEqual(await visibleNames(page), ['oldest', 'serve', 'web']);
  await until.fill('whenever');
  await until.press('Enter');
  await page.getByText('until=whenever is no date').waitFor();
  assert.equal(await page.locator('#flames').isVisible(), false);
  assert.match(takeComplaints().join(), /400/);
});

test('one thread, samples for widths, and idle time can be chosen', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'render').waitFor();
  await page.getByRole('combobox', { name: 'Thread' }).selectOption({ label: 'thumbnails (boot-a)' });
  await frame(page, 'render').waitFor({ state: 'detached' });
  assert.deepEqual(await visibleNames(page), ['resize', 'web']);
  assert.match(page.url(), /thread=boot-a%2F1/);
  await page.getByRole('checkbox', { name: 'Idle' }).check();
  await frame(page, 'idle').waitFor();
  await page.getByRole('combobox', { name: 'Width by' }).selectOption('count');
  assert.match(page.url(), /weight=count/);
  await page.reload();
  await frame(page, 'idle').waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'Thread' }).inputValue(), 'boot-a/1');
});

test('new windows appear by themselves until Live is turned off', async (t) => {
  const { port, store } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await page.clock.install();
  await page.reload();
  await frame(page, 'render').waitFor();
  const append = async (seq: number, name: string): Promise<void> => {
    await store.append([windowOf({ seq, startMs: Date.now() - 30_000 + seq, stacks: { [name]: 500 } })], new Map());
  };
  await append(10, 'fresh');
  await askedAgain(page, /api\/flame/);
  await frame(page, 'fresh').waitFor();
  await page.getByRole('switch', { name: 'Live' }).uncheck();
  await append(11, 'later');
  let questions = 0;
  page.on('request', (request) => { if (request.url().includes('/api/flame')) questions++; });
  await page.clock.runFor(60_000);
  assert.equal(questions, 0);
  assert.equal(await frame(page, 'later').count(), 0);
  assert.match(page.url(), /live=0/);
  await page.reload();
  await frame(page, 'later').waitFor();
  questions = 0;
  await page.clock.runFor(60_000);
  assert.equal(questions, 0);
});

test('the flames are walked by keyboard', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'render').waitFor();
  const flames = page.getByRole('tree', { name: /Flame graph of web/ });
  await flames.focus();
  const here = (): Promise<string | null> => flames.getAttribute('aria-activedescendant').then((id) => page.locator(`#${id}`).getAttribute('aria-label'));
  assert.equal(await here(), 'web, 100.0 %');
  await page.keyboard.press('ArrowDown');
  assert.equal(await here(), 'serve, 80.0 %');
  await page.keyboard.press('ArrowRight');
  assert.equal(await here(), 'resize, 20.0 %');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  assert.equal(await here(), 'render, 60.0 %');
  assert.match(await page.getByRole('tooltip').innerText(), /\/app\/render\.js:12/);
  await page.keyboard.press('Enter');
  await page.locator('g.frame').nth(3).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await frame(page, 'resize').waitFor();
});

test('where there is nothing the page says why, and leads to what there is', async (t) => {
  const windows = [windowOf({ seq: 1, startMs: Date.now() - 120 * MINUTE_MS, stacks: { oldest: 50 } })];
  const hosts = [hostStatus({}), hostStatus({ host: 'silent', state: 'down', error: 'It refused the connection at 10.0.0.9:80. Is the service running?' }), hostStatus({ host: 'fresh' }), hostStatus({ host: 'asleep' })];
  const asleep = windowOf({ host: 'asleep', boot: 'boot-z', seq: 1, startMs: Date.now() - MINUTE_MS, stacks: {} });
  const { port } = await serve(t, { hosts, windows: [...windows, asleep] });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await page.getByText('Nothing is kept for this range: it lies after what there is').waitFor();
  await page.getByRole('button', { name: 'Show what there is' }).click();
  await frame(page, 'oldest').waitFor();
  await page.goto(`${base(port)}/graph/silent/`);
  await page.getByRole('alert').filter({ hasText: 'It refused the connection at 10.0.0.9:80' }).waitFor();
  await page.goto(`${base(port)}/graph/fresh/`);
  await page.getByText('no window has finished yet').waitFor();
  await page.goto(`${base(port)}/graph/asleep/`);
  await page.getByText('did nothing but wait').waitFor();
  await page.getByRole('button', { name: 'Show idle time' }).click();
  await frame(page, 'idle').waitFor();
});

test('a hostile name is text, wherever it stands', async (t) => {
  const windows = [windowOf({ host: HOSTILE, threadName: HOSTILE, seq: 1, startMs: Date.now() - MINUTE_MS, stacks: { [`${HOSTILE} /app/${encodeURIComponent(HOSTILE)}.js:1 < ${HOSTILE} /app/node_modules/<img/x.js:1`]: 5 } })];
  const { port } = await serve(t, { hosts: [hostStatus({ host: HOSTILE, service: HOSTILE, version: HOSTILE, error: HOSTILE })], windows });
  const { page } = await open(t, `${base(port)}/`);
  await page.locator('.hosts').getByRole('cell').getByRole('link', { name: HOSTILE, exact: true }).click();
  await page.locator('g.frame').nth(2).hover();
  assert.match(await page.getByRole('tooltip').innerText(), /<img src=x/);
  await page.getByRole('searchbox', { name: 'Search' }).fill('<img');
  await page.locator('g.frame').nth(2).click();
  await page.getByRole('button', { name: 'Zoom out' }).waitFor();
  await page.getByRole('button', { name: 'Both' }).click();
  await page.getByRole('table', { name: 'Functions' }).getByRole('button', { name: HOSTILE }).first().click();
  await page.getByRole('region', { name: 'Callers and callees' }).getByRole('heading', { name: HOSTILE }).waitFor();
  await page.locator('#callees g.frame').first().click({ button: 'right' });
  await page.getByRole('menu', { name: HOSTILE }).waitFor();
  assert.equal(await page.locator('img').count(), 0);
  assert.match(await page.title(), /^<img/);
});

test('everything works over plain http under a name that is not loopback’s', async (t) => {
  const { port } = await serve(t, { windows: someWindows(), access: { allowedHosts: [OTHER_NAME] } });
  const { page } = await open(t, `http://${OTHER_NAME}:${port}/`);
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await frame(page, 'render').click();
  await page.getByRole('button', { name: 'Zoom out' }).waitFor();
  assert.equal((await get(port, '/', { host: 'evil.test' })).status, 403);
});

test('a server that went away is told, and what was drawn stays', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page, takeComplaints } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'render').waitFor();
  await page.route('**/api/**', (route) => route.abort());
  await page.getByRole('switch', { name: 'Live' }).uncheck();
  await page.getByRole('switch', { name: 'Live' }).check();
  await page.getByText('liveprofiler does not answer').waitFor();
  assert.ok(await frame(page, 'render').isVisible());
  takeComplaints();
});

test('a slow answer shows that it is waited for', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await frame(page, 'render').waitFor();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => { release = resolve; });
  await page.route('**/api/**', async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('button', { name: '6 h' }).click();
  await page.locator('main[aria-busy=true]').waitFor();
  // What is still there answers another question.
  await page.locator('.drawing.old').waitFor();
  release();
  await frame(page, 'oldest').waitFor();
  await page.locator('main:not([aria-busy]) .drawing:not(.old)').waitFor();
});

for (const width of [360, 1600]) {
  test(`at ${width} px nothing sticks out`, async (t) => {
    const { port } = await serve(t, { windows: someWindows() });
    for (const path of ['/', '/graph/web/']) {
      const { page } = await open(t, `${base(port)}${path}`, { viewport: { width, height: 800 } });
      await page.locator(path === '/' ? 'table' : 'g.frame').first().waitFor();
      assert.equal(await page.locator('html').evaluate((html: Sizes) => html.scrollWidth <= html.clientWidth), true, path);
    }
  });
}
