// The list of hosts as a person reads it, sorts it, narrows it and walks it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { HostStatus } from '../../collector/store/host-status.ts';
import { hostStatus, serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { askedAgain, open, withBrowser } from './page.ts';

withBrowser();

const MINUTE_MS = 60_000;
const service = (page: Page, name: string) => page.locator('.hosts tbody').filter({ has: page.getByRole('rowheader', { name }) });
const names = async (page: Page): Promise<string[]> => page.locator('.hosts td.name > a').allInnerTexts();

/** Three hosts of two services that are busy 40, 10 and 90 % of the last minutes, and one that is down. */
async function fleet(t: Parameters<typeof open>[0], path = '/'): Promise<{ page: Page; base: string }> {
  const nowMs = Date.now();
  const hosts = [
    hostStatus({ host: 'web-10', version: '1.2', lastPullMs: nowMs - 2000, sinceMs: nowMs - 7_200_000 }),
    hostStatus({ host: 'web-2', version: '1.3', lastPullMs: nowMs - 2000 }),
    hostStatus({ host: 'crunch', service: 'jobs', lastPullMs: nowMs - 4000 }),
    hostStatus({ host: 'gone', service: 'jobs', state: 'down', sinceMs: nowMs - 300_000, error: 'It refused the connection.' }),
  ];
  const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - 9 * MINUTE_MS;
  const windows = Array.from({ length: 8 }, (_, minute) => [
    windowOf({ host: 'web-10', seq: minute + 1, startMs: startMs + minute * MINUTE_MS, durationMs: MINUTE_MS, stacks: { 'serve /app/server.js:1 < render /app/render.js:12': 2400 } }),
    windowOf({ host: 'web-2', boot: 'boot-2', seq: minute + 1, startMs: startMs + minute * MINUTE_MS, durationMs: MINUTE_MS, stacks: { 'serve /app/server.js:1': 600 } }),
    windowOf({ host: 'crunch', boot: 'boot-c', labels: { service: 'jobs' }, seq: minute + 1, startMs: startMs + minute * MINUTE_MS, durationMs: MINUTE_MS, stacks: { 'crunch /app/jobs.js:3': 5400 } }),
  ]).flat();
  const { port } = await serve(t, { hosts, windows });
  const base = `http://127.0.0.1:${port}`;
  const { page } = await open(t, base + path, { viewport: { width: 1400, height: 900 } });
  await page.locator('.hosts .share').first().waitFor();
  return { page, base };
}

test('hosts stand under their service with state, reason, busy share, threads, own cost and last pull', async (t) => {
  const nowMs = Date.now();
  const hosts = [
    hostStatus({ lastPullMs: nowMs - 2000, sinceMs: nowMs - 7_200_000 }),
    hostStatus({ host: 'web-2', state: 'down', sinceMs: nowMs - 300_000, error: 'It refused the connection.' }),
    hostStatus({ host: 'old', service: 'legacy', state: 'stale', speaks: 'nylas', version: '' }),
  ];
  const window = windowOf({ seq: 1, startMs: nowMs - 60_000, stacks: { work: 250 } });
  const { host, boot, thread, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch } = window;
  const identity = { host, boot, thread, kind: 'facts', firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch };
  const other = windowOf({ thread: 1, threadName: 'worker', seq: 1, startMs: nowMs - 60_000, stacks: { work: 250 } });
  const { port } = await serve(t, { hosts, windows: [window, other, { ...identity, numbers: { samplerPauseUs: { min: 900, max: 2500, sum: 3400, count: 2, last: 900 }, samplerHeldBytes: { min: 1, max: 1_234_567, sum: 1, count: 1, last: 1_234_567 } } }] });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  await service(page, 'shop').getByText('holds 1.2 MB').waitFor();
  const shop = await service(page, 'shop').innerText();
  assert.match(shop, /shop 1 of 2 up/);
  assert.match(shop, /web 1\.2 memory\s+up for 2 h\s+25\.0 %\s+2\s+2\.5 ms at most\s+holds 1\.2 MB\s+[2-9] s ago/);
  assert.match(shop, /web-2 1\.2 memory\s+It refused the connection\.\s+down for 5 min/);
  assert.match(await service(page, 'legacy').innerText(), /read at most once/);
  assert.equal(await page.getByRole('status').innerText(), '1 of 3 up');
});

test('a line shows how busy each host was over the range that is chosen', async (t) => {
  const { page } = await fleet(t);
  const line = service(page, 'shop').getByRole('img', { name: 'between 0 and 40.0 % over the range' });
  await line.waitFor();
  assert.match((await line.locator('path').getAttribute('d')) ?? '', /^M.*L/);
  await page.getByRole('button', { name: '1 m', exact: true }).click();
  await service(page, 'shop').getByText('no windows').first().waitFor();
  assert.match(page.url(), /from=-1minute/);
  await page.reload();
  await service(page, 'shop').getByText('no windows').first().waitFor();
  assert.equal(await page.getByRole('button', { name: '1 m', exact: true }).getAttribute('aria-pressed'), 'true');
});

test('hosts are sorted by a click, and narrowed by typing', async (t) => {
  const { page } = await fleet(t);
  assert.deepEqual(await names(page), ['crunch', 'gone', 'web-2', 'web-10']);
  await page.getByRole('button', { name: 'Busy' }).click();
  assert.deepEqual(await names(page), ['crunch', 'gone', 'web-10', 'web-2']);
  assert.equal(await page.getByRole('columnheader', { name: 'Busy' }).getAttribute('aria-sort'), 'descending');
  await page.getByRole('button', { name: 'Busy' }).click();
  assert.equal(await page.getByRole('columnheader', { name: 'Busy' }).getAttribute('aria-sort'), 'ascending');
  assert.match(page.url(), /order=busy&turned=1/);
  const turned = await names(page);
  assert.deepEqual(turned, ['gone', 'crunch', 'web-2', 'web-10']);
  await page.reload();
  await page.getByRole('button', { name: 'Busy' }).waitFor();
  assert.deepEqual(await names(page), turned);
  await page.getByRole('button', { name: 'State' }).click();
  assert.deepEqual((await names(page))[0], 'gone');
  await page.keyboard.press('/');
  await page.keyboard.type('shop 1.3');
  assert.deepEqual(await names(page), ['web-2']);
  assert.equal(await page.getByRole('status').innerText(), '3 of 4 up · 1 shown');
  assert.match(page.url(), /filter=shop\+1\.3&order=state/);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('nothing <b>like</b> it');
  await page.getByText('No host matches “nothing <b>like</b> it”.').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  assert.equal((await names(page)).length, 4);
});

test('by keyboard one types, walks the hosts and opens one', async (t) => {
  const { page, base } = await fleet(t);
  await page.keyboard.press('/');
  await page.keyboard.type('web');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator(':focus').innerText(), 'web-2');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator(':focus').innerText(), 'web-10');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}/graph/web-10/`);
});

test('the hottest functions of each service are listed, and lead to their callers and callees', async (t) => {
  const { page } = await fleet(t);
  const hottest = page.getByRole('region', { name: 'Hottest functions' });
  await hottest.getByRole('link', { name: 'render' }).waitFor();
  assert.deepEqual((await hottest.locator('tbody').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()), ['jobs 7.2 min busy crunch /app/jobs.js:3 100.0 % 7.2 min', 'shop 4.0 min busy render /app/render.js:12 80.0 % 3.2 min serve /app/server.js:1 20.0 % 48.00 s']);
  await hottest.getByRole('link', { name: 'render' }).click();
  await page.getByRole('region', { name: 'Callers and callees' }).getByRole('heading', { name: 'render' }).waitFor();
  assert.match(page.url(), /\/graph\/\?service=shop&of=/);
});

test('a service leads to the page of all its hosts', async (t) => {
  const { page } = await fleet(t);
  await service(page, 'shop').getByRole('link', { name: 'shop' }).click();
  await page.locator('g.frame[name=render]').waitFor();
  assert.match(page.url(), /\/graph\/\?service=shop$/);
});

test('hundreds of hosts: an answer that says the same touches no row, and the focus stays where it is', async (t) => {
  // Whole days ago, so that no time on the page becomes another meanwhile.
  const sinceMs = Date.now() - 30 * 86_400_000;
  const hosts: HostStatus[] = Array.from({ length: 400 }, (_, index) => hostStatus({ host: `h-${index}`, service: `s-${index % 20}`, sinceMs, lastPullMs: sinceMs }));
  const { port } = await serve(t, { hosts });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  await page.clock.install();
  await page.reload();
  await page.getByText('not told').nth(399).waitFor();
  const link = page.getByRole('link', { name: 'h-7', exact: true });
  await link.focus();
  await page.evaluate(`
    window.touched = 0;
    new MutationObserver((changes) => { window.touched += changes.length; }).observe(document.querySelector('.hosts'), { subtree: true, childList: true, attributes: true });`);
  await askedAgain(page, /api\/hosts/);
  await page.waitForResponse(/api\/(?:pins|top)/).catch(() => undefined);
  assert.equal(await page.locator(':focus').innerText(), 'h-7');
  assert.equal(await page.evaluate('window.touched'), 0);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('s-3 h-');
  assert.equal((await names(page)).length, 20);
});

test('hosts and their states stand there before the store has answered, the rest when it has', async (t) => {
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => { answer = resolve; });
  const hosts = [hostStatus({}), hostStatus({ host: 'web-2', state: 'down', error: 'It refused the connection.' })];
  const windows = [windowOf({ seq: 1, startMs: Date.now() - 60_000, stacks: { work: 250 } })];
  const { port } = await serve(t, { hosts, windows, wrap: (store) => ({ ...store, timeline: async (...asked) => { await held; return store.timeline(...asked); } }) });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'web', exact: true }) });
  await row.waitFor();
  assert.deepEqual([await names(page), (await row.innerText()).match(/…/g)?.length], [['web', 'web-2'], 3]);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('down');
  assert.deepEqual(await names(page), ['web-2']);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('');
  answer();
  await row.getByText('not told').waitFor();
  assert.equal((await row.innerText()).includes('…'), false);
});

test('how busy hosts were stands there before what else there is of them', async (t) => {
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => { answer = resolve; });
  const windows = [windowOf({ seq: 1, startMs: Date.now() - 60_000, stacks: { work: 250 } })];
  const { port } = await serve(t, { windows, wrap: (store) => ({ ...store, numbers: async (...asked) => { await held; return store.numbers(...asked); } }) });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'web', exact: true }) });
  await row.getByText('25.0 %').waitFor();
  assert.equal((await row.innerText()).match(/…/g)?.length, 2);
  answer();
  await row.getByText('not told').waitFor();
  assert.equal((await row.innerText()).includes('…'), false);
  await row.getByText('25.0 %').waitFor();
  // Ordered by what comes last, all of it comes at once.
  await page.goto(`http://127.0.0.1:${port}/?order=threads`);
  await row.getByText('25.0 %').waitFor();
  assert.equal((await row.innerText()).includes('…'), false);
});

test('a page that nobody sees asks nothing, and is up to date when it is seen again', async (t) => {
  const { port } = await serve(t, {});
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  await page.clock.install();
  await page.reload();
  await page.locator('.hosts td.name').waitFor();
  // A headless browser shows every page it has.
  await page.evaluate('Object.defineProperty(document, "hidden", { configurable: true, get: () => window.unseen })');
  await page.evaluate('window.unseen = true');
  await page.waitForLoadState('networkidle');
  let asked = 0;
  page.on('request', () => { asked++; });
  for (let minute = 0; minute < 10; minute++) await page.clock.runFor(60_000);
  assert.equal(asked, 0);
  await page.evaluate('window.unseen = false; document.dispatchEvent(new Event("visibilitychange"))');
  await askedAgain(page, /api\/hosts/);
});

test('without hosts the page says how to add one', async (t) => {
  const { port } = await serve(t, { hosts: [] });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  await page.getByText('There is no host yet: add one to [collector] hosts in config.ini').waitFor();
});

test('a server that went away is told, and the hosts stay', async (t) => {
  const { port } = await serve(t, {});
  const { page, takeComplaints } = await open(t, `http://127.0.0.1:${port}/`);
  await page.locator('.hosts td.name').waitFor();
  await page.route('**/api/**', (route) => route.abort());
  await page.getByRole('button', { name: '6 h' }).click();
  await page.getByRole('alert').filter({ hasText: 'liveprofiler does not answer' }).waitFor();
  assert.deepEqual(await names(page), ['web']);
  takeComplaints();
});

/** A text that is turned around has its first letter right of its last. */
const IS_TURNED = `(place) => {
  const text = document.querySelector(place).firstChild;
  const edge = (at) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().left;
  };
  return edge(0) > edge(text.length - 1);
}`;

test('a name that turns its letters around turns nothing beside it', async (t) => {
  const hosts = [hostStatus({ host: 'web\u202e', service: 'shop\u202e', version: '1.0\u202e', sinceMs: 1 })];
  const { port } = await serve(t, { hosts });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  const row = page.locator('.hosts tr.up');
  await row.waitFor();
  const turned = (place: string): Promise<boolean> => page.evaluate<boolean>(`(${IS_TURNED})(${JSON.stringify(place)})`);
  for (const place of ['.hosts tr.service .quiet', '.hosts tr.up [aria-label^="Memory of"]']) assert.equal(await turned(place), false, place);
});
