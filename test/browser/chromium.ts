// A real Chrome or Chromium: CHROME_PATH, what is installed, or Debian's package when this is root and may install.
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { installDebian } from '../debian.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const APPLICATIONS = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];
const PLAYWRIGHT_FOLDERS = [process.env['PLAYWRIGHT_BROWSERS_PATH'] ?? '', join(homedir(), '.cache/ms-playwright'), join(homedir(), 'Library/Caches/ms-playwright')];
const PLAYWRIGHT_BINARIES = ['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-mac/Chromium.app/Contents/MacOS/Chromium', 'chrome-linux/headless_shell', 'chrome-headless-shell-linux64/chrome-headless-shell'];
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** `names`: host names that the browser finds at 127.0.0.1. */
export async function launchChromium(names: readonly string[] = []): Promise<Browser> {
  const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(',');
  return chromium.launch({ executablePath: chromiumPath(), args: rules === '' ? ARGUMENTS : [...ARGUMENTS, `--host-resolver-rules=${rules}`] });
}

function chromiumPath(): string {
  const found = process.env['CHROME_PATH'] ?? installed();
  if (found !== undefined && runs(found)) return found;
  if (found !== undefined) throw new Error(`CHROME_PATH is ${found}, which cannot be run: name a Chrome or Chromium, or leave it out.`);
  installDebian('chromium', 'The browser tests need Chromium');
  const fresh = installed();
  if (fresh === undefined) throw new Error('The browser tests need Chrome or Chromium and found none: install the package chromium (Debian: apt-get install chromium) or set CHROME_PATH.');
  return fresh;
}

function installed(): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const kept = PLAYWRIGHT_FOLDERS.filter((folder) => folder !== '' && existsSync(folder)).flatMap((folder) =>
    readdirSync(folder).filter((name) => name.startsWith('chromium')).flatMap((name) => PLAYWRIGHT_BINARIES.map((binary) => join(folder, name, binary))));
  return [...onPath, ...APPLICATIONS, ...kept].find(runs);
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
