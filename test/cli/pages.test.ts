// `openPages` in a real program, looked at by a real browser: beside the program, also while it is busy, and as a breakpoint.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openPages } from '../../cli/pages/open-pages.ts';
import { open, withBrowser } from '../browser/page.ts';
import { afterwards } from '../cleanup.ts';

withBrowser();

const CHILD = fileURLToPath(new URL('./pages-child.js', import.meta.url));

function start(t: TestContext, how: string): { child: ChildProcess; stderr: () => string } {
  const child = fork(CHILD, [how], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let text = '';
  child.stderr?.on('data', (piece: Buffer) => { text += piece.toString(); });
  afterwards(t, async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  return { child, stderr: () => text };
}

async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(50);
  }
}

const foldersOfPages = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('liveprofiler-pages-'));

test('the pages show the program beside which they run, answer while it is busy, and leave nothing behind', async (t) => {
  const before = foldersOfPages();
  const { child } = start(t, 'beside');
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const { page } = await open(t, url.replace('?', 'graph/?live=1&'));
  await page.locator('g.frame[name=crunch]').waitFor({ timeout: 60_000 });

  child.send('crunch');
  await once(child, 'message');
  const crunched = once(child, 'message');
  const answered = fetch(url.replace('?', 'api/hosts?'));
  assert.equal(await Promise.race([answered.then(() => 'the page'), crunched.then(() => 'the program')]), 'the page', 'the page waited for the program');
  assert.equal((await answered).status, 200);
  await crunched;

  assert.doesNotMatch(page.url(), /token/);
  for (const [path, how] of [['', {}], ['api/hosts', {}], ['api/held/wait', {}], ['snapshots/?token=wrong', {}], ['', { headers: { cookie: `liveprofiler_${new URL(url).port}=wrong` } }]] as const) {
    const stranger = await fetch(new URL(path, url.split('?')[0]), how);
    assert.deepEqual([stranger.status, stranger.headers.get('set-cookie')], [401, null], path);
    assert.match(await stranger.text(), /open the whole address that the program told on stderr/);
  }
  await page.goto(new URL('/snapshots/', url).href);
  await page.getByRole('button', { name: 'Take a snapshot …' }).click();
  await page.getByRole('button', { name: 'Take it' }).click({ timeout: 30_000 });
  await page.getByRole('button', { name: /^pages-child\.js_\d+T/ }).click({ timeout: 60_000 });
  await page.getByRole('searchbox').fill('Order', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await page.locator('.paths svg .by').getByText('.orders').waitFor();

  // A page that goes on asking would complain.
  await page.goto('about:blank');
  child.send('close');
  assert.deepEqual((await once(child, 'exit'))[0], 0);
  await assert.rejects(fetch(url));
  assert.deepEqual(foldersOfPages().filter((name) => !before.includes(name)), []);
});

test('with block the program stands still, its heap is at hand, and it goes on when it is let', async (t) => {
  const { child, stderr } = start(t, 'block');
  let wentOn = false;
  child.once('message', () => { wentOn = true; });
  const url = await until(() => /at (http:\S+held\/\?token=\w+)\n/.exec(stderr())?.[1]);
  const { page } = await open(t, url);
  await page.getByRole('heading', { name: 'pages-child.js stands still' }).waitFor();
  assert.match(await page.getByLabel('Where it stands').innerText(), /^file:.*pages-child\.js:\d+:\d+/);
  await page.getByRole('link', { name: 'its heap' }).click();
  await page.getByRole('button', { name: /^here_\d+T/ }).click();
  await page.getByRole('searchbox').fill('Order', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await page.locator('.paths svg .by').getByText('.orders').waitFor();
  assert.equal(wentOn, false);
  const exited = once(child, 'exit');
  await page.goto(url);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'pages-child.js runs on' }).waitFor();
  assert.deepEqual((await exited)[0], 0);
  assert.equal(wentOn, true);
});

test('a program whose pages are gone does not stand still for ever', { skip: existsSync('/proc/self/task') ? false : 'this system does not tell children' }, async (t) => {
  const { child, stderr } = start(t, 'block');
  await until(() => /at (http:\S+held\/\?token=\w+)\n/.exec(stderr())?.[1]);
  const exited = once(child, 'exit');
  const [pages = ''] = readFileSync(`/proc/${child.pid ?? 0}/task/${child.pid ?? 0}/children`, 'utf8').trim().split(' ');
  process.kill(Number(pages), 'SIGKILL');
  assert.deepEqual((await exited)[0], 0);
});

test('what cannot be opened is told with a code and the way out', async (t) => {
  for (const [options, words] of [
    [{ host: '0.0.0.0' }, /host is "0\.0\.0\.0", but takes an address of loopback/],
    [{ port: 70_000 }, /port is 70000/],
    [{ block: 'yes' }, /block is "yes"/],
    [{ prot: 1 }, /prot is no option/],
  ] as const) await assert.rejects(openPages(options as object), (error: unknown) => error instanceof TypeError && 'code' in error && error.code === 'PAGES_OPTIONS' && words.test(error.message));
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  await assert.rejects(openPages({ port }), { code: 'PAGES_NOT_STARTED', message: `openPages: another program listens at 127.0.0.1:${port} already: give another port, or 0 for any.` });
});
