// docs/api.md tells the truth: every example is asked and answers what stands there, and every code of an error is named.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serveDocs } from './docs-rig.ts';
import { get, post } from './server.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
/** A curl, and the block after it: what it answers. */
const EXAMPLES = [...page.matchAll(/```sh\ncurl ([^`]*)```\n\n```(\w+)\n([^`]*)```/g)].map(([, call = '', kind = '', answer = '']) => ({ call, kind, answer }));

test('every example answers what stands under it', async (t) => {
  const { port } = await serveDocs(t);
  assert.ok(EXAMPLES.length >= 10, `${EXAMPLES.length} examples found`);
  for (const { call, kind, answer } of EXAMPLES) {
    const path = /'http:\/\/localhost:9999([^']*)'/.exec(call)?.[1] ?? '';
    const body = /--json '([^']*)'/.exec(call)?.[1];
    const told = body === undefined ? await get(port, path) : await post(port, path, JSON.parse(body));
    if (kind === 'json') assert.deepEqual(JSON.parse(told.body), JSON.parse(answer), path);
    else assert.equal(told.body, answer, path);
  }
});

test('every code of an error is told, and none that is not there', () => {
  const sources = ['visualizer', 'collector/store'].flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(ROOT, folder, file), 'utf8')));
  const made = sources.flatMap((source) => [...source.matchAll(/HttpError\(\d+, '(\w+)'|\| '((?:STORE|SNAPSHOT)_\w+)'|: '(INTERNAL)'/g)].map(([, ...codes]) => codes.find(Boolean)));
  const told = [...page.matchAll(/^\| \d+ \| `(\w+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual([...new Set(told)].sort(), [...new Set(made)].sort());
});

test('every address that answers JSON is on the page', () => {
  const sources = ['app', 'taking', 'comparing', 'memory-app', 'snapshot/app'].map((name) => readFileSync(join(ROOT, `visualizer/${name}.ts`), 'utf8')).join('\n');
  const served = [...sources.matchAll(/\.(?:get|post)\('(\/(?:api|export|profile|metrics|healthz|collector)[^'{:]*)/g)].map(([, path = '']) => path);
  for (const path of served) assert.ok(page.includes(`\`${path}`) || page.includes(` ${path}`), `${path} is not on the page`);
  assert.ok(served.length >= 9);
});
