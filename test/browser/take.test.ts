// Taking what one sees elsewhere: files, speedscope on our own origin, a picture, a link.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { hostStatus, serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

const MINUTE_MS = 60_000;
const HOSTILE = '</text><script>document.title="owned"</script><img src=x onerror=alert(1)>';
const base = (port: number): string => `http://127.0.0.1:${port}`;

interface Picture {
  readonly drawn: boolean;
  readonly elements: readonly string[];
  readonly titles: readonly string[];
}

/** Runs in the browser: draws what is at a path, and reads it as XML. */
const READ_PICTURE = `async (path) => {
  const text = await (await fetch(path)).text();
  const image = new Image();
  const drawn = await new Promise((done) => {
    image.onload = () => done(true);
    image.onerror = () => done(false);
    image.src = 'data:image/svg+xml,' + encodeURIComponent(text);
  });
  const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
  return { drawn, elements: [...new Set([...parsed.querySelectorAll('*')].map((one) => one.localName))].sort(), titles: [...parsed.querySelectorAll('g title')].map((one) => one.textContent) };
}`;

function someWindows() {
  return [windowOf({ seq: 1, startMs: Date.now() - 3 * MINUTE_MS, stacks: { 'serve /app/server.js:1 < render /app/render.js:12': 60, [`serve /app/server.js:1 < ${HOSTILE}`]: 20 } })];
}

test('speedscope opens what is looked at, from our own origin', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page, takeComplaints } = await open(t, `${base(port)}/graph/web/`);
  await page.getByText('Take it with you').click();
  const link = page.getByRole('link', { name: 'Open in speedscope' });
  const address = (await link.getAttribute('href')) ?? '';
  await page.goto(`${base(port)}${address}&view=sandwich`);
  await page.getByText('render', { exact: true }).waitFor();
  await page.getByText('600.00ms').first().waitFor();
  await page.getByText(HOSTILE, { exact: true }).waitFor();
  assert.equal(await page.locator('img[src=x]').count(), 0);
  assert.deepEqual(takeComplaints().filter((complaint) => !complaint.includes('GL Driver Message')), []);
});

test('a file that is taken is named after what it is, and is the one asked for', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/?weight=count`);
  await page.getByText('Take it with you').click();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: /^folded text/ }).click();
  const file = await download;
  assert.match(file.suggestedFilename(), /^liveprofiler_web_\d{8}T\d{6}_\d{8}T\d{6}\.folded\.txt$/);
  assert.match(await readFile(await file.path(), 'utf8'), /^serve \(\/app\/server\.js:1\);render \(\/app\/render\.js:12\) 60$/m);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: /^folded text/ }).waitFor({ state: 'hidden' });
});

test('the picture is one that a browser draws, and every name in it is text', async (t) => {
  const { port } = await serve(t, { hosts: [hostStatus({}), hostStatus({ host: HOSTILE })], windows: [...someWindows(), windowOf({ host: HOSTILE, boot: 'boot-h', seq: 1, startMs: Date.now() - MINUTE_MS, stacks: { [HOSTILE]: 7, '\u0000\u001b[31m\ud800': 3 } })] });
  const { page } = await open(t, `${base(port)}/`);
  const read = (host: string) => page.evaluate<Picture>(`(${READ_PICTURE})(${JSON.stringify(`/export/${encodeURIComponent(host)}/?format=svg`)})`);
  const { drawn, elements, titles } = await read(HOSTILE);
  assert.deepEqual([drawn, elements], [true, ['g', 'rect', 'svg', 'text', 'title']]);
  assert.ok(titles.includes(`${HOSTILE}: 70.0 ms, 70.0 %`), titles.join());
  assert.deepEqual((await read('web')).titles.slice(1, 3), ['serve (/app/server.js:1): 800.0 ms, 100.0 %', 'render (/app/render.js:12): 600.0 ms, 75.0 %']);
  assert.doesNotMatch(await page.title(), /owned/);
});

test('a link to the view stays true when time goes on', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/?search=render`);
  await page.getByText('Take it with you').click();
  await page.getByRole('link', { name: /^Link to this view/ }).click();
  await page.waitForURL(/from=\d+&until=\d+&search=render&live=0$/);
  await page.locator('g.frame[name=render]').waitFor();
});
