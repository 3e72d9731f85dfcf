// The command as npm packs it: what it needs at run time is in the package, the page included.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder, iniFor, serve, write } from './command.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

test('what npm packs checks a configuration and serves the page', async (t) => {
  const path = await folder(t);
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', path], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as [{ filename: string; files: { path: string }[] }];
  const unwanted = packed.files.filter(({ path: file }) => !/^(?:dist\/(?:collector|visualizer|cli)\/.+\.(?:js|d\.ts)|dist\/page\/[\w.-]+|[A-Z]+(?:\.md)?|package\.json)$/.test(file));
  assert.deepEqual(unwanted, []);
  const installed = join(path, 'liveprofiler');
  mkdirSync(installed);
  execFileSync('tar', ['-xzf', packed.filename, '-C', installed, '--strip-components=1'], { cwd: path });
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'));
  const main = join(installed, 'dist/cli/main.js');
  const config = await write(path, iniFor(9));
  assert.match(execFileSync(process.execPath, [main, 'check', '--config', config], { encoding: 'utf8' }), /config\.ini is sound\./);
  const { url } = await serve(t, config, [process.execPath, main]);
  for (const asset of ['', 'assets/page.js', 'assets/page.css']) assert.equal((await fetch(`${url}${asset}`)).status, 200, asset);
  const program = join(installed, 'program.mjs');
  writeFileSync(program, "import { openPages } from 'liveprofiler';\nconst { url, close } = await openPages();\nconsole.log((await fetch(url)).status);\nawait close();\n");
  assert.equal(execFileSync(process.execPath, [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }), '200\n');
});
