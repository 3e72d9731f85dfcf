// Imports run one way: sampler ← collector/store ← collector, visualizer ← cli.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROOMS = ['sampler', 'collector', 'visualizer', 'cli', 'example'];

/** By room: what its files may import besides packages and files of their own room. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  sampler: [],
  'collector/store': ['liveprofiler-sampler/wire'],
  collector: ['liveprofiler-sampler/wire', 'collector/store'],
  visualizer: ['liveprofiler-sampler/wire', 'collector/store'],
  cli: ['liveprofiler-sampler', 'liveprofiler-sampler/wire', 'collector', 'collector/store', 'visualizer'],
  example: ['liveprofiler-sampler', 'liveprofiler-sampler/register'],
};

interface Import {
  readonly file: string;
  readonly of: string;
  /** Nothing of it is there at run time. */
  readonly typesOnly: boolean;
}

const TYPE_IMPORT = /^(?:import|export) type [^;]+;/gm;

const imports: readonly Import[] = sources(ROOMS).flatMap(importsOf);

function sources(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/(?:^|\/)(?:dist|node_modules)\//.test(file))
      .map((file) => `${folder}/${file}`),
  );
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const namesIn = (text: string): string[] => ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const values = new Set(namesIn(source.replace(TYPE_IMPORT, '')));
  const place = (name: string): string => (name.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), name)) : name);
  return [...new Set(namesIn(source))].map((name) => ({ file, of: place(name), typesOnly: !values.has(name) }));
}

function roomOf(path: string): string {
  return path.startsWith('collector/store/') ? 'collector/store' : (path.split('/')[0] ?? '');
}

function isOurs(name: string): boolean {
  return name.startsWith('liveprofiler-sampler') || ROOMS.some((room) => name.startsWith(`${room}/`));
}

test('a room imports only the rooms beneath it', () => {
  const broken = imports.filter(({ file, of }) => {
    const [room, target] = [roomOf(file), of.startsWith('liveprofiler-sampler') ? of : roomOf(of)];
    return isOurs(of) && target !== room && !(MAY_IMPORT[room] ?? []).includes(target);
  });
  assert.deepEqual(broken, []);
  assert.ok(imports.length > 100);
});

test('the sampler has no dependencies', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'sampler/package.json'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(Object.keys(manifest).filter((key) => /dependencies/i.test(key)), []);
  assert.deepEqual(imports.filter(({ file, of }) => file.startsWith('sampler/') && !of.startsWith('node:') && !of.startsWith('sampler/')), []);
});

test('one file alone touches V8, one alone LevelDB', () => {
  // What the store is measured against, and the tests that damage its files, open LevelDB too.
  const besides = /^(?:bench|test\/collector)\/store\//;
  const opening = sources([...ROOMS, 'bench', 'test']).filter((file) => !besides.test(file) && importsOf(file).some(({ of }) => /^(?:level|classic-level|abstract-level)$/.test(of)));
  assert.deepEqual(opening, ['collector/store/level/database.ts']);
  const touching = sources(ROOMS).filter((file) => /getBuiltinModule\('node:inspector'\)|^import (?!type).*'node:inspector'/m.test(readFileSync(join(ROOT, file), 'utf8')));
  assert.deepEqual(touching, ['sampler/v8-profiler.ts']);
});

test('no files need each other in a circle at run time', () => {
  const edges = new Map<string, string[]>();
  for (const { file, of, typesOnly } of imports) if (isOurs(of) && !typesOnly) edges.set(file, [...(edges.get(file) ?? []), of]);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), [...path, file].join(' → '));
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
});
