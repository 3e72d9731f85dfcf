// What axe finds on every page and view, in light and dark, wide and narrow: nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { factsOf } from '../visualizer/facts.ts';
import { hostStatus, serve } from '../visualizer/server.ts';
import { made } from '../visualizer/snapshot/made.ts';
import { windowOf } from '../visualizer/windows.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const MINUTE_MS = 60_000;

/** What is opened, what shows that it is there, and what is done then. */
const VIEWS: readonly { readonly name: string; readonly path: string; readonly ready: string; readonly act?: (page: Page) => Promise<void> }[] = [
  { name: 'overview', path: '/', ready: 'table' },
  { name: 'flames', path: '/graph/web/', ready: 'g.frame' },
  { name: 'flames zoomed and searched', path: '/graph/web/?zoom=serve&search=render', ready: 'g.frame' },
  { name: 'what can be taken away', path: '/graph/web/', ready: '.take:not([hidden])', act: (page) => page.getByText('Take it with you').click() },
  { name: 'flames of a service, lines by host', path: '/graph/?service=shop&by=host', ready: 'g.frame' },
  { name: 'a frame’s menu', path: '/graph/web/?hide=node', ready: 'g.frame', act: (page) => page.locator('g.frame').nth(1).click({ button: 'right' }) },
  { name: 'flames and functions', path: '/graph/web/?view=both&up=1&fold=1', ready: 'tr[data-row]' },
  { name: 'functions', path: '/graph/web/?view=table', ready: 'tr[data-row]' },
  { name: 'callers and callees', path: `/graph/web/?view=both&of=${encodeURIComponent('["render","/app/render.js",12,0]')}`, ready: '#callees g.frame' },
  { name: 'what changed', path: '/diff?a.host=web&a.from=-15minutes&b.host=web-2', ready: 'g.frame' },
  { name: 'nothing to compare', path: '/diff?b.host=web', ready: '[role=alert]:not([hidden])' },
  { name: 'no snapshots', path: '/snapshots/', ready: 'h1' },
  { name: 'who keeps a class', path: '/snapshots/?snapshot=shop.heapsnapshot&class=Session', ready: '.paths svg' },
  { name: 'who keeps an object, as text', path: '/snapshots/?snapshot=shop.heapsnapshot&object=5', ready: '.paths svg', act: (page) => page.getByText('As text').click() },
  { name: 'what a snapshot costs', path: '/snapshots/', ready: '.taking:not([hidden])', act: async (page) => { await page.getByRole('button', { name: 'Take a snapshot …' }).click(); await page.locator('dialog[open]').waitFor(); } },
  { name: 'nothing there', path: '/graph/silent/', ready: '[role=alert]:not([hidden])' },
  { name: 'memory, lines by host', path: '/memory/?service=shop&by=host', ready: '.leaks li' },
  { name: 'processes', path: '/process/web/', ready: '.process' },
  { name: 'flames of what is held', path: '/graph/web/?kind=heap-live', ready: '[role=alert]:not([hidden])' },
  { name: 'memory of nothing', path: '/memory/silent/', ready: '[role=alert]:not([hidden])' },
  { name: 'a page that is none', path: '/graph/nobody/', ready: '.notice' },
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1400]) {
    test(`axe finds nothing, ${colorScheme}, ${width} px wide`, async (t) => {
      const startMs = Date.now() - 3 * MINUTE_MS;
      const windows = [
        windowOf({ seq: 1, startMs, labels: { service: 'shop', version: '1' }, stacks: { 'serve /app/server.js:1 < render /app/render.js:12': 60, 'serve /app/server.js:1 < query /app/node_modules/db/index.js:3 < read node:fs:9': 20, '(garbage collector)': 4 }, lines: { 'render /app/render.js:12': { 14: 20, 17: 30 } } }),
        windowOf({ host: 'web-2', boot: 'boot-b', seq: 1, startMs, labels: { service: 'shop', version: '2' }, stacks: { 'serve /app/server.js:1': 30 } }),
      ];
      for (let minute = 0; minute < 60; minute++) windows.push(factsOf({ seq: minute, startMs: startMs - minute * MINUTE_MS, numbers: { rssBytes: 2e8 - minute * 1e6, heapAfterGcBytes: 1e8 - minute * 1e6, heapLimitBytes: 4e9, loopDelayP99Us: 9000, busyShare: 0.1, 'heapSpace.old_space.usedBytes': 1e7, 'class.Session.count': 90 - minute } }));
      const hosts = [hostStatus({}), hostStatus({ host: 'web-2', state: 'stale', error: 'Its last window is 3 min old.' }), hostStatus({ host: 'silent', state: 'down', error: 'It refused the connection.' }), hostStatus({ host: 'new', state: 'new' })];
      const snapshots = { hosts: () => ['web'], expected: (host: string) => Promise.resolve({ host, heapBytes: 1e8, pauseMs: 700 }), take: () => Promise.reject(new Error('none')) };
      const { port, snapshotFolder } = await serve(t, { hosts, windows, snapshots });
      await mkdir(snapshotFolder);
      await writeFile(join(snapshotFolder, 'shop.heapsnapshot'), JSON.stringify(made([{ type: 'synthetic', name: '', refers: { 'shortcut:1': 1 } }, { name: 'global', bytes: 8, refers: { cache: 2 } }, { name: 'Session', bytes: 16 }])));
      const { page, takeComplaints } = await open(t, `http://127.0.0.1:${port}/`, { colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      for (const { name, path, ready, act } of VIEWS) {
        await page.goto(`http://127.0.0.1:${port}${path}`);
        await page.locator(ready).first().waitFor();
        await act?.(page);
        assert.deepEqual(await findings(page), [], name);
      }
      // The page that is none answers 404.
      assert.deepEqual(takeComplaints().filter((text) => !text.includes('404')), []);
    });
  }
}

async function findings(page: Page): Promise<string[]> {
  // The page's own policy forbids scripts in elements; the browser's debugger may run them.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: readonly Finding[] }>('axe.run(document, { resultTypes: ["violations"] })');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
}
