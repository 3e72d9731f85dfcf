// Flame graphs of memory as a person uses them: chosen beside the CPU's, told in bytes, and compared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heapOf } from '../visualizer/heap.ts';
import { hostStatus, serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

const MINUTE_MS = 60_000;
const base = (port: number): string => `http://127.0.0.1:${port}`;

function someWindows() {
  const nowMs = Date.now();
  return Array.from({ length: 28 }, (_, index) => {
    const at = { seq: index, startMs: nowMs - (29 - index) * MINUTE_MS, durationMs: 60_000 };
    return [
      heapOf('heap-live', { ...at, stacks: { 'serve /app/server.js:1 < remember /app/cache.js:5': index < 14 ? 20 : 60, 'serve /app/server.js:1 < render /app/render.js:12': 40 } }),
      heapOf('heap-alloc', { ...at, stacks: { 'serve /app/server.js:1 < render /app/render.js:12': 120 } }),
      windowOf({ ...at, stacks: { 'serve /app/server.js:1 < render /app/render.js:12': 600 } }),
    ];
  }).flat();
}

test('the kind is chosen on the page of flames, stands in the address, and everything is told in bytes', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/`);
  await page.locator('.status').filter({ hasText: 'busy' }).waitFor();
  await page.getByRole('group', { name: 'Kind' }).getByRole('button', { name: 'Heap held' }).click();
  await page.locator('.status').filter({ hasText: /windows · 50\.0 MB held on average/ }).waitFor();
  assert.match(page.url(), /kind=heap-live/);
  await page.getByRole('group', { name: /Held over time: all together 50\.0 MB/ }).waitFor();
  await page.locator('g.frame[name="remember"]').hover();
  await page.getByRole('tooltip').getByText('total 30.0 MB (60.0 %)').waitFor();
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('row').filter({ hasText: 'remember' }).getByText('30.0 MB').first().waitFor();
  assert.equal(await page.getByRole('checkbox', { name: 'Idle' }).isVisible(), false);
  await page.getByText('Take it with you').click();
  assert.equal(await page.getByRole('link', { name: /\.cpuprofile/ }).count(), 0);
  assert.match((await page.getByRole('link', { name: /\.heapprofile/ }).getAttribute('href')) ?? '', /kind=heap-live/);
  await page.getByRole('group', { name: 'Kind' }).getByRole('button', { name: 'Heap allocated' }).click();
  await page.locator('.status').filter({ hasText: /MB allocated/ }).waitFor();
  await page.getByRole('group', { name: /Allocated per second over time: all together 1\.0 MB\/s/ }).waitFor();
});

test('what grew between two moments is one click away, in bytes', async (t) => {
  const { port } = await serve(t, { windows: someWindows() });
  const { page } = await open(t, `${base(port)}/graph/web/?kind=heap-live&from=-15minutes`);
  await page.locator('g.frame[name="remember"]').waitFor();
  await page.getByText('Compare with').click();
  await page.getByRole('link', { name: 'The period before' }).click();
  await page.waitForURL(/\/diff\?/);
  await page.locator('.status').filter({ hasText: /^Held on average: 3\d\.\d MB in A, 50\.0 MB in B, \+\d+\.\d MB\./ }).waitFor();
  const row = page.getByRole('table', { name: 'Changes' }).getByRole('row').filter({ hasText: 'remember' });
  assert.match(await row.innerText(), /1\d\.\d MB\s+30\.0 MB\s+\+1\d\.\d MB/);
  await page.getByRole('table', { name: 'Changes' }).getByRole('row').filter({ hasText: 'render' }).and(page.locator('.unsure')).waitFor();
});

test('where memory is not read it says how to have it read, and leads back', async (t) => {
  const { port } = await serve(t, { hosts: [hostStatus({})], windows: someWindows().filter(({ kind }) => kind === 'cpu') });
  const { page } = await open(t, `${base(port)}/graph/web/?kind=heap-live`);
  await page.getByText('createSampler({ …, memory: {} })').waitFor();
  await page.getByRole('button', { name: 'Show CPU' }).click();
  await page.locator('g.frame[name="render"]').waitFor();
  assert.doesNotMatch(page.url(), /kind=/);
});
