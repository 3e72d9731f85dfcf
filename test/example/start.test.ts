// `npm start` in a copy of the checkout, as a person runs it: what it prints, what the page then shows, and its end.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { open, withBrowser } from '../browser/page.ts';
import { afterwards } from '../cleanup.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NOT_COPIED = new Set(['.git', 'node_modules', 'liveprofiler-data']);
/** From the printed address to both flame graphs. */
const MOST_MS = 15_000;
/** What the example's service does, each under its own name. */
const WORK = ['hashPassword', 'renderPage', 'reportAsJson', 'searchText', 'sortCatalogue'];

/** Those whose work takes long enough to be sampled at once. */
const ROUTES = ['/login', '/page', '/report'];

withBrowser();

interface Started {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly url: string;
  readonly told: string;
}

async function npmStart(t: TestContext): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-start-'));
  afterwards(t, () => rm(folder, { recursive: true }));
  // With their times, so that what is built counts as built.
  const entries = readdirSync(ROOT).filter((name) => !NOT_COPIED.has(name));
  assert.equal(spawnSync('cp', ['-a', ...entries, folder], { cwd: ROOT }).status, 0);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const child = spawn('npm', ['start'], { cwd: folder, detached: true, env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  afterwards(t, async () => {
    // Also what npm left behind, when a test failed.
    try {
      signal(child, 'SIGKILL');
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
    }
    await exited;
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
  for (;;) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(told) ?? [];
    if (url !== undefined) return { child, folder, url, told };
    if (child.exitCode !== null) throw new Error(`it ended: ${told}`);
    await pause(20);
  }
}

/** As a terminal does: to npm and all that runs under it. */
function signal({ pid = 0 }: ChildProcess, name: NodeJS.Signals): void {
  process.kill(-pid, name);
}

interface Node {
  readonly name: string;
  readonly children: readonly Node[];
}

async function functions(url: string, host: string): Promise<string[]> {
  const walk = ({ name, children }: Node): string[] => [name, ...children.flatMap(walk)];
  return walk((await (await fetch(`${url}profile/${host}/`)).json()) as Node);
}

async function gone(url: string): Promise<void> {
  while (await fetch(url).then(() => true, () => false)) await pause(50);
}

test('npm start shows the example’s own functions and liveprofiler’s within the promised time, and a closed terminal ends all of it', { timeout: 60_000 }, async (t) => {
  const { child, folder, url, told } = await npmStart(t);
  const sinceMs = performance.now();
  assert.doesNotMatch(told, /installing|compiling/, 'nothing was left to do');
  const { page } = await open(t, `${url}graph/shop/`);
  const drawn = (name: string): Promise<void> => page.locator(`g.frame[name=${JSON.stringify(name)}]`).first().waitFor({ timeout: MOST_MS });
  await drawn('hashPassword');
  await page.goto(`${url}graph/liveprofiler/`);
  await page.locator('g.frame').nth(3).waitFor({ timeout: MOST_MS });
  const seen = new Set<string>();
  while (!WORK.every((name) => seen.has(name))) {
    for (const [, name, file] of (await functions(url, 'shop')).map((text) => /^(\w+)\(.*\/(example\/work\.js):\d+\)$/.exec(text) ?? [])) if (file !== undefined && name !== undefined) seen.add(name);
    assert.ok(performance.now() - sinceMs < MOST_MS, `only ${[...seen].join(', ')}`);
    await pause(200);
  }
  while (!(await functions(url, 'liveprofiler')).some((name) => /\(dist\/(?:cli|collector|visualizer)\//.test(name))) {
    assert.ok(performance.now() - sinceMs < MOST_MS, 'no file of its own');
    await pause(200);
  }
  await page.goto(url);
  await page.getByRole('link', { name: 'Routes of shop' }).click();
  const routes = page.getByRole('table', { name: 'Routes: share of CPU' });
  for (const route of ROUTES) await routes.getByRole('button', { name: route, exact: true }).waitFor({ timeout: MOST_MS });
  await page.goto(`${url}graph/shop/`);
  const thread = page.getByRole('combobox', { name: 'Thread' });
  await thread.getByRole('option', { name: /^worker 1 thumbnails/ }).waitFor({ state: 'attached', timeout: MOST_MS });
  await thread.selectOption({ label: ((await thread.getByRole('option').allInnerTexts()).find((name) => name.startsWith('worker 1 ')) ?? '').trim() });
  // What the main thread does goes with the choice.
  await page.locator('g.frame[name="hashPassword"]').first().waitFor({ state: 'detached', timeout: MOST_MS });
  await drawn('shrinkPicture');
  const service = /^address = (.*)$/m.exec(readFileSync(join(folder, 'liveprofiler-data/example/config.ini'), 'utf8'))?.[1] ?? '';
  assert.equal((await fetch(`http://${service}/page`)).status, 200);
  await page.goto('about:blank');
  signal(child, 'SIGHUP');
  await gone(url);
  await gone(`http://${service}/page`);
});

test('Ctrl-C ends npm start in order', { timeout: 60_000 }, async (t) => {
  const { child, url } = await npmStart(t);
  const closed = once(child, 'close');
  signal(child, 'SIGINT');
  await closed;
  await gone(url);
});
