// Comparing as a person does it: from the flames to what changed, another time, another version, other hosts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { hostStatus, serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { askedAgain, open, withBrowser } from './page.ts';

withBrowser();

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const HOSTILE = '<img src=x onerror=document.title="owned">';
const base = (port: number): string => `http://127.0.0.1:${port}`;
const hosts = [hostStatus({}), hostStatus({ host: 'web-2' })];

/** Twenty minutes ago version 1.0 parsed a lot; now 1.1 renders, and calls something new. A day ago it waited. */
function someWindows() {
  const nowMs = Date.now();
  const labels = (version: string) => ({ service: 'shop', version });
  return [
    windowOf({ seq: 1, boot: 'boot-0', startMs: nowMs - DAY_MS - 5 * MINUTE_MS, labels: labels('1.0'), stacks: { 'serve /app/server.js:1 < asleep /app/sleep.js:2': 300 } }),
    windowOf({ seq: 1, boot: 'boot-1', startMs: nowMs - 20 * MINUTE_MS, labels: labels('1.0'), stacks: { 'serve /app/server.js:1 < parse /app/parse.js:4': 500, 'serve /app/server.js:1 < render /app/render.js:12': 300, 'serve /app/server.js:1 < query /app/node_modules/db/index.js:3': 100, 'serve /app/server.js:1 < removed /app/old.js:5': 100 } }),
    windowOf({ seq: 1, boot: 'boot-2', startMs: nowMs - 5 * MINUTE_MS, labels: labels('1.1'), stacks: { 'serve /app/server.js:9 < parse /app/parse.js:5': 200, 'serve /app/server.js:9 < render /app/render.js:14': 600, 'serve /app/server.js:9 < query /app/node_modules/db/index.js:3': 103, [`serve /app/server.js:9 < ${HOSTILE} /app/new.js:1`]: 97 } }),
    windowOf({ seq: 1, host: 'web-2', boot: 'boot-b', startMs: nowMs - 5 * MINUTE_MS, labels: labels('1.1'), stacks: { 'serve /app/server.js:9 < elsewhere /app/else.js:2': 50 } }),
  ];
}

const frame = (page: Page, name: string) => page.locator(`g.frame[name=${JSON.stringify(name)}]`);
const colour = (page: Page, name: string) => frame(page, name).locator('rect').getAttribute('fill');
const rows = async (page: Page): Promise<string[]> => (await page.getByRole('table', { name: 'Changes' }).locator('tbody tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());

test('from the flames to what changed since the period before', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await page.getByText('Compare with').click();
  await page.getByRole('link', { name: 'The period before' }).click();
  await frame(page, 'render').waitFor();
  assert.match(page.url(), /\/diff\?/);
  const [parse, render, removed, fresh, query, serving] = await rows(page);
  assert.match(parse ?? '', /^parse \/app\/parse\.js:5 50\.0 % 20\.0 % −30\.0 % 6\.\d\d %$/);
  assert.match(render ?? '', /^render \/app\/render\.js:14 30\.0 % 60\.0 % \+30\.0 % 6\.\d\d %$/);
  assert.match(removed ?? '', /^removed vanished \/app\/old\.js:5 10\.0 % 0\.00 % −10\.0 %/);
  assert.match(fresh ?? '', /^<img src=x onerror=document\.title="owned"> new /);
  assert.match(query ?? '', /^query .* 10\.0 % 10\.3 % \+0\.30 % [34]\.\d\d %$/);
  assert.match(serving ?? '', /^serve /);
  assert.deepEqual(await page.locator('tr.unsure a').allInnerTexts(), ['query', 'serve']);
  assert.deepEqual([await colour(page, 'parse'), await colour(page, 'render'), await colour(page, 'removed'), await colour(page, HOSTILE), await colour(page, 'query')], ['var(--less-3)', 'var(--more-2)', 'var(--less-3)', 'var(--more-3)', 'var(--same)']);
  assert.deepEqual((await page.getByRole('list', { name: 'Colours' }).getByRole('listitem').allInnerTexts()), ['−50 % or less', '−20 % to −50 %', 'up to −20 %', 'same, or within the sampling error', 'up to +25 %', '+25 % to +100 %', 'more than double, or new']);
  assert.match((await page.locator('.status').textContent()) ?? '', /^Shares are of all busy time of each side\. 4 functions changed beyond the sampling error\.$/);
  assert.equal(await page.locator('img').count(), 0);
});

test('pointing at a frame tells both shares, the difference and how sure it is; the table marks it', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/diff?b.host=web`);
  await frame(page, 'query').hover();
  const tip = page.getByRole('tooltip');
  assert.match(await tip.innerText(), /^query\n.*\nA 10\.0 % · B 10\.3 % · \+0\.30 % ± [34]\.\d\d %\nChance alone may have made this difference\.$/);
  await frame(page, 'removed').hover();
  assert.match(await tip.innerText(), /Vanished in B/);
  await page.getByRole('link', { name: 'render' }).hover();
  await page.locator('g.frame.marked[name=render]').waitFor();
  assert.equal(await page.locator('g.frame.marked').count(), 1);
});

test('the changes are sorted by any column, and the other way by a second click', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/diff?b.host=web`);
  const names = async (): Promise<string[]> => (await rows(page)).map((row) => row.split(' ')[0] ?? '');
  const head = (name: string) => page.getByRole('table', { name: 'Changes' }).locator('th').filter({ hasText: new RegExp(`^${name}$`) });
  const sort = (name: string): Promise<void> => head(name).getByRole('button').click();
  await frame(page, 'render').waitFor();
  const largest = await names();
  await sort('Change');
  assert.deepEqual(await names(), [...largest].reverse());
  await sort('A');
  assert.deepEqual((await names()).slice(0, 2), ['parse', 'render']);
  await sort('B');
  assert.equal((await names())[0], 'render');
  await sort('B');
  assert.equal((await names()).at(-1), 'render');
  assert.equal(await head('B').getAttribute('aria-sort'), 'ascending');
  assert.match(page.url(), /order=after&turned=1/);
  await page.reload();
  await frame(page, 'render').waitFor();
  assert.equal((await names()).at(-1), 'render');
  await sort('Function');
  assert.deepEqual((await names()).slice(0, 3), ['<img', 'parse', 'query']);
});

test('one click compares with yesterday, last week, or the version before', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/diff?b.host=web`);
  const button = (name: string) => page.getByRole('button', { name });
  await frame(page, 'parse').waitFor();
  assert.equal(await button('The period before').getAttribute('aria-pressed'), 'true');
  await button('Same time yesterday').click();
  await frame(page, 'asleep').waitFor();
  assert.match(page.url(), /with=day/);
  await button('Same time last week').click();
  await page.getByText('Nothing is kept for A: choose another time').waitFor();
  await button('Version before').click();
  await page.getByRole('link', { name: 'web · version 1.0' }).waitFor();
  await frame(page, 'parse').waitFor();
  assert.ok(await page.getByRole('link', { name: 'web · version 1.1' }).isVisible());
  await page.goBack();
  await page.getByText('Nothing is kept for A').waitFor();
});

test('either side can be any other choice, and the address is a link to it', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/diff?b.host=web`);
  await frame(page, 'parse').waitFor();
  const a = page.getByRole('region', { name: 'A', exact: true });
  await a.getByRole('button', { name: 'Leave out host web' }).click();
  const until = a.getByRole('textbox', { name: 'Until' });
  await until.fill('now');
  await until.press('Enter');
  await a.getByRole('combobox', { name: 'Narrow' }).selectOption({ label: 'web-2' });
  await frame(page, 'elsewhere').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('a.host'), 'web-2');
  await page.getByRole('button', { name: 'Total', exact: true }).click();
  await page.getByRole('combobox', { name: 'Shares of' }).selectOption('duration');
  await page.locator('.status').filter({ hasText: /^Busy 5\.00 % of the time in A, 100\.0 % in B\. Shares are of all time covered/ }).waitFor();
  await page.reload();
  await frame(page, 'elsewhere').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Total', exact: true }).getAttribute('aria-pressed'), 'true');
  await page.getByRole('searchbox', { name: 'Search' }).fill('render|parse');
  assert.deepEqual((await rows(page)).map((text) => text.split(' ')[0]), ['render', 'parse']);
  await page.getByRole('link', { name: 'render' }).click();
  await page.waitForURL(/\/graph\/web\/\?.*of=/);
});

test('the changes are walked by keyboard', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/diff?b.host=web`);
  await frame(page, 'render').waitFor();
  const flames = page.getByRole('tree', { name: /Differential flame graph/ });
  await flames.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const id = await flames.getAttribute('aria-activedescendant');
  assert.equal(await page.locator(`#${id}`).getAttribute('aria-label'), 'render, 30.0 % before, 60.0 % after');
  await page.keyboard.press('Enter');
  await page.waitForURL(/zoom=serve&zoom=render/);
  await page.keyboard.press('Escape');
  await frame(page, 'parse').waitFor();
});

test('changes that could not be asked for come by themselves when the server answers again', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page, takeComplaints } = await open(t, `${base(port)}/diff?b.host=web`);
  await frame(page, 'render').waitFor();
  await page.clock.install();
  await page.route('**/api/diff?**', (route) => route.abort());
  await page.reload();
  await page.getByText('liveprofiler does not answer. Is `liveprofiler serve` running? The page asks again by itself.').waitFor();
  takeComplaints();
  await page.unroute('**/api/diff?**');
  await askedAgain(page, /\/api\/diff\?/);
  await frame(page, 'render').waitFor();
  assert.equal(await page.getByRole('alert').isVisible(), false);
  takeComplaints();
});

test('versions and threads are compared with each other', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `${base(port)}/diff?a.host=web&b.host=web&from=-1hours`);
  await frame(page, 'parse').first().waitFor();
  const [a, b] = ['A', 'B'].map((name) => page.getByRole('region', { name, exact: true }));
  await b?.getByRole('combobox', { name: 'Narrow' }).selectOption({ label: '1.1' });
  await page.getByRole('link', { name: 'web · version 1.1' }).waitFor();
  await a?.getByRole('combobox', { name: 'Thread' }).selectOption('boot-1/0');
  // All of it is there before, in other colours: until then A has both versions.
  await frame(page, HOSTILE).locator('rect[fill="var(--more-3)"]').waitFor();
  assert.deepEqual(['a.thread', 'b.version'].map((key) => new URL(page.url()).searchParams.get(key)), ['boot-1/0', '1.1']);
  assert.equal(await colour(page, 'removed'), 'var(--less-3)');
});

/** Of two custom properties, as somebody without cones for green, for red or for blue sees them: how far apart in Lab. */
const APART = `(one, other) => {
  const linear = (name) => [1, 3, 5].map((at) => parseInt(getComputedStyle(document.documentElement).getPropertyValue(name).trim().slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const times = (matrix, [r, g, b]) => matrix.map(([x, y, z]) => x * r + y * g + z * b);
  const curve = (part) => (part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116);
  const lab = (rgb) => {
    const [x, y, z] = times([[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0178, 0.1095, 0.8727]], rgb).map(curve);
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  };
  const seen = [
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
  ];
  return Math.min(...seen.map((matrix) => Math.hypot(...lab(times(matrix, linear(one))).map((part, at) => part - lab(times(matrix, linear(other)))[at]))));
}`;

test('the colour-blind can tell what grew from what shrank', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await open(t, `${base(port)}/diff?b.host=web`, { colorScheme });
    for (const step of [2, 3]) {
      const apart = await page.evaluate<number>(`(${APART})('--less-${step}', '--more-${step}')`);
      assert.ok(apart > 25, `${colorScheme}, step ${step}: ${apart}`);
    }
  }
});
