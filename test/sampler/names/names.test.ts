// What functions are called in answers of real services: as their authors wrote them.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import ts from 'typescript';
import { createNamer } from '#sampler/names/namer.js';
import type { Frame, LineHits, WireProcess } from 'liveprofiler-sampler/wire';
import { LINES } from 'liveprofiler-sampler/wire';
import { folder, run, SOURCE, SPIN } from './program.ts';

const FILES = { 'src/main.ts': SOURCE, 'src/spin.ts': SPIN };

type Compile = (cwd: string) => string;

function bundle(options: BuildOptions): Compile {
  return (cwd) => {
    buildSync({ absWorkingDir: cwd, entryPoints: ['src/main.ts'], outfile: 'dist/main.js', bundle: true, platform: 'node', format: 'esm', ...options });
    return 'dist/main.js';
  };
}

function tsc(options: ts.CompilerOptions): Compile {
  return (cwd) => {
    const rootNames = ['src/main.ts', 'src/spin.ts'].map((name) => join(cwd, name));
    const program = ts.createProgram({ rootNames, options: { outDir: join(cwd, 'dist'), rootDir: join(cwd, 'src'), module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, rewriteRelativeImportExtensions: true, types: [], ...options } });
    program.emit();
    return 'dist/main.js';
  };
}

const FIXTURES = fileURLToPath(new URL('../../../../test/fixtures/source-maps/', import.meta.url));

/** As its README says. */
function kept(name: string): Compile {
  return (cwd) => {
    cpSync(join(FIXTURES, name), join(cwd, 'dist'), { recursive: true });
    return `dist/${readdirSync(join(FIXTURES, name)).find((file) => file.startsWith('main.') && !file.endsWith('.map')) ?? ''}`;
  };
}

const COMPILERS: Readonly<Record<string, Compile>> = {
  'esbuild, minified, with a file map': bundle({ minify: true, sourcemap: 'linked' }),
  'esbuild, with an inline map': bundle({ sourcemap: 'inline' }),
  'esbuild, minified, its map without sources': bundle({ minify: true, sourcemap: 'linked', sourcesContent: false }),
  'tsc, with file maps': tsc({ sourceMap: true }),
  'tsc, with inline maps and sources': tsc({ inlineSourceMap: true, inlineSources: true }),
  'swc, with file maps': kept('swc'),
  'swc, minified, with inline maps': kept('swc-minified'),
  'webpack for production, with a file map': kept('webpack-production'),
  'webpack for development, with an inline map': kept('webpack-development'),
};

/** Of the function that starts there; that of the module itself has no name. */
function originalOf(frames: readonly Frame[], line: number, url = 'src/main.ts'): Frame['original'] {
  return frames.map(({ original }) => original).find((original) => original?.url === url && original.line === line && original.name !== '');
}

/** Hits by line of the functions that these frames are, and samples in which they themselves ran. */
function linesOf({ frames, stacks, windows }: WireProcess, is: (frame: Frame) => boolean): { readonly hits: Map<number, number>; readonly self: number } {
  const hits = new Map<number, number>();
  let self = 0;
  for (const { rows, sections } of windows) {
    rows.stack.forEach((stack, row) => {
      const frame = frames[stacks.frame[stack] ?? 0];
      if (stack > 0 && frame !== undefined && is(frame)) self += rows.count[row] ?? 0;
    });
    const lines = sections?.[LINES] as LineHits | undefined;
    lines?.frame.forEach((of, index) => {
      const [frame, line = 0] = [frames[of], lines.line[index]];
      if (frame !== undefined && is(frame)) hits.set(line, (hits.get(line) ?? 0) + (lines.count[index] ?? 0));
    });
  }
  return { hits, self };
}

function sumOf(hits: ReadonlyMap<number, number>): number {
  return [...hits.values()].reduce((sum, count) => sum + count, 0);
}

for (const [name, compile] of Object.entries(COMPILERS)) {
  test(`${name}: a service shows its own functions, files and lines, and the frame keeps both places`, async (t) => {
    const cwd = folder(t, FILES);
    // For production webpack puts the one function where it is called.
    const names = { 4: 'Invoice.total', 8: 'get Invoice.label', ...(name.includes('production') ? {} : { 11: 'renderReport' }) };
    const file = compile(cwd);
    const { frames, process } = await run(t, cwd, file, (told) => Object.keys(names).every((line) => originalOf(told, Number(line)) !== undefined));
    const hasSources = !name.includes('without sources') && !name.startsWith('tsc, with file');
    for (const [line, wanted] of Object.entries(names)) if (hasSources || line === '11') assert.equal(originalOf(frames, Number(line))?.name, wanted);
    assert.equal(originalOf(frames, 1, 'src/spin.ts')?.name, 'spin');
    for (const { url, original } of frames) if (original?.url === 'src/main.ts') assert.equal(url, file);
    const { hits, self } = linesOf(process, ({ original }) => original?.url === 'src/spin.ts' && original.line === 1 && original.name === 'spin');
    // V8 tells no columns: of a bundle in one line nobody knows more than the function.
    if (name.includes('minified') || name.includes('production')) assert.equal(hits.size, 0);
    else assert.ok(hits.has(4) && [...hits.keys()].every((line) => line >= 1 && line <= 6) && sumOf(hits) > 0.1 * self && sumOf(hits) <= self, JSON.stringify([...hits, self]));
  });
}

test('lines of a file without a map, and of a worker, are those that V8 ran; Node and native code tell no place of theirs', async (t) => {
  const source = `import { isMainThread, Worker } from 'node:worker_threads';
    if (isMainThread) new Worker(new URL(import.meta.url));
    const used = [];
    export function work(until) {
      used.length = 0;
      while (performance.now() < until)
        used.push(Math.sqrt(used.length));
    }
    setInterval(() => work(performance.now() + 60), 1);
    if (isMainThread) process.stdin.once('end', () => process.exit()).resume();`;
  const hot = (line: number): boolean => line === 6 || line === 7;
  const ofThread = (process: WireProcess, main: boolean): ReturnType<typeof linesOf> => linesOf({ ...process, windows: process.windows.filter(({ thread }) => (thread === 0) === main) }, (frame) => frame.name === 'work');
  const { process } = await run(t, folder(t, { 'main.mjs': source }), 'main.mjs', (_, told) => [true, false].every((main) => [...ofThread(told, main).hits.keys()].some(hot)));
  for (const main of [true, false]) {
    const { hits, self } = ofThread(process, main);
    // Where V8 inlined a function of another file, it tells a line of that file: such hits have none.
    assert.ok(sumOf(hits) <= self && sumOf(hits) > 0.1 * self, `${sumOf(hits)} hits of ${self} samples`);
    assert.ok([...hits.keys()].every((line) => line >= 4 && line <= 8), JSON.stringify([...hits]));
  }
  assert.equal(linesOf(process, ({ line }) => line === 0).hits.size, 0);
});

test('a missing or broken map leaves the generated names, and is told once', async (t) => {
  for (const map of [undefined, '{ "sources": [], "mappings": "!" }']) {
    const cwd = folder(t, FILES);
    buildSync({ absWorkingDir: cwd, entryPoints: ['src/main.ts'], outfile: 'dist/main.js', bundle: true, platform: 'node', format: 'esm' });
    writeFileSync(join(cwd, 'dist/main.js'), '\n//# sourceMappingURL=main.js.map\n', { flag: 'a' });
    if (map !== undefined) writeFileSync(join(cwd, 'dist/main.js.map'), map);
    const { frames, process, errors } = await run(t, cwd, 'dist/main.js', (told) => ['Invoice.total', 'renderReport', 'spin'].every((name) => told.some((frame) => frame.name === name)));
    assert.deepEqual(frames.filter(({ url, original }) => url === 'dist/main.js' && original !== undefined), []);
    assert.equal(process.cost.recoveries['faultySourceMap'], 1);
    assert.equal(errors.match(/source map of .*dist\/main\.js cannot be used/g)?.length, 1);
  }
});

test('classes, packages, Node itself, eval and both kinds of modules have names that people recognise', async (t) => {
  const cwd = folder(t, {
    'lib/helper.cjs': 'exports.Old = class Old { work(spin) { return spin(80); } };',
    'node_modules/@scope/pack/package.json': '{ "version": "4.5.6", "main": "index.js" }',
    'node_modules/@scope/pack/index.js': 'exports.packed = function packed(spin) { return spin(80); };',
    'spin.mjs': `import { readFileSync } from 'node:fs';\n${SPIN.replaceAll(': number', '')}`,
    'main.mjs': `
      import { spin } from './spin.mjs';
      import { Old } from './lib/helper.cjs';
      import { packed } from '@scope/pack';
      import { readFileSync } from 'node:fs';
      setInterval(() => {
        new Old().work(spin); packed(spin); (0, eval)('(function inEval(spin) { return spin(80) })')(spin);
        for (const until = Date.now() + 80; Date.now() < until; ) readFileSync('/proc/self/stat');
      }, 1);
      process.stdin.once('end', () => process.exit()).resume();`,
  });
  const wanted = [['Old.work', 'lib/helper.cjs'], ['packed', 'npm:@scope/pack@4.5.6/index.js'], ['inEval', '(eval)'], ['spin', 'spin.mjs'], ['readFileSync', 'node:fs']];
  const { frames } = await run(t, cwd, 'main.mjs', (told) => wanted.every(([name, url]) => told.some((frame) => frame.name === name && frame.url === url)));
  for (const [name, url] of wanted) assert.ok(frames.some((frame) => frame.name === name && frame.url === url), `${name} of ${url}`);
  assert.deepEqual(frames.filter(({ url }) => url.includes(cwd)), []);
});

/** Exports `hot`, which counts down from its argument. */
const WASM = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 1, 0x7f, 0, 3, 2, 1, 0, 7, 7, 1, 3, 0x68, 0x6f, 0x74, 0, 0, 0x0a, 0x10, 1, 0x0e, 0, 3, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x0b];

test('functions of WebAssembly are told as such, under what called them', async (t) => {
  const cwd = folder(t, {
    'main.mjs': `
      const { instance } = await WebAssembly.instantiate(Uint8Array.from(${JSON.stringify(WASM)}));
      function callsHot() { instance.exports.hot(50_000_000); }
      setInterval(callsHot, 1);
      process.stdin.once('end', () => process.exit()).resume();`,
  });
  const isHot = ({ name, url }: Frame): boolean => name === 'wasm-function[0]' && /^wasm:\/\/wasm\/\w+$/.test(url);
  const { process: { frames, stacks } } = await run(t, cwd, 'main.mjs', (told) => told.some(isHot));
  const hot = stacks.frame.findIndex((frame, stack) => stack > 0 && frame === frames.findIndex(isHot));
  const callers: (string | undefined)[] = [];
  for (let at = stacks.parent[hot] ?? 0; at > 0; at = stacks.parent[at] ?? 0) callers.push(frames[stacks.frame[at] ?? 0]?.name);
  assert.ok(callers.includes('callsHot'), `${hot}: ${callers.join()}`);
});

test('a frame is named once, however often and in whatever windows it comes, also while it is being named', async (t) => {
  const cwd = folder(t, { 'a.js': 'export function first() {}\nexport function second() {}\n' });
  const asked = t.mock.method(Worker.prototype, 'postMessage');
  const namer = createNamer();
  t.after(() => { namer.stop(); });
  const none = { frame: new Uint32Array(0), line: new Uint32Array(0), count: new Uint32Array(0) };
  const framesOf = (...lines: readonly number[]): Frame[] => lines.map((line) => ({ name: line === 1 ? 'first' : 'second', url: pathToFileURL(join(cwd, 'a.js')).href, line, column: 22 }));
  namer.want({ frames: framesOf(1, 1), lines: none });
  namer.want({ frames: framesOf(1, 2), lines: none });
  await namer.settled(30_000);
  namer.want({ frames: framesOf(2, 1), lines: none });
  await namer.settled(30_000);
  const told = asked.mock.calls.flatMap(({ arguments: [batch] }) => (batch as { readonly frames: readonly Frame[] }).frames);
  assert.deepEqual(told.map(({ line }) => line).sort(), [1, 2]);
});

test('until it is told where a function ends, its lines are not: V8 tells some of other places', async (t) => {
  const cwd = folder(t, { 'a.js': 'export function first() {\n  return 1;\n}\n\nexport const after = 5;\n' });
  const namer = createNamer();
  t.after(() => { namer.stop(); });
  const frame: Frame = { name: 'first', url: pathToFileURL(join(cwd, 'a.js')).href, line: 1, column: 22 };
  const told = (): number[] => [2, 5].map((line) => namer.shownLine(frame, line));
  namer.want({ frames: [frame], lines: { frame: Uint32Array.of(0), line: Uint32Array.of(2), count: Uint32Array.of(1) } });
  assert.deepEqual(told(), [0, 0]);
  await namer.settled(30_000);
  assert.deepEqual(told(), [2, 0]);
});

test('naming that takes too long is ended, and after three times for good: functions keep the names that V8 gave', async (t) => {
  t.mock.method(Worker.prototype, 'postMessage', () => undefined);
  const warnings: string[] = [];
  const listen = ({ name, message }: Error): void => { if (name === 'LiveprofilerWarning') warnings.push(message); };
  process.on('warning', listen);
  t.after(() => { process.off('warning', listen); });
  const namer = createNamer(1);
  t.after(() => { namer.stop(); });
  const none = { frame: new Uint32Array(0), line: new Uint32Array(0), count: new Uint32Array(0) };
  for (const name of ['a', 'b', 'c', 'd']) {
    const frame: Frame = { name, url: 'file:///a.js', line: 1, column: 1 };
    namer.want({ frames: [frame], lines: none });
    await namer.settled(30_000);
    assert.equal(namer.shown(frame).name, name);
  }
  assert.deepEqual(warnings.map((message) => message.includes('three times in a row: new ones keep their generated names')), [true]);
});
