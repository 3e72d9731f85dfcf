// The page of heap snapshots as a person uses it: from the list to who keeps what leaks, and from a host to a snapshot.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import type { SnapshotPort } from '../../visualizer/ports.ts';
import { hostStatus, serve } from '../visualizer/server.ts';
import { made } from '../visualizer/snapshot/made.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

const LEAKS = fileURLToPath(new URL('../visualizer/snapshot/leaks-child.js', import.meta.url));
const HOSTILE = '<img src=x onerror=alert(1)>';

const shop = (sessions: number): string => JSON.stringify(made([
  { type: 'synthetic', name: '', refers: { 'shortcut:1': 1 } },
  { name: 'global', bytes: 100, refers: { cache: 2, [HOSTILE]: 4 } },
  { name: 'Map', bytes: 32, refers: { 'internal:table': 3 } },
  { type: 'array', name: '', bytes: 64, refers: Object.fromEntries(Array.from({ length: sessions }, (_, index) => [`internal:${index}`, index + 6])) },
  { name: HOSTILE, bytes: 40, refers: { password: 5 } },
  { type: 'string', name: 'hunter2', bytes: 24 },
  ...Array.from({ length: sessions }, () => ({ name: 'Session', bytes: 1000 })),
]));

async function pageWith(t: TestContext, files: Readonly<Record<string, string>>, path = '/snapshots/', snapshots?: SnapshotPort): Promise<{ page: Page; base: string; takeComplaints: () => string[] }> {
  const { port, snapshotFolder } = await serve(t, { hosts: [hostStatus({})], ...(snapshots === undefined ? {} : { snapshots }) });
  await mkdir(snapshotFolder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(snapshotFolder, name), text);
  const base = `http://127.0.0.1:${port}`;
  return { base, ...(await open(t, base + path, { viewport: { width: 1400, height: 900 } })) };
}

const classRow = (page: Page, name: string) => page.locator('.classes tr[data-row]').filter({ has: page.getByRole('button', { name, exact: true }) });

test('until the list has come, nothing is said of what is at hand, and nothing offered', async (t) => {
  const { page, base } = await pageWith(t, {}, '/');
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => { answer = resolve; });
  await page.route('**/api/snapshots', async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest('**/api/snapshots');
  await page.goto(`${base}/snapshots/`);
  await asked;
  assert.match(await page.locator('.snapshots').innerText(), /^Open a file\s*$/);
  answer();
  await page.getByText('There is no snapshot yet.').waitFor();
});

test('from the list to the retaining path of a class, as a picture and as text, and on to an object', async (t) => {
  const { page } = await pageWith(t, { 'shop.heapsnapshot': shop(500) });
  await page.getByRole('button', { name: 'shop.heapsnapshot', exact: true }).click();
  await classRow(page, 'Session').waitFor();
  assert.match(await classRow(page, 'Session').innerText(), /Session\s+500\s+500 kB\s+[\d.]+ %\s+500 kB\s+[\d.]+ %/);
  await page.getByText(/^500 kB, /).first().waitFor();
  await page.getByRole('button', { name: 'Session', exact: true }).click();
  const picture = page.locator('.paths svg');
  await picture.waitFor();
  assert.deepEqual(await picture.locator('.what').allTextContents(), ['(roots)', 'global @3', 'Map @5', '(array) @7', 'Session @13']);
  assert.deepEqual((await picture.locator('.by').allTextContents()).sort(), ['', '(0)', '(table)', '.cache']);
  await page.getByText('As text').click();
  assert.match(await page.locator('.detail pre').innerText(), /500 of 500, 500 kB, are kept so:\n\(roots\)\nglobal @3\n\.cache → Map @5\n\(table\) → \(array\) @7\n\(0\) → Session @13, keeps 1 kB/);
  await picture.locator('.what').getByText('Map @5').click();
  await page.getByRole('heading', { name: 'Map @5' }).waitFor();
  assert.match(page.url(), /object=5$/);
  assert.match(await page.getByRole('table', { name: 'What refers to it' }).innerText(), /\.cache\s+global @3/);
  await page.goBack();
  await page.getByRole('heading', { name: 'Session' }).waitFor();
});

test('hostile names are text, and secrets are not shown', async (t) => {
  const { page } = await pageWith(t, { 'shop.heapsnapshot': shop(1) }, `/snapshots/?snapshot=shop.heapsnapshot&class=${encodeURIComponent(HOSTILE)}&object=9`);
  await page.getByRole('heading', { name: `${HOSTILE} @9` }).waitFor();
  assert.equal(await page.locator('img').count(), 0);
  const text = await page.locator('main').innerText();
  assert.match(text, /\.password\s+\(string\) "\(hidden\)" @11/);
  assert.doesNotMatch(text, /hunter2/);
});

test('two snapshots are compared, filtered and sorted, and a link shows the same again', async (t) => {
  const { page, base } = await pageWith(t, { 'a.heapsnapshot': shop(100), 'b.heapsnapshot': shop(300) }, '/snapshots/?snapshot=b.heapsnapshot');
  await page.getByTitle('What changed from a.heapsnapshot to b.heapsnapshot').click();
  await page.getByRole('heading', { name: 'What changed from a.heapsnapshot to b.heapsnapshot' }).waitFor();
  assert.match(await classRow(page, 'Session grown').innerText(), /Session\s+grown\s+300\s+\+200\s+300 kB\s+\+200 kB\s+300 kB\s+\+200 kB/);
  await page.getByRole('searchbox').fill('sess');
  assert.equal(await page.locator('.classes tr[data-row]').count(), 1);
  await page.getByRole('searchbox').fill('nothing');
  await page.getByText('No class matches “nothing”.').waitFor();
  await page.getByRole('searchbox').fill('');
  await page.locator('.classes').getByRole('button', { name: 'Class' }).click();
  await page.goto(page.url());
  await page.locator('.classes th[aria-sort=ascending]').waitFor();
  assert.deepEqual(await page.locator('.classes tr[data-row] .mono').allInnerTexts(), ['(array)', 'Map', 'Session', 'global']);
  await page.locator('.classes').getByRole('button', { name: 'Class' }).click();
  await page.goto(page.url());
  await page.locator('.classes th[aria-sort=descending]').waitFor();
  assert.deepEqual(await page.locator('.classes tr[data-row] .mono').allInnerTexts(), ['global', 'Session', 'Map', '(array)']);
  assert.ok(page.url().startsWith(`${base}/snapshots/?snapshot=b.heapsnapshot&before=a.heapsnapshot`));
});

test('only the rows in sight are there, and arrows walk all of them', async (t) => {
  const many = JSON.stringify(made([{ type: 'synthetic', name: '', refers: Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [String(index), index + 1])) }, ...Array.from({ length: 3000 }, (_, index) => ({ name: `Class${index}`, bytes: 5000 - index }))]));
  const { page } = await pageWith(t, { 'many.heapsnapshot': many }, '/snapshots/?snapshot=many.heapsnapshot');
  await classRow(page, 'Class0').waitFor();
  assert.ok(await page.locator('.classes tr[data-row]').count() < 60);
  await page.getByRole('button', { name: 'Class0', exact: true }).focus();
  await page.keyboard.press('End');
  await classRow(page, 'Class2999').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Class2999' }).waitFor();
});

test('before a snapshot is taken one is told what it costs; refused, nothing happens; taken, it is there', async (t) => {
  let taken = 0;
  const port: SnapshotPort = {
    hosts: () => ['web'],
    expected: (host) => Promise.resolve({ host, heapBytes: 312e6, pauseMs: 2400 }),
    async take(_host, path, received) {
      taken++;
      received(0.5);
      await promisify(execFile)(process.execPath, [LEAKS, 'map', path]);
    },
  };
  const { page } = await pageWith(t, {}, '/snapshots/', port);
  const asks = page.getByRole('dialog', { name: 'Take a snapshot of web?' });
  await page.getByRole('button', { name: 'Take a snapshot …' }).click();
  assert.match(await asks.innerText(), /312\.0 MB.*stand still for about 2\.4 s/s);
  await page.keyboard.press('Escape');
  await asks.waitFor({ state: 'hidden' });
  assert.equal(taken, 0);
  await page.getByRole('button', { name: 'Take a snapshot …' }).click();
  await asks.getByRole('button', { name: 'Take it' }).click();
  await page.getByText('Taking a snapshot of web').waitFor();
  await page.getByRole('button', { name: /^web_\d+T/ }).click({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Session', exact: true }).click({ timeout: 60_000 });
  await page.locator('.paths svg .by').getByText('variable sessions').waitFor();
  assert.equal(taken, 1);
});

test('a file from this machine is opened; one that is none is told so', async (t) => {
  const { page, takeComplaints } = await pageWith(t, {});
  await page.getByText('There is no snapshot yet.').waitFor();
  await page.getByLabel('Open a file').setInputFiles({ name: 'mine.heapsnapshot', mimeType: 'application/json', buffer: Buffer.from(shop(3)) });
  await classRow(page, 'Session').waitFor();
  await page.getByLabel('Open a file').setInputFiles({ name: 'other.heapsnapshot', mimeType: 'text/plain', buffer: Buffer.from('hello') });
  await page.getByRole('alert').getByText('This is no heap snapshot of V8').waitFor();
  assert.deepEqual(takeComplaints().map((complaint) => complaint.includes('422')), [true]);
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: /^Delete other/ }).click();
  await page.getByRole('button', { name: /^Delete other/ }).waitFor({ state: 'hidden' });
});
