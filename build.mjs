// Brings a checkout to the point where it runs: installs, compiles, bundles the page; does only what is stale.
// Plain JavaScript without dependencies, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const at = (...parts) => join(root, ...parts);

/** Folders that hold sources; a change of any file in them makes the build stale. */
const SOURCES = ['sampler', 'collector', 'visualizer', 'cli', 'example', 'bench', 'test'];
const IGNORED = new Set(['node_modules', 'dist', 'fixtures']);

refuseOldNode();
install();
build();

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22) return;
  fail(`liveprofiler needs Node.js 20.19, 22.12 or newer; this is ${process.versions.node}.`);
}

function install() {
  const wanted = readFileSync(at('package-lock.json'), 'utf8');
  const stamp = at('node_modules', '.liveprofiler-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing packages');
  npm('ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error');
  writeFileSync(stamp, wanted);
}

function build() {
  const stamp = at('dist', '.built');
  const state = sourceState();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  say('compiling');
  for (const built of ['dist', 'sampler/dist']) dropOrphans(built);
  run(process.execPath, at('node_modules', 'typescript', 'bin', 'tsc'), '-b');
  run(process.execPath, at('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'visualizer/page');
  run(process.execPath, at('sampler', 'strip.mjs'));
  run(process.execPath, at('visualizer', 'bundle.mjs'));
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(stamp, state);
}

/** Name, size and modification time of every source and of the files that steer the build. */
function sourceState() {
  const lines = [process.version];
  const visit = (folder) => {
    for (const entry of readdirSync(at(folder), { withFileTypes: true })) {
      if (IGNORED.has(entry.name)) continue;
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else lines.push(stateOf(path));
    }
  };
  SOURCES.forEach(visit);
  for (const file of ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json', 'build.mjs']) lines.push(stateOf(file));
  return lines.join('\n');
}

function stateOf(path) {
  const { size, mtimeMs } = statSync(at(path));
  return `${path} ${size} ${mtimeMs}`;
}

/** tsc never deletes: a test whose source is gone would go on running, so such output makes a clean start. */
function dropOrphans(folder) {
  if (!existsSync(at(folder))) return;
  const base = folder === 'dist' ? '' : 'sampler/';
  const orphan = readdirSync(at(folder), { recursive: true, encoding: 'utf8' }).some(
    (file) => file.endsWith('.js') && !file.startsWith('page') && !existsSync(at(base + file.replace(/\.js$/, '.ts'))),
  );
  if (orphan) rmSync(at(folder), { recursive: true });
}

function npm(...args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) run(process.execPath, cli, ...args);
  else run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ...args);
}

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) fail(`cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function say(what) {
  process.stderr.write(`liveprofiler: ${what} …\n`);
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
