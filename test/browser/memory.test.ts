// The page of memory as a person uses it: lines, what leaks in words, and why there is nothing where there is nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { factsOf } from '../visualizer/facts.ts';
import { hostStatus, serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

const MINUTE_MS = 60_000;
const HOSTILE = '<img src=x onerror=document.title="owned">';
const base = (port: number): string => `http://127.0.0.1:${port}`;
const hosts = [hostStatus({}), hostStatus({ host: 'web-2' }), hostStatus({ host: 'old', service: 'legacy' }), hostStatus({ host: 'ancient', service: 'legacy', speaks: 'ancestor-json' }), hostStatus({ host: 'fresh', service: 'legacy', state: 'new' })];
const chart = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** Two hosts for two hours, one of which holds 200 kB more every minute; others that tell nothing of memory. */
function someWindows() {
  const nowMs = Date.now();
  const growing = ['web', 'web-2'].flatMap((host, index) => Array.from({ length: 120 }, (_, minute) => {
    const heldBytes = 40_000_000 + (index === 0 ? 200_000 * minute : 0);
    const at = { host, boot: `boot-${host}`, seq: minute, startMs: nowMs - (120 - minute) * MINUTE_MS, durationMs: 50_000, labels: { service: 'shop', version: HOSTILE } };
    return [
      factsOf({ ...at, numbers: { rssBytes: heldBytes + 60e6, heapUsedBytes: heldBytes + 5e6, heapAfterGcBytes: heldBytes, heapLimitBytes: 268e6, externalBytes: 3e6, arrayBufferBytes: 1e6, gcMajorCount: 1, gcMajorUs: 500_000, gcMajorLongestUs: 500_000, gcMinorUs: 500_000, cpuUserUs: 5e6, loopDelayP50Us: 1000, loopDelayP99Us: 12_000, loopDelayMaxUs: 40_000, busyShare: 0.25 } }),
      windowOf({ ...at, stacks: { 'serve /app/server.js:1': 1000 } }),
    ];
  }).flat());
  return [...growing, ...['old', 'ancient'].map((host) => windowOf({ host, boot: `boot-${host}`, seq: 1, startMs: nowMs - 2 * MINUTE_MS, labels: { service: 'legacy' }, stacks: { work: 10 } }))];
}

test('what leaks is told in words, with how sure that is, and drawn over the same time as the flames', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/?from=-1hour`);
  await page.getByRole('navigation', { name: 'About the same' }).getByRole('link', { name: 'Memory' }).click();
  await page.waitForURL(/\/memory\/web\/\?from=-1hour$/);
  const told = page.locator('.leaks');
  await told.getByText('Heap after GC grows 12.0 MB an hour since it started at').waitFor();
  assert.match(await told.innerText(), /full in about 1\d h\.\s+With 99 % confidence between 1[12]\.\d MB and 1[23]\.\d MB an hour, by \d+ points\. Now at 63\.\d MB of 268\.0 MB: full in \d+ h to \d+ h\./);
  assert.match(await chart(page, 'Resident memory').innerText(), /resident\s+123\.\d MB/);
  assert.match(await chart(page, 'Heap').innerText(), /used\s+68\.\d MB\s+after GC\s+63\.\d MB\s+limit 268\.0 MB/);
  assert.match(await chart(page, 'Garbage collection').innerText(), /collecting\s+2\.00 %/);
  assert.match(await chart(page, 'Event-loop delay').innerText(), /99 in 100 are below\s+12\.0 ms\s+half are below\s+1\.0 ms\s+longest\s+40\.0 ms/);
  await page.getByRole('navigation', { name: 'About the same' }).getByRole('link', { name: 'Flames' }).click();
  await page.waitForURL(/\/graph\/web\/\?from=-1hour$/);
});

test('dragging over one chart chooses the time of all, and pointing at one reads all', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/memory/web/?from=-1hour`, { viewport: { width: 1300, height: 1000 } });
  const plot = chart(page, 'Heap').locator('.u-over');
  await plot.hover();
  await chart(page, 'Resident memory').locator('.moment').filter({ hasText: /\d\d:\d\d:\d\d/ }).waitFor();
  const { x, y, width, height } = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + width * 0.5, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.75, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/from=\d{4}-/);
  const chosen = new URL(page.url()).searchParams;
  const lengthMs = Date.parse(chosen.get('until') ?? '') - Date.parse(chosen.get('from') ?? '');
  assert.ok(Math.abs(lengthMs - 15 * MINUTE_MS) < 30_000, `${lengthMs} ms`);
  assert.equal(await page.getByRole('switch', { name: 'Live' }).isChecked(), false);
  await page.goBack();
  await page.waitForURL(/from=-1hour$/);
});

test('a service has a line for each host, and says which of them leaks', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/memory/?service=shop&from=-1hour`);
  await page.locator('.status').filter({ hasText: '2 hosts; a line is the mean of their processes' }).waitFor();
  await page.getByRole('combobox', { name: 'Lines by' }).selectOption('host');
  await chart(page, 'Heap').getByRole('button', { name: 'web-2' }).waitFor();
  await page.locator('.leaks').filter({ hasText: /^web: heap after GC grows 12\.0 MB an hour/ }).waitFor();
  await chart(page, 'Heap').getByRole('button', { name: 'web-2' }).click();
  await page.getByText('No leak in sight. What grows is told when it has grown steadily for 20 minutes').waitFor();
  assert.match(page.url(), /\/memory\/web-2\/\?service=shop&from=-1hour$/);
});

test('where nothing is told it says why, and what to do', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/memory/old/`);
  await page.getByText('the sampler is older than that').waitFor();
  await page.goto(`${base(port)}/memory/ancient/`);
  await page.getByText('speaks an ancestor’s format, which tells nothing of memory').waitFor();
  await page.goto(`${base(port)}/memory/fresh/`);
  await page.getByText('Nothing is kept for this range').or(page.getByText('The host answers, but no window has finished yet')).waitFor();
  await page.goto(`${base(port)}/memory/web/?from=2026-01-01T00:00Z&until=2026-01-01T01:00Z`);
  await page.getByText('it lies before what there is').waitFor();
  await page.getByRole('button', { name: 'Show what there is' }).click();
  await page.getByText('Heap after GC grows').waitFor();
});

test('names from hosts stay text, and it fits a narrow window', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/memory/?service=shop&from=-1hour&by=version`, { viewport: { width: 360, height: 800 } });
  await page.locator('.leaks').getByText('grows').waitFor();
  await chart(page, 'Heap').getByRole('button', { name: HOSTILE }).waitFor();
  assert.equal(await page.locator('main img').count(), 0);
  const [scrollWidth = 0, clientWidth = 0] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, document.documentElement.clientWidth]');
  assert.ok(scrollWidth <= clientWidth, `${scrollWidth} > ${clientWidth}`);
});

test('the overview says which host leaks, and leads to its memory', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/`);
  await page.getByRole('link', { name: 'heap after GC grows 12.0 MB an hour' }).click();
  await page.waitForURL(/\/memory\/web\/$/);
  await page.getByText('Heap after GC grows 12.0 MB an hour').waitFor();
  await page.goBack();
  await page.getByRole('link', { name: 'Memory of web-2' }).click();
  await page.getByText('no leak in sight').waitFor();
});

test('a leak leads to what grew since, by where it was allocated', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/memory/web/?from=-1hour`);
  await page.getByRole('link', { name: 'What grew, by where it was allocated' }).click();
  await page.waitForURL((url) => url.pathname === '/diff' && url.searchParams.get('a.kind') === 'heap-live' && url.searchParams.get('b.process') === 'boot-web');
});

test('a page tells what each process is and all it told of itself', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/memory/web/`);
  await page.getByRole('navigation', { name: 'About the same' }).getByRole('link', { name: 'Processes' }).click();
  await page.waitForURL(/\/process\/web\/$/);
  const part = page.getByRole('region', { name: 'web · boot-web', exact: true });
  await part.getByRole('row').filter({ hasText: 'heap limit' }).getByText('268.0 MB').first().waitFor();
  await part.getByText(HOSTILE).waitFor();
  await page.goto(`${base(port)}/process/old/`);
  await page.getByText('Its sampler tells nothing more of it').waitFor();
  await page.goto(`${base(port)}/process/fresh/`);
  await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
});

test('tracked classes stand on top of each other, and two moments are compared', async (t) => {
  const nowMs = Date.now();
  const windows = Array.from({ length: 14 }, (_, minute) => factsOf({ seq: minute, startMs: nowMs - (14 - minute) * MINUTE_MS, durationMs: MINUTE_MS, numbers: { rssBytes: 1e8, [`class.${HOSTILE}.count`]: 5, 'class.Session.count': 100 + minute * 10, 'class.Session.bytes': (100 + minute * 10) * 1000, ...(minute === 6 ? { [`mark.${HOSTILE}`]: nowMs - 7.5 * MINUTE_MS } : {}) } }));
  const { port } = await serve(t, { hosts, windows });
  const { page } = await open(t, `${base(port)}/memory/web/`);
  const table = page.getByRole('table', { name: 'Classes' });
  const row = table.getByRole('row').filter({ hasText: 'Session' });
  await row.getByText('+130, +130 kB').waitFor();
  assert.match(await row.innerText(), /Session\s+100\s+230\s+100 kB\s+230 kB\s+100\.0 %/);
  await table.getByText(HOSTILE).waitFor();
  const moments = page.getByRole('combobox', { name: 'Earlier moment' });
  await moments.selectOption({ index: await moments.locator('option').count() - 2 });
  await row.getByText('+10, +10 kB').waitFor();
  assert.match(page.url(), /before=\d+/);
  await page.getByRole('group', { name: 'Told in' }).getByRole('button', { name: 'Bytes' }).click();
  const plot = page.getByRole('group', { name: /^Bytes over time: Session 230 kB/ });
  await plot.waitFor();
  assert.ok((await plot.getAttribute('aria-label'))?.includes(`Marked: ${HOSTILE} at `));
  await page.getByRole('region', { name: 'Classes', exact: true }).getByText(`${HOSTILE} at `).waitFor();
  await page.goto(`${base(port)}/memory/web/?live=0&from=${nowMs - 12 * MINUTE_MS}&until=${nowMs - 3 * MINUTE_MS}`);
  await page.locator('.moments .u-over').waitFor();
  const over = await page.locator('.moments .u-over').boundingBox();
  assert.ok(over !== null);
  await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
  await page.locator('.moments .moment').filter({ hasText: /\d · <img/ }).waitFor();
});

test('a click on a class tells where its instances were created, and leads to the stacks', async (t) => {
  const nowMs = Date.now();
  const counts = Array.from({ length: 10 }, (_, minute) => factsOf({ seq: minute, startMs: nowMs - (10 - minute) * MINUTE_MS, durationMs: MINUTE_MS, numbers: { rssBytes: 1e8, 'class.Session.count': 400, 'class.Cart.count': 5 } }));
  const created = Array.from({ length: 10 }, (_, minute) => instancesOf(nowMs - (10 - minute) * MINUTE_MS, minute, { 'serve /app/server.js:1 < login /app/login.js:7': 3, [`serve /app/server.js:1 < ${HOSTILE} /app/restore.js:9`]: 1 }));
  const { port } = await serve(t, { hosts, windows: [...counts, ...created] });
  const { page } = await open(t, `${base(port)}/memory/web/`);
  const name = page.getByRole('table', { name: 'Classes' }).getByRole('button', { name: 'Session' });
  await name.click();
  const table = page.getByRole('table', { name: 'Where they were created' });
  await table.getByRole('row').filter({ hasText: 'login' }).waitFor();
  assert.match(await table.getByRole('row').filter({ hasText: 'login' }).innerText(), /login\s+\S*\/app\/login\.js\S*\s+300\s+75\.0 %/);
  await table.getByText(HOSTILE).waitFor();
  assert.match(page.url(), /created=Session/);
  await page.getByRole('table', { name: 'Classes' }).getByRole('button', { name: 'Cart' }).click();
  await page.getByText('const Tracked = sampler.track(Cart, { stacks: { every: 100 } })').waitFor();
  await page.goto(`${base(port)}/memory/web/?created=Session`);
  await page.getByRole('link', { name: 'All stacks, as flames' }).click();
  await page.waitForURL((url) => url.searchParams.get('kind') === 'instances' && url.searchParams.get('label.class') === 'Session');
  await page.locator('g.frame[name="login"]').waitFor();
  await page.locator('.status').filter({ hasText: /400 alive on average/ }).waitFor();
});

/** One construction in a hundred was looked at. */
function instancesOf(startMs: number, seq: number, stacks: Readonly<Record<string, number>>) {
  const window = windowOf({ seq: seq + 1000, startMs, durationMs: MINUTE_MS, stacks, ranFor: Object.fromEntries(Object.keys(stacks).map((stack) => [stack, { class: 'Session' }])) });
  assert.ok('profile' in window);
  const { rows } = window.profile;
  return { ...window, kind: 'instances', over: 'average' as const, idle: { count: 0, weight: 0 }, profile: { ...window.profile, rows: { ...rows, weight: rows.count.map((count) => count * 100) } } };
}
