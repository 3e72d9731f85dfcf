// Runs the compiled tests with node:test. `--long` gives every test that reads test/effort.ts its full length;
// names after that choose the test files whose path contains one of them. What differs between versions of Node is then
// tested on each of them too, brought by npm.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2).filter((word) => word !== '--long');
const long = process.argv.includes('--long');

const files = readdirSync(join(root, 'dist/test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()
  .map((file) => join('dist/test', file));
if (files.length === 0) {
  process.stderr.write(`no test file's path contains ${words.join(' or ')}\n`);
  process.exit(1);
}
const others = process.env.LIVEPROFILER_TEST_NODES ?? (long ? await otherNodes() : '');
// Samplers of one service find each other in the temporary folder, and those of an earlier run are none of ours.
const folder = mkdtempSync(join(tmpdir(), 'lp-test-'));
// As open as the temporary folder itself: some tests run programs as another user.
chmodSync(folder, 0o1777);
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-concurrency=2', '--test-reporter=spec', ...files],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TMPDIR: folder, LIVEPROFILER_TEST_LONG: long ? '1' : '', LIVEPROFILER_TEST_NODES: others } },
);
rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);

async function otherNodes() {
  const { nodeBinary } = await import('../dist/bench/overhead/install.js');
  return [20, 22, 24, 26].flatMap((major) => {
    try {
      return nodeBinary(major);
    } catch (error) {
      process.stderr.write(`tested without Node ${major}, which npm did not bring: ${error.message}\n`);
      return [];
    }
  }).filter((path) => path !== process.execPath).join(':');
}
