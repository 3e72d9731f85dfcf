// The package as npm packs it, in a folder that holds nothing else: from ESM, from CommonJS, and from TypeScript.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-package-'));
const installed = join(folder, 'node_modules', 'liveprofiler-sampler');
after(() => {
  rmSync(folder, { recursive: true });
});

const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], join(ROOT, 'sampler'))) as [{ filename: string; files: { path: string }[] }];
mkdirSync(installed, { recursive: true });
run('tar', ['-xzf', packed.filename, '-C', installed, '--strip-components=1'], folder);

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function node(file: string, source: string): string {
  writeFileSync(join(folder, file), source);
  return run(process.execPath, [file], folder).trim();
}

const USE = `
  const sampler = createSampler({ secret: 's', enabled: false });
  const answer = { setHeader() {}, end(body) { console.log(JSON.stringify(readWire(JSON.parse(body)).processes[0].state)); } };
  sampler.handle({ method: 'GET', url: ENDPOINT_PATH + '?after=', headers: { profiler_token: 's' } }, answer);`;

test('it holds what runs, its types and its license, and no sources or tests', () => {
  const unwanted = packed.files.filter(({ path }) => !/^(?:dist\/.+\.(?:js|d\.ts)|commonjs\/\w+\.(?:cjs|d\.cts)|package\.json|LICENSE|README\.md)$/.test(path));
  assert.deepEqual(unwanted, []);
  assert.deepEqual(readdirSync(join(folder, 'node_modules')), ['liveprofiler-sampler']);
});

test('it can be imported', () => {
  const out = node('import.mjs', `import { createSampler } from 'liveprofiler-sampler';\nimport { ENDPOINT_PATH, readWire } from 'liveprofiler-sampler/wire';${USE}`);
  assert.equal(out, '"disabled"');
});

test('it can be required', () => {
  const out = node('require.cjs', `const { createSampler } = require('liveprofiler-sampler');\nconst { ENDPOINT_PATH, readWire } = require('liveprofiler-sampler/wire');${USE}`);
  assert.equal(out, '"disabled"');
});

test('required and imported are one module: its state and its classes are there once', () => {
  const out = node('both.mjs', `
    import { createRequire } from 'node:module';
    import * as index from 'liveprofiler-sampler';
    import * as wire from 'liveprofiler-sampler/wire';
    const require = createRequire(import.meta.url);
    console.log(require('liveprofiler-sampler').createSampler === index.createSampler, require('liveprofiler-sampler/wire').WireError === wire.WireError);`);
  assert.equal(out, 'true true');
});

test('it can be loaded by a flag, both ways', () => {
  writeFileSync(join(folder, 'service.cjs'), "console.log('serving')");
  for (const flag of ['--import', '--require']) assert.equal(run(process.execPath, [flag, 'liveprofiler-sampler/register', 'service.cjs'], folder), 'serving\n');
});

test('its types hold in ESM and in CommonJS, and name all that there is at run time', () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const program = `
    import { createSampler } from 'liveprofiler-sampler';
    import type { Sampler, SamplerOptions } from 'liveprofiler-sampler';
    import { readWire, WireError } from 'liveprofiler-sampler/wire';
    import type { WireAnswer } from 'liveprofiler-sampler/wire';
    import * as index from 'liveprofiler-sampler';
    import * as wire from 'liveprofiler-sampler/wire';
    const options: SamplerOptions = { secret: 's' };
    export const sampler: Sampler = createSampler(options);
    export const answer: WireAnswer = readWire({});
    export const isOurs = (error: unknown): error is WireError => error instanceof WireError;
    export const all = [${namesOf('').map((name) => `index.${name}`).join()}, ${namesOf('/wire').map((name) => `wire.${name}`).join()}];
    import 'liveprofiler-sampler/register';
    // @ts-expect-error: a secret is needed.
    createSampler({});`;
  for (const file of ['esm.mts', 'cjs.cts']) writeFileSync(join(folder, file), program);
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'node16', '--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node', 'esm.mts', 'cjs.cts'], folder);
});

function namesOf(entry: string): string[] {
  return JSON.parse(node('names.cjs', `console.log(JSON.stringify(Object.keys(require('liveprofiler-sampler${entry}'))))`)) as string[];
}

test('types name no file that is not there', () => {
  for (const { path } of packed.files.filter((file) => file.path.startsWith('dist/') && file.path.endsWith('.d.ts'))) {
    for (const [, name = ''] of readFileSync(join(installed, path), 'utf8').matchAll(/from '(\.[^']+)'/g)) {
      assert.ok(existsSync(join(installed, dirname(path), name.replace(/\.[jt]s$/, '.d.ts'))), `${path} needs ${name}: add it to files of sampler/package.json`);
    }
  }
});

test('it takes less than 200 kB, with no comments in what runs; functions keep their names and lines', () => {
  const sizes = packed.files.map(({ path }) => statSync(join(installed, path)).size);
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 200_000, `${sizes.reduce((sum, size) => sum + size, 0)} bytes`);
  const source = readFileSync(join(installed, 'dist/shelf.js'), 'utf8');
  assert.doesNotMatch(source, /^\s*(?:\/\/|\/\*)/m);
  assert.match(source, /^function createShelf\(/m);
  assert.ok(source.split('\n').length > 80);
});
