// A page opened in a real browser, and everything the browser complained about meanwhile.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterwards } from '../cleanup.ts';
import { launchChromium } from './chromium.ts';

/** Not a name of loopback; the browser finds it there. */
export const OTHER_NAME = 'profiler.test';

/** A page that has not come by then will not. */
const PATIENCE_MS = 10_000;

let browser: Browser;

/** Once per test file. */
export function withBrowser(): void {
  before(async () => { browser = await launchChromium([OTHER_NAME]); });
  after(async () => { await browser.close(); });
}

/** When the test ends without having taken them, complaints of the browser (console errors, CSP, exceptions) fail it. */
export async function open(t: TestContext, url: string, options: BrowserContextOptions = {}): Promise<{ readonly page: Page; readonly takeComplaints: () => string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', (error) => { complaints.push(String(error)); });
  page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
  page.on('request', (request) => { if (new URL(request.url()).host !== new URL(url).host && !request.url().startsWith('data:')) complaints.push(`asked ${request.url()}`); });
  afterwards(t, async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  await page.goto(url);
  return { page, takeComplaints: () => complaints.splice(0) };
}

/**
 * Lets the page's own time go on until it asks for what `pattern` names. Once is not enough: the page waits for its next
 * question only when the one before is answered, however long this machine takes for that.
 */
export async function askedAgain(page: Page, pattern: RegExp): Promise<void> {
  const asked = { yet: false };
  const answer = page.waitForResponse(pattern).finally(() => { asked.yet = true; });
  do await Promise.race([answer, page.clock.runFor(60_000)]); while (!asked.yet);
  await answer;
}
