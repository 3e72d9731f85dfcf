// A host that its source lets go: what a person sees of it meanwhile, and when it comes back. All of it real: the
// command, a file of hosts, hosts that answer, a browser.
import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder, iniFor, serve, write } from '../cli/command.ts';
import { serveHttp } from '../collector/servers.ts';
import { createScriptedHost } from '../collector/wire-host.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

test('a host that vanishes from its file is grey, says why and since when, stays readable, and comes back', { timeout: 60_000 }, async (t) => {
  const [staying, leaving] = [createScriptedHost({ secret: 'token', boot: 'boot-s' }), createScriptedHost({ secret: 'token', boot: 'boot-l' })];
  staying.finish(5);
  leaving.finish(5);
  const [stays, leaves] = await Promise.all([staying, leaving].map(async ({ answer }) => `127.0.0.1:${(await serveHttp(t, answer)).port}`));
  assert.ok(stays !== undefined && leaves !== undefined);
  const path = await folder(t);
  const name = async (...targets: string[]): Promise<void> => {
    await writeFile(join(path, 'hosts.new'), JSON.stringify([{ targets, labels: { zone: 'b' } }]));
    await rename(join(path, 'hosts.new'), join(path, 'hosts.json'));
  };
  await name(stays, leaves);
  const { url, told } = await serve(t, await write(path, iniFor(1).replace('127.0.0.1:1', 'file:hosts.json')));
  const { page } = await open(t, url);
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: leaves, exact: true }) });
  /** Until the row and the sum say so: on a slow machine a pull may come late. */
  const reloaded = async (state: string, sum: string): Promise<string> => {
    for (;;) {
      await page.reload();
      await row.waitFor();
      const text = await row.innerText();
      if (new RegExp(`\\b${state}\\b`).test(text) && (await page.getByRole('status').innerText()) === sum) return text;
    }
  };
  await told(/file:hosts.json names other hosts/);
  await reloaded('up', '2 of 2 up');
  const colour = (): Promise<string> => page.evaluate(`getComputedStyle([...document.querySelectorAll('.hosts td.name a')].find((link) => link.textContent === ${JSON.stringify(leaves)})).color`);
  const before = await colour();

  await name(stays);
  assert.match(await reloaded('gone', '1 of 1 up · 1 gone'), /file:hosts\.json does not name it any more; what was collected is still here\.\s+gone for \d+ s/);
  assert.notEqual(await colour(), before);
  await row.getByRole('link').first().click();
  await page.locator('g.frame').first().waitFor();
  await page.getByText('file:hosts.json does not name it any more').waitFor();

  await name(stays, leaves);
  await page.goto(url);
  await reloaded('up', '2 of 2 up');
  assert.equal(await colour(), before);
});
