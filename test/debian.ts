// Debian's packages that tests need, where this is root and may install; elsewhere nothing happens.
import { spawnSync } from 'node:child_process';

/** Test files run at the same time, and apt-get does not wait for another. */
const LOCK = '/tmp/liveprofiler-test-apt.lock';

/** `need`: what the package is for, as in "The browser tests need Chromium". */
export function installDebian(name: string, need: string): void {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return;
  process.stderr.write(`${need}: installing Debian’s package ${name} …\n`);
  const apt = (...words: string[]): boolean => spawnSync('flock', [LOCK, 'apt-get', '-qq', '-y', '-o', 'DPkg::Lock::Timeout=300', ...words], { stdio: ['ignore', 2, 2], env: { ...process.env, TMPDIR: '/tmp', DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
  const wanted = ['install', '--no-install-recommends', name];
  if (!apt(...wanted) && apt('update')) apt(...wanted);
}
