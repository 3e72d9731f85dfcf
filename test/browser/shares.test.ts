// Who took which share of the CPU, as a person finds out: from a host to its routes, to one of them, to two of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { hostStatus, serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

const MINUTE_MS = 60_000;
const HOSTILE = '<img src=x onerror=document.title="owned">';
const frame = (page: Page, name: string) => page.locator(`g.frame[name=${JSON.stringify(name)}]`);
const rows = async (page: Page): Promise<string[]> => (await page.locator('.by-value tbody tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
const hosts = [hostStatus({ tellsRoutes: true }), hostStatus({ host: 'jobs', service: 'jobs' })];

/** Half of the work is for one route, a third for another, a tenth for one with a hostile name, the rest for nobody. */
function someWindows() {
  const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 6 * MINUTE_MS;
  const ranFor = { sellAll: { route: '/api/orders/:id', method: 'GET' }, showPage: { route: '/', method: 'GET' }, trick: { route: HOSTILE, method: 'POST' } };
  return Array.from({ length: 5 }, (_, minute) => [
    windowOf({ seq: minute + 1, startMs: startMs + minute * MINUTE_MS, stacks: { sellAll: 250, showPage: 150, trick: 60, tick: 40 }, ranFor }),
    windowOf({ host: 'jobs', boot: 'boot-j', labels: { service: 'jobs' }, seq: minute + 1, startMs: startMs + minute * MINUTE_MS, stacks: { crunch: 900 } }),
  ]).flat();
}

test('from the list of hosts it is one click to which route burns the CPU', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `http://127.0.0.1:${port}/`);
  await page.getByRole('link', { name: 'Routes of web' }).click();
  await page.getByRole('table', { name: 'Routes: share of CPU' }).waitFor();
  assert.deepEqual(await rows(page), ['/api/orders/:id 50.0 % 12.50 s', '/ 30.0 % 7.50 s', `${HOSTILE} 12.0 % 3.00 s`, 'for nobody without route 8.00 % 2.00 s']);
  assert.equal(await page.getByText('3 values of route; shares are of 25.00 s busy.').count(), 1);
  assert.equal(await page.locator('img').count(), 0);
  assert.match(page.url(), /\/graph\/web\/\?view=shares&by=route$/);
  await page.goBack();
  await page.getByRole('link', { name: 'web', exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Routes of jobs' }).count(), 0, 'a host that tells no routes');
});

test('from the flames of a host it is one click too, and a click on a route shows it alone', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `http://127.0.0.1:${port}/graph/web/`);
  await frame(page, 'showPage').waitFor();
  await page.getByRole('button', { name: 'Routes' }).click();
  const lines = page.getByRole('list', { name: 'Lines' }).getByRole('listitem');
  await lines.nth(3).waitFor();
  assert.deepEqual((await lines.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ')), ['/api/orders/:id 25.0 %', '/ 15.0 %', `${HOSTILE} 6.00 %`, 'without route 4.00 %'], 'of the time that the host was sampled');
  await page.locator('.by-value').getByRole('button', { name: '/', exact: true }).click();
  await frame(page, 'sellAll').waitFor({ state: 'detached' });
  await frame(page, 'showPage').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('label.route'), '/');
  assert.equal(await page.getByRole('button', { name: 'Flames', exact: true }).getAttribute('aria-pressed'), 'true');
  await page.goBack();
  await frame(page, 'sellAll').or(page.locator('.by-value tbody tr').first()).first().waitFor();
});

test('two routes that are ticked are compared with each other', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `http://127.0.0.1:${port}/graph/web/?view=shares`);
  await page.getByText('Tick two to compare them.').waitFor();
  await page.getByRole('checkbox', { name: `Compare ${HOSTILE}` }).check();
  await page.getByRole('checkbox', { name: 'Compare /', exact: true }).check();
  await page.getByRole('checkbox', { name: 'Compare /api/orders/:id' }).check();
  assert.equal(await page.getByRole('checkbox', { name: `Compare ${HOSTILE}` }).isChecked(), false, 'the third takes the place of the first');
  await page.getByRole('link', { name: 'Compare / with /api/orders/:id' }).click();
  await frame(page, 'sellAll').waitFor();
  assert.deepEqual(await page.getByRole('heading', { level: 2 }).allInnerTexts(), ['A: web · route /', 'B: web · route /api/orders/:id', 'Changes by function']);
  assert.deepEqual((await page.getByRole('table', { name: 'Changes' }).locator('tbody tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim().slice(0, 36)), ['showPage vanished V8 or native code 100.0 %', 'sellAll new V8 or native code 0.00 %'].map((text) => text.slice(0, 36)));
});

test('the shares are by whatever the lines are by, and by keyboard', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `http://127.0.0.1:${port}/graph/?view=shares&by=host`);
  await page.locator('.by-value tbody tr').nth(1).waitFor();
  assert.deepEqual(await rows(page), ['jobs 64.3 % 45.00 s', 'web 35.7 % 25.00 s']);
  await page.getByRole('combobox', { name: 'Lines by' }).selectOption('method');
  await page.getByRole('table', { name: 'By method: share of CPU' }).waitFor();
  assert.deepEqual(await rows(page), ['for nobody without method 67.1 % 47.00 s', 'GET 28.6 % 20.00 s', 'POST 4.29 % 3.00 s']);
  await page.locator('.by-value').getByRole('button', { name: 'GET' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await frame(page, 'trick').waitFor();
  assert.match(page.url(), /label\.method=POST/);
  await page.getByRole('combobox', { name: 'Lines by' }).selectOption('');
  await frame(page, 'trick').waitFor();
});

test('where nothing carries routes it says how to have them', async (t) => {
  const { port } = await serve(t, { hosts, windows: someWindows() });
  const { page } = await open(t, `http://127.0.0.1:${port}/graph/jobs/?view=shares&by=route`);
  await page.getByText('Nothing that ran here carries the label route. With labelRoutes: true at the sampler, what runs for a request carries its route.').waitFor();
  assert.deepEqual(await rows(page), ['for nobody without route 100.0 % 45.00 s']);
  await page.getByRole('combobox', { name: 'Lines by' }).selectOption('thread');
  await page.locator('.by-value').getByRole('button', { name: 'main (boot-j/0)' }).waitFor();
});
