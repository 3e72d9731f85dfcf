// Source maps that bundlers write, looked up by us and by Node's own reader.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { originsOf } from '#sampler/names/source-map.js';
import type { MapJson } from '#sampler/names/source-map.js';

const ENTRY = fileURLToPath(new URL('../../../../sampler/index.ts', import.meta.url));

function bundled(minify: boolean): { map: MapJson; code: string } {
  const { outputFiles } = buildSync({ entryPoints: [ENTRY], bundle: true, platform: 'node', format: 'esm', minify, sourcemap: 'external', write: false, outfile: 'out.js' });
  const textOf = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { map: JSON.parse(textOf('.map')) as MapJson, code: textOf('.js') };
}

for (const minify of [false, true]) {
  test(`every place of a bundle${minify ? ', minified,' : ''} is found where Node finds it`, () => {
    const { map, code } = bundled(minify);
    const lines = code.split('\n');
    const reference = new SourceMap(map as unknown as ConstructorParameters<typeof SourceMap>[0]);
    const position = fc.nat(lines.length - 1).chain((line) => fc.record({ line: fc.constant(line), column: fc.nat(lines[line]?.length ?? 0) }));
    fc.assert(fc.property(fc.array(position, { minLength: 1, maxLength: 50 }), (positions) => {
      originsOf(map, positions).forEach((origin, index) => {
        const { line, column } = positions[index] ?? { line: 0, column: 0 };
        const entry = reference.findEntry(line, column) as Partial<{ originalSource: string; originalLine: number; originalColumn: number; generatedLine: number }>;
        // Node answers for a line without mappings with what the line before came from.
        const expected = entry.generatedLine === line && entry.originalSource !== undefined ? [entry.originalSource, entry.originalLine, entry.originalColumn] : undefined;
        assert.deepEqual(origin === undefined ? undefined : [map.sources[origin.source], origin.line, origin.column], expected);
      });
    }), { numRuns: 300 });
  });
}

test('mappings that are none are an error, not a place', () => {
  for (const mappings of ['AAAA,!', 'gggggggggggggg', 'A']) {
    if (mappings === 'A') assert.deepEqual(originsOf({ mappings }, [{ line: 0, column: 3 }]), [undefined]);
    else assert.throws(() => originsOf({ mappings }, [{ line: 5, column: 0 }]), RangeError);
  }
});

test('a large map is looked up without being taken apart', () => {
  const { map } = bundled(true);
  const mappings = Array.from({ length: 400 }, () => map.mappings).join(';');
  const before = process.memoryUsage().heapUsed;
  originsOf({ mappings }, [{ line: 1_000_000, column: 0 }]);
  assert.ok(process.memoryUsage().heapUsed - before < mappings.length + 50 * 2 ** 20);
  assert.ok(readFileSync(ENTRY).length > 0);
});
