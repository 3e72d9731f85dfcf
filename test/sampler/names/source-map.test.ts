// Source maps that bundlers write, looked up by us and by Node's own reader.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { functionsAt } from '#sampler/names/classes.js';
import { read } from '#sampler/names/files.js';
import { openMap } from '#sampler/names/map-file.js';
import type { MapFile } from '#sampler/names/map-file.js';
import { nameFrames } from '#sampler/names/resolve.js';
import { linesOf, originsOf } from '#sampler/names/source-map.js';

const ENTRY = fileURLToPath(new URL('../../../../sampler/index.ts', import.meta.url));

function bundled(minify: boolean): { map: MapFile; json: string; code: string } {
  const { outputFiles } = buildSync({ entryPoints: [ENTRY], bundle: true, platform: 'node', format: 'esm', minify, sourcemap: 'external', write: false, outfile: 'out.js' });
  const textOf = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { map: openMap(Buffer.from(textOf('.map'))), json: textOf('.map'), code: textOf('.js') };
}

for (const minify of [false, true]) {
  test(`every place of a bundle${minify ? ', minified,' : ''} is found where Node finds it`, () => {
    const { map, json, code } = bundled(minify);
    const lines = code.split('\n');
    const reference = new SourceMap(JSON.parse(json) as ConstructorParameters<typeof SourceMap>[0]);
    const position = fc.nat(lines.length - 1).chain((line) => fc.record({ line: fc.constant(line), column: fc.nat(lines[line]?.length ?? 0) }));
    fc.assert(fc.property(fc.array(position, { minLength: 1, maxLength: 50 }), (positions) => {
      originsOf(map.mappings, positions).forEach((origin, index) => {
        const { line, column } = positions[index] ?? { line: 0, column: 0 };
        const entry = reference.findEntry(line, column) as Partial<{ originalSource: string; originalLine: number; originalColumn: number; generatedLine: number }>;
        // Node answers for a line without mappings with what the line before came from.
        const expected = entry.generatedLine === line && entry.originalSource !== undefined ? [entry.originalSource, entry.originalLine, entry.originalColumn] : undefined;
        assert.deepEqual(origin === undefined ? undefined : [map.sources[origin.source], origin.line, origin.column], expected);
      });
    }), { numRuns: 300 });
  });
}

test('a line of a bundle came from the first line it was made of, and of a line made of distant ones nothing is told', () => {
  for (const minify of [false, true]) {
    const { map, code } = bundled(minify);
    const lines = code.split('\n').slice(0, 400);
    const found = linesOf(map.mappings, [...lines.keys()]);
    for (const [line, text] of lines.entries()) {
      const origins = originsOf(map.mappings, Array.from({ length: text.length + 1 }, (_, column) => ({ line, column }))).filter((origin) => origin !== undefined);
      const first = origins[0];
      const near = origins.every((origin) => origin.source === first?.source && Math.abs(origin.line - first.line) <= 3);
      assert.equal(found.get(line), near ? first?.line : undefined);
    }
    const longest = lines.reduce((most, text, line) => (text.length > (lines[most]?.length ?? 0) ? line : most), 0);
    if (minify) assert.equal(found.get(longest), undefined);
    else assert.ok(found.size > 200, String(found.size));
  }
});

test('a map is taken apart as JSON would', () => {
  const content = fc.option(fc.string({ unit: 'binary', maxLength: 30 }));
  const given = fc.record({ version: fc.constant(3), file: fc.json(), sources: fc.array(fc.string()), sourcesContent: fc.array(content, { maxLength: 5 }), names: fc.array(fc.string()), mappings: fc.base64String() });
  fc.assert(fc.property(given, fc.constantFrom(undefined, 2), (map, indent) => {
    const opened = openMap(Buffer.from(JSON.stringify(map, undefined, indent)));
    assert.deepEqual([opened.sources, opened.names, Buffer.from(opened.mappings).toString()], [map.sources, map.names, map.mappings]);
    map.sourcesContent.forEach((text, index) => { assert.equal(opened.contentOf(index), text ?? undefined); });
    assert.equal(opened.contentOf(map.sourcesContent.length), undefined);
  }));
});

test('a map that leads before the first line or behind every last one names no place', () => {
  const huge = '+/////D';
  for (const mappings of ['AADA', 'AAAD', 'ADAA', `AA${huge}A;AA${huge}A;AA${huge}A`, `AAA${huge};AAA${huge};AAA${huge}`, 'AADA;AACA;AACA']) {
    for (const line of [0, 1, 2]) {
      const [origin] = originsOf(Buffer.from(mappings), [{ line, column: 0 }]);
      const known = linesOf(Buffer.from(mappings), [line]).get(line);
      for (const one of [origin?.line, origin?.column, origin?.source, known]) assert.ok(one === undefined || (one >= 0 && one < 2 ** 31 - 1), `${mappings}: ${one}`);
    }
  }
});

test('what is no map, or mappings that are none, is an error and no place', () => {
  for (const text of ['', '{', '[]', '{"sources": []}', '{"sources": {}, "mappings": ""}', '{"sources": [], "mappings": "A', '{"mappings": 1, "sources": [']) assert.throws(() => openMap(Buffer.from(text)), Error, text);
  for (const mappings of ['AAAA,!', 'gggggggggggggg']) assert.throws(() => originsOf(Buffer.from(mappings), [{ line: 5, column: 0 }]), RangeError);
  assert.deepEqual(originsOf(Buffer.from('A'), [{ line: 0, column: 3 }]), [undefined]);
});

test('a map that is a device is not there: it could be read for ever', () => {
  assert.equal(read('/dev/null'), undefined);
  assert.equal(read(tmpdir()), undefined);
});

test('a class whose name has no end leaves names that every reader takes', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-class-'));
  t.after(() => { rmSync(folder, { recursive: true }); });
  const [file, head] = [join(folder, 'a.js'), `class ${'x'.repeat(10_000)} { `];
  writeFileSync(file, `${head}work() {} }`);
  const [frame] = nameFrames([{ name: 'work', url: file, line: 1, column: head.length + 5 }], '/').frames;
  assert.match(frame?.name ?? '', /^x{512}$/);
});

test('a map of which more would be parsed than the thread has room for is told, and harms nothing', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-map-'));
  t.after(() => { rmSync(folder, { recursive: true }); });
  const file = join(folder, 'a.js');
  const frame = { name: 'hot', url: file, line: 1, column: 13 };
  const long = `${'0,'.repeat(9 * 2 ** 20)}0`;
  for (const [map, why] of [
    [`{"version":3,"sources":[${long}],"mappings":"AAAA"}`, /its sources take 18874371 bytes, and 16777216 are allowed/],
    [`{"version":3,"sources":["a.ts"],"names":[${long}],"mappings":"AAAA"}`, /its names take/],
    [`{"version":3,"sources":["a.ts"],"sourcesContent":["${'x'.repeat(17 * 2 ** 20)}"],"mappings":"AAAA"}`, undefined],
  ] as const) {
    writeFileSync(file, 'function hot() {}\n//# sourceMappingURL=a.js.map\n');
    writeFileSync(join(folder, 'a.js.map'), map);
    const { frames: [named], faults } = nameFrames([frame], '');
    if (why === undefined) assert.deepEqual([named?.original?.line, faults], [1, []]);
    else assert.match(faults[0]?.why ?? '', why);
  }
});

test('sources that a scanner would take for ever over are left within a moment', () => {
  for (const source of ['(/['.repeat(2 ** 20), '{'.repeat(2 ** 22)]) assert.ok(functionsAt(source, [source.length - 1]).size === 1);
});
