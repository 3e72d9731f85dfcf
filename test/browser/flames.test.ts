// What one does with a flame graph: colours, hiding, folding, turning it over, the menu, following the present.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { askedAgain, open, withBrowser } from './page.ts';

withBrowser();

const MINUTE_MS = 60_000;
const STACKS = {
  'onRequest node:http:1 < serve /app/server.js:1 < next /app/node_modules/express/router.js:9 < emit node:events:4 < render /app/render.js:12': 40,
  'onRequest node:http:1 < serve /app/server.js:1 < query /app/node_modules/@acme/db/index.js:3': 20,
  'onRequest node:http:1 < serve /app/server.js:1 < visit /app/visit.js:1 < each /app/visit.js:9 < visit /app/visit.js:1 < each /app/visit.js:9': 30,
  '(garbage collector)': 8,
  '(program)': 2,
};
const frame = (page: Page, name: string) => page.locator(`#flames g.frame[name=${JSON.stringify(name)}]`);
const legend = (page: Page) => page.getByRole('list', { name: 'Colours' });
const left = async (page: Page, name: string): Promise<number> => (await frame(page, name).boundingBox())?.x ?? Number.NaN;
const top = async (page: Page, name: string): Promise<number> => (await frame(page, name).boundingBox())?.y ?? Number.NaN;

async function flames(t: Parameters<typeof open>[0], query = '', options: Parameters<typeof open>[2] = {}): Promise<Page> {
  const { port } = await serve(t, { windows: [windowOf({ seq: 1, startMs: Date.now() - 2 * MINUTE_MS, stacks: STACKS })] });
  const { page } = await open(t, `http://127.0.0.1:${port}/graph/web/${query}`, options);
  await page.locator('#flames g.frame, .functions tr').first().waitFor();
  return page;
}

test('the legend tells each origin and package with its share; a click takes one out, its time goes to its callers', async (t) => {
  const page = await flames(t);
  assert.deepEqual(await legend(page).getByRole('listitem').allTextContents(), ['own code 70.0 %', '@acme/db 20.0 %', 'garbage collection 8.00 %', 'V8 and native code 2.00 %', 'Node.js 0.00 %', 'express 0.00 %']);
  await legend(page).getByRole('button', { name: '@acme/db' }).click();
  await frame(page, 'query').waitFor({ state: 'detached' });
  assert.equal(await legend(page).getByRole('button', { name: '@acme/db' }).getAttribute('aria-pressed'), 'false');
  await frame(page, 'serve').hover();
  assert.match(await page.getByRole('tooltip').innerText(), /total 900\.0 ms \(90\.0 %\), 90 samples\nself 200\.0 ms \(20\.0 %\)/);
  await page.reload();
  await frame(page, 'serve').waitFor();
  assert.equal(await frame(page, 'query').count(), 0);
  await legend(page).getByRole('button', { name: '@acme/db' }).press('Enter');
  await frame(page, 'query').waitFor();
});

test('a link that hides a package that is not there can bring it back', async (t) => {
  const page = await flames(t, '?hide=package:elsewhere');
  const entry = legend(page).getByRole('button', { name: 'elsewhere' });
  assert.equal(await entry.getAttribute('aria-pressed'), 'false');
  await entry.click();
  await entry.waitFor({ state: 'detached' });
  assert.doesNotMatch(page.url(), /hide=/);
});

test('Node.js’ own modules are hidden by a switch', async (t) => {
  const page = await flames(t);
  await frame(page, 'onRequest').waitFor();
  await page.getByRole('checkbox', { name: 'Hide Node.js' }).check();
  await frame(page, 'onRequest').waitFor({ state: 'detached' });
  assert.equal(await frame(page, 'emit').count(), 0);
  assert.ok(await frame(page, 'render').isVisible());
  assert.match(page.url(), /hide=node/);
});

test('recursion is folded, also through others', async (t) => {
  const page = await flames(t);
  assert.equal(await frame(page, 'visit').count(), 2);
  await page.getByRole('checkbox', { name: 'Fold recursion' }).check();
  await frame(page, 'visit').nth(1).waitFor({ state: 'detached' });
  assert.equal(await frame(page, 'each').count(), 1);
  await frame(page, 'each').hover();
  assert.match(await page.getByRole('tooltip').innerText(), /self 300\.0 ms/);
});

test('as an icicle callers stand above, as a flame below', async (t) => {
  const page = await flames(t);
  assert.ok((await top(page, 'serve')) < (await top(page, 'render')));
  await page.getByRole('button', { name: 'Flame', exact: true }).click();
  await page.waitForURL(/up=1/);
  assert.ok((await top(page, 'serve')) > (await top(page, 'render')));
  await page.getByRole('tree', { name: /Flame graph/ }).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.match(await page.getByRole('tooltip').innerText(), /^serve/);
});

test('a flame shows all of its rows, down to the root, and so do callers', async (t) => {
  const of = encodeURIComponent('["render","/app/render.js",12,0]');
  for (const [query, name, least] of [['?up=1', /Flame graph/, 4], [`?of=${of}`, /Callers of render/, 2]] as const) {
    const page = await flames(t);
    await page.goto(new URL(query, page.url()).href);
    const tree = page.getByRole('tree', { name });
    await tree.locator('g.frame').first().waitFor();
    const around = await tree.boundingBox();
    const rows = await Promise.all((await tree.locator('g.frame rect').all()).map((row) => row.boundingBox()));
    const seen = rows.filter((row) => row !== null && around !== null && row.y >= around.y - 1 && row.y + row.height <= around.y + around.height + 1);
    assert.ok(rows.length >= least, `${rows.length} rows`);
    assert.equal(seen.length, rows.length, `${query}: rows that can be seen`);
  }
});

test('what V8 does is named in words', async (t) => {
  const page = await flames(t);
  await frame(page, 'garbage collection').hover();
  assert.match(await page.getByRole('tooltip').innerText(), /^garbage collection\nV8 freeing memory/);
  await frame(page, 'native code').hover();
  assert.match(await page.getByRole('tooltip').innerText(), /outside JavaScript/);
});

test('the menu of a frame zooms, finds, hides and copies', async (t) => {
  const page = await flames(t, '', { permissions: ['clipboard-read', 'clipboard-write'] });
  const item = (name: string) => page.getByRole('menu').getByRole('menuitem', { name });
  await frame(page, 'each').first().click({ button: 'right' });
  await item('Find it everywhere').click();
  assert.equal(await page.getByRole('searchbox', { name: 'Search' }).inputValue(), '^each$');
  await page.locator('.search output').filter({ hasText: 'matches 30.0 %' }).waitFor();
  await frame(page, 'render').click({ button: 'right' });
  await item('Copy the stack').click();
  await page.getByText('Copied render /app/render.js:12').waitFor();
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), ['render /app/render.js:12', 'emit node:events:4', 'next /app/node_modules/express/router.js:9', 'serve /app/server.js:1', 'onRequest node:http:1'].join('\n'));
  await frame(page, 'next').click({ button: 'right' });
  await item('Hide express').click();
  await frame(page, 'next').waitFor({ state: 'detached' });
  await frame(page, 'render').click({ button: 'right' });
  await item('Zoom to it').click();
  await frame(page, 'query').waitFor({ state: 'detached' });
  assert.match(page.url(), /zoom=render/);
});

test('the menu of a frame leads to its callers and callees', async (t) => {
  const page = await flames(t);
  await frame(page, 'query').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Callers and callees' }).click();
  await page.getByRole('region', { name: 'Callers and callees' }).getByRole('heading', { name: 'query' }).waitFor();
});

/** Zooms to a frame, and tells how wide it is right then. */
const ZOOM = `(() => {
  const rect = document.querySelector('#flames g.frame[name=render] rect');
  rect.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  return Number(rect.getAttribute('width'));
})()`;

test('who asked for less motion sees a zoom at once', async (t) => {
  const shares: number[] = [];
  for (const reducedMotion of ['reduce', 'no-preference'] as const) {
    const page = await flames(t, '', { reducedMotion });
    const whole = await page.getByRole('tree', { name: /Flame graph/ }).boundingBox();
    shares.push((await page.evaluate<number>(ZOOM)) / (whole?.width ?? Number.NaN));
  }
  const [still = Number.NaN, moving = Number.NaN] = shares;
  assert.ok(still > 0.99 && moving < 0.9, shares.join());
});

test('the menu is used by keyboard, and gives the focus back', async (t) => {
  const page = await flames(t);
  const tree = page.getByRole('tree', { name: /Flame graph/ });
  await tree.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu', { name: 'onRequest' }).waitFor();
  assert.equal(await page.locator(':focus').innerText(), 'Zoom to it');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator(':focus').innerText(), 'Find it everywhere');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.locator(':focus').innerText(), 'Copy the place');
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'hidden' });
  assert.equal(await page.locator(':focus').getAttribute('id'), 'flames');
});

test('following the present keeps the zoom, and nothing outside it shows up meanwhile', async (t) => {
  const { port, store } = await serve(t, { windows: [windowOf({ seq: 1, startMs: Date.now() - 2 * MINUTE_MS, stacks: STACKS })] });
  const { page } = await open(t, `http://127.0.0.1:${port}/graph/web/?zoom=onRequest&zoom=serve`);
  await page.clock.install();
  await page.reload();
  await frame(page, 'render').waitFor();
  assert.equal(await frame(page, 'garbage collection').count(), 0);
  const before = await left(page, 'serve');
  await page.evaluate(`
    window.seen = new Set();
    new MutationObserver(() => { for (const frame of document.querySelectorAll('#flames g.frame')) window.seen.add(frame.getAttribute('name')); })
      .observe(document.querySelector('#flames'), { subtree: true, childList: true, attributes: true });`);
  await store.append([windowOf({ seq: 2, startMs: Date.now() - 30_000, stacks: { ...STACKS, 'onRequest node:http:1 < serve /app/server.js:1 < fresh /app/fresh.js:1': 200 } })], new Map());
  await askedAgain(page, /api\/flame/);
  await frame(page, 'fresh').waitFor();
  assert.equal(await page.evaluate('window.seen.has("garbage collection")'), false);
  assert.equal(await page.evaluate('window.seen.has("fresh")'), true);
  assert.equal(await left(page, 'serve'), before);
  assert.match(page.url(), /zoom=serve/);
});

test('what was cut opens by a click also where functions are hidden', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`main /app/main.js:1 < emit node:events:4 < ${index < 5 ? `big${index}` : `tiny < f${index} /app/f.js:${index}`}`, index < 5 ? 1000 : 1]));
  const { port } = await serve(t, { windows: [windowOf({ seq: 1, startMs: Date.now() - 2 * MINUTE_MS, durationMs: 100_000, stacks: many })] });
  const { page } = await open(t, `http://127.0.0.1:${port}/graph/web/?hide=node&zoom=main&zoom=tiny`, { viewport: { width: 4000, height: 600 } });
  const parts = page.locator('#flames g.frame[name$="smaller parts"]');
  const cut = Number.parseInt((await parts.getAttribute('name')) ?? '', 10);
  assert.ok(cut > 900, `${cut} cut`);
  await parts.click();
  await page.waitForURL(/open=1/);
  await page.locator('.status').filter({ hasNotText: 'smaller' }).filter({ hasText: 'busy' }).waitFor();
  assert.match(page.url(), /zoom=main&zoom=tiny/);
});

test('by keyboard one skips what stands before the flames', async (t) => {
  const page = await flames(t);
  await page.keyboard.press('Tab');
  for (let tabs = 0; tabs < 8 && (await page.locator(':focus').innerText()) !== 'Skip to the flames'; tabs++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator(':focus').getAttribute('id'), 'flames');
});
