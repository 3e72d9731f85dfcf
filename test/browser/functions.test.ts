// The table of functions, and one function between its callers and callees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

const MINUTE_MS = 60_000;
const STACKS = {
  'serve /app/server.js:1 < parse /app/parse.js:2 < read node:fs:9': 30,
  'serve /app/server.js:1 < parse /app/parse.js:2': 10,
  'job /app/job.js:1 < parse /app/parse.js:2 < parse /app/parse.js:2': 20,
  'job /app/job.js:1': 40,
};
const LINES = { 'parse /app/parse.js:2': { 4: 3, 7: 21 } };
const table = (page: Page) => page.getByRole('table', { name: 'Functions' });
const rows = async (page: Page): Promise<string[]> => (await table(page).locator('tr[data-row]').allInnerTexts()).map((text) => text.split(/\s+/).filter((word) => !word.startsWith('/app')).join(' '));
async function told(frames: Locator, attribute: 'name' | 'aria-label'): Promise<string[]> {
  const texts = (await frames.all()).map((one) => one.getAttribute(attribute));
  return (await Promise.all(texts)).map(String).sort();
}
const frames = (page: Page, id: string): Promise<string[]> => told(page.locator(`#${id} g.frame`), 'aria-label');

async function functions(t: Parameters<typeof open>[0], query = '?view=both', stacks: Readonly<Record<string, number>> = STACKS): Promise<Page> {
  const { port } = await serve(t, { windows: [windowOf({ seq: 1, startMs: Date.now() - 2 * MINUTE_MS, durationMs: 60_000, stacks, lines: stacks === STACKS ? LINES : {} })] });
  const { page } = await open(t, `http://127.0.0.1:${port}/graph/web/${query}`, { viewport: { width: 1400, height: 900 } });
  await page.locator('#flames g.frame, tr[data-row], .sandwich p').filter({ visible: true }).first().waitFor();
  return page;
}

test('the table tells self and total of every function, is sorted by a click and narrowed by typing', async (t) => {
  const page = await functions(t, '');
  await page.getByRole('button', { name: 'Table' }).click();
  await table(page).waitFor();
  await page.getByText('4 of 4 functions').waitFor();
  assert.deepEqual(await rows(page), ['job 40.0 % 400.0 ms 60.0 % 600.0 ms', 'parse 30.0 % 300.0 ms 60.0 % 600.0 ms', 'read node:fs:9 30.0 % 300.0 ms 30.0 % 300.0 ms', 'serve 0.00 % 0 µs 40.0 % 400.0 ms']);
  await table(page).getByRole('button', { name: 'Function' }).click();
  assert.deepEqual((await rows(page)).map((row) => row.split(' ')[0]), ['job', 'parse', 'read', 'serve']);
  assert.equal(await table(page).getByRole('columnheader', { name: 'Function' }).getAttribute('aria-sort'), 'ascending');
  await table(page).getByRole('button', { name: 'Total' }).click();
  assert.deepEqual((await rows(page)).map((row) => row.split(' ')[0]), ['job', 'parse', 'serve', 'read']);
  await table(page).getByRole('button', { name: 'Total' }).click();
  assert.deepEqual((await rows(page)).map((row) => row.split(' ')[0]), ['read', 'serve', 'job', 'parse']);
  assert.equal(await table(page).getByRole('columnheader', { name: 'Total' }).getAttribute('aria-sort'), 'ascending');
  assert.match(page.url(), /turned=1/);
  await page.reload();
  await page.getByText('4 of 4 functions').waitFor();
  assert.deepEqual((await rows(page)).map((row) => row.split(' ')[0]), ['read', 'serve', 'job', 'parse']);
  await table(page).getByRole('button', { name: 'Total' }).click();
  assert.deepEqual((await rows(page)).map((row) => row.split(' ')[0]), ['job', 'parse', 'serve', 'read']);
  await page.getByRole('searchbox', { name: 'Search' }).fill('^(job|serve)$');
  await page.getByText('2 of 4 functions').waitFor();
  await page.getByRole('searchbox', { name: 'Search' }).fill('nothing like it');
  await page.getByText('No function matches the search.').waitFor();
  assert.match(page.url(), /view=table.*order=total/);
});

test('pointing at a row marks its frames, wherever they are', async (t) => {
  const page = await functions(t);
  await table(page).getByRole('button', { name: /^parse/ }).hover();
  await page.locator('#flames g.marked').nth(2).waitFor();
  assert.deepEqual(await told(page.locator('#flames g.marked'), 'name'), ['parse', 'parse', 'parse']);
  await page.getByRole('heading', { level: 1 }).hover();
  await page.locator('#flames g.marked').first().waitFor({ state: 'detached' });
});

test('a click shows who calls a function and what it calls, each stack once, and one goes on from there', async (t) => {
  const page = await functions(t);
  await table(page).getByRole('button', { name: /^parse/ }).click();
  const between = page.getByRole('region', { name: 'Callers and callees' });
  await between.getByRole('heading', { name: 'parse' }).waitFor();
  assert.match(await between.innerText(), /total 600\.0 ms \(60\.0 %\) · self 300\.0 ms \(30\.0 %\)/);
  assert.deepEqual(await frames(page, 'callers'), ['job, 33.3 %', 'parse, 100.0 %', 'serve, 66.7 %']);
  assert.deepEqual(await frames(page, 'callees'), ['parse, 100.0 %', 'parse, 33.3 %', 'read, 50.0 %']);
  assert.match(page.url(), /of=/);
  await page.reload();
  await between.getByRole('heading', { name: 'parse' }).waitFor();
  await page.locator('#callees g.frame[name=read]').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Callers and callees' }).click();
  await between.getByRole('heading', { name: 'read' }).waitFor();
  assert.deepEqual(await frames(page, 'callers'), ['parse, 100.0 %', 'read, 100.0 %', 'serve, 100.0 %']);
  await page.goBack();
  await between.getByRole('heading', { name: 'parse' }).waitFor();
  await between.getByRole('button', { name: 'Back to the flames' }).click();
  await page.locator('#flames g.frame').first().waitFor();
});

test('the lines of a function tell where its samples were, and where there are none why', async (t) => {
  const page = await functions(t);
  await table(page).getByRole('button', { name: /^parse/ }).click();
  const between = page.getByRole('region', { name: 'Callers and callees' });
  const lines = between.getByRole('table', { name: 'Lines' });
  await lines.locator('tbody tr').nth(1).waitFor();
  assert.deepEqual((await lines.locator('tbody tr').allInnerTexts()).map((text) => text.split(/\s+/).join(' ')), ['4 3 10.0 %', '7 21 70.0 %']);
  await between.getByText(/parse\.js, .* lines are kept in steps of five minutes\. 30 samples, 20\.0 % of them without a line\./).waitFor();
  const widths = (await Promise.all((await lines.locator('.length').all()).map((bar) => bar.boundingBox()))).map((box) => box?.width);
  assert.ok(Math.abs((widths[0] ?? 0) * 7 - (widths[1] ?? 0)) < 2, String(widths));
  for (const [name, why] of [['serve', /All its time was in what it called/], ['job', /None of its 40 samples .* has a line/]] as const) {
    await table(page).getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await between.getByText(why).waitFor();
    assert.equal(await lines.isVisible(), false);
  }
});

test('a link to a function that was not sampled says so', async (t) => {
  const page = await functions(t, `?of=${encodeURIComponent('["gone","/app/gone.js",1,1]')}`);
  await page.getByText('This function was not sampled in this range').waitFor();
});

test('of thousands of functions only those in sight are there, and arrows walk to the last', async (t) => {
  const page = await functions(t, '?view=table', Object.fromEntries(Array.from({ length: 1900 }, (_, index) => [`f${index} /app/f.js:${index + 1}`, 1 + (index % 3)])));
  await page.getByText('1,900 of 1,900 functions').waitFor();
  assert.ok((await table(page).locator('tr[data-row]').count()) < 60);
  assert.equal(await table(page).getAttribute('aria-rowcount'), '1901');
  await table(page).getByRole('button', { name: 'Total' }).focus();
  await page.keyboard.press('Tab');
  const here = (): Promise<string> => page.locator(':focus').innerText().then((text) => text.split('\n')[0] ?? '');
  const first = await here();
  await page.keyboard.press('ArrowDown');
  assert.notEqual(await here(), first);
  await page.keyboard.press('End');
  await page.locator('tr[data-row="1899"]').waitFor();
  assert.equal(await page.locator('tr:focus-within').getAttribute('aria-rowindex'), '1901');
  assert.ok((await table(page).locator('tr[data-row]').count()) < 60);
  await page.keyboard.press('Home');
  assert.equal(await here(), first);
});
