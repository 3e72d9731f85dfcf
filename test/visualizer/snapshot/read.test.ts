// What is no sound snapshot is refused in words, whatever is wrong with it; what is hostile in a sound one stays text.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { SnapshotError } from '../../../visualizer/snapshot/fault.ts';
import { effort } from '../../effort.ts';
import { analysed, inFile, made } from './made.ts';

const SMALL = made([
  { type: 'synthetic', name: '', refers: { 1: 1, 'shortcut:2': 2 } },
  { type: 'synthetic', name: '(GC roots)', refers: { 1: 2 } },
  { name: 'global', bytes: 8, refers: { cache: 3, 'weak:gone': 4 } },
  { name: 'Map', bytes: 16, refers: { 'internal:table': 4 } },
  { type: 'array', name: '', bytes: 100, refers: { 0: 5 } },
  { type: 'string', name: 'häl"lo\n', bytes: 24 },
]);
const TEXT = JSON.stringify(SMALL);

test('a snapshot reads, whatever the white space and the order of fields', async (t) => {
  const path = await inFile(t, JSON.stringify(SMALL, undefined, 2));
  const analysis = analysed(path);
  assert.equal(analysis.summary().bytes, 148);
  assert.equal(analysis.object(11, 10).object.value, 'häl"lo\n');
  assert.deepEqual(analysis.object(11, 10).path.map(({ by }) => by?.name), [undefined, '2', 'cache', 'table', '0']);

  const { nodes } = SMALL;
  const turned = { ...SMALL, snapshot: { ...SMALL.snapshot, meta: { ...(SMALL.snapshot['meta'] as object), node_fields: ['id', 'trace_node_id', 'edge_count', 'self_size', 'type', 'name', 'detachedness'], node_types: ['number', 'number', 'number', 'number', (SMALL.snapshot['meta'] as { node_types: unknown[] }).node_types[0], 'string', 'number'] } },
    nodes: Array.from({ length: nodes.length / 6 }, (_, row) => { const [type, name, id, bytes, edges, detached] = nodes.slice(row * 6); return [id, 0, edges, bytes, type, name, detached]; }).flat(),
    edges: SMALL.edges.map((value, index) => (index % 3 === 2 ? Number(value) / 6 * 7 : value)) };
  assert.deepEqual(analysed(await inFile(t, JSON.stringify(turned))).classes(), analysis.classes());
});

test('cut short anywhere it is refused, with a stable code and a way out', async (t) => {
  const path = await inFile(t, '');
  for (let length = TEXT.length - 1; length >= 0; length -= effort(7, 1)) {
    writeFileSync(path, TEXT);
    truncateSync(path, length);
    assert.throws(() => analysed(path), (error: unknown) => error instanceof SnapshotError && error.code === 'SNAPSHOT_CUT_SHORT' && error.message.includes('Take it again'), String(length));
  }
});

test('numbers out of range and counts that cannot be are refused, and nothing is made room for', async (t) => {
  const path = await inFile(t, '');
  const count = (name: string, value: unknown) => ({ ...SMALL, snapshot: { ...SMALL.snapshot, [name]: value } });
  const at = (list: readonly unknown[], index: number, value: unknown) => list.map((one, place) => (place === index ? value : one));
  const cases: readonly [string, unknown, RegExp][] = [
    ['SNAPSHOT_CUT_SHORT', count('node_count', 4e9), /4000000000 objects/],
    ['SNAPSHOT_CUT_SHORT', count('edge_count', 2e9), /2000000000 references/],
    ['SNAPSHOT_INVALID', count('node_count', 1e300), /1e\+300/],
    ['SNAPSHOT_INVALID', count('node_count', -1), /-1/],
    ['SNAPSHOT_INVALID', count('node_count', 'many'), /many/],
    ['SNAPSHOT_INVALID', count('node_count', 0), /no object/],
    ['SNAPSHOT_INVALID', count('node_count', 5), /more objects|holds/],
    ['SNAPSHOT_INVALID', count('edge_count', 5), /more references/],
    ['SNAPSHOT_INVALID', { ...SMALL, edges: at(SMALL.edges, 2, 6 * 6) }, /leads to in the snapshot is 6, and there are only 6/],
    ['SNAPSHOT_INVALID', { ...SMALL, edges: at(SMALL.edges, 2, 7) }, /leads to 7, where no object starts/],
    ['SNAPSHOT_INVALID', { ...SMALL, edges: at(SMALL.edges, 0, 7) }, /type of a reference/],
    ['SNAPSHOT_INVALID', { ...SMALL, edges: at(SMALL.edges, 10, 999) }, /name of a reference/],
    ['SNAPSHOT_INVALID', { ...SMALL, nodes: at(SMALL.nodes, 0, 99) }, /type of an object/],
    ['SNAPSHOT_INVALID', { ...SMALL, nodes: at(SMALL.nodes, 1, 99) }, /name of an object/],
    ['SNAPSHOT_INVALID', { ...SMALL, nodes: at(SMALL.nodes, 3, 2 ** 60) }, /number 11529/],
    ['SNAPSHOT_INVALID', { ...SMALL, nodes: at(SMALL.nodes, 4, 900) }, /more references than/],
    ['SNAPSHOT_INVALID', { ...SMALL, nodes: SMALL.nodes.slice(6) }, /fewer objects/],
    ['SNAPSHOT_NOT_ONE', { ...SMALL, nodes: at(SMALL.nodes, 3, -5) }, /a number from 0 on/],
    ['SNAPSHOT_NOT_ONE', { ...SMALL, nodes: at(SMALL.nodes, 3, 1.5) }, /a comma/],
    ['SNAPSHOT_NOT_ONE', { ...SMALL, nodes: at(SMALL.nodes, 3, null) }, /a number/],
    ['SNAPSHOT_NOT_ONE', [1, 2], /"\{" was expected at byte 0/],
    ['SNAPSHOT_NOT_ONE', { hello: 'world' }, /starts with "hello"/],
    ['SNAPSHOT_UNKNOWN_FORMAT', { snapshot: {} }, /lacks meta/],
    ['SNAPSHOT_UNKNOWN_FORMAT', { snapshot: { ...SMALL.snapshot, meta: { node_fields: ['type'], edge_fields: [] } } }, /lack name/],
    ['SNAPSHOT_UNKNOWN_FORMAT', { snapshot: 'x'.repeat(100_000) }, /than 65536 bytes/],
    ['SNAPSHOT_UNKNOWN_FORMAT', { snapshot: SMALL.snapshot, nodes: SMALL.nodes }, /lacks its objects/],
  ];
  for (const [code, value, words] of cases) {
    writeFileSync(path, JSON.stringify(value));
    assert.throws(() => analysed(path), (error: unknown) => error instanceof SnapshotError && error.code === code && words.test(error.message), `${code} ${words.source}`);
  }
  writeFileSync(path, TEXT);
  assert.throws(() => analysed(path, 500), { code: 'SNAPSHOT_TOO_LARGE' });
  assert.throws(() => analysed(`${path}.none`), { code: 'SNAPSHOT_UNREADABLE' });
  assert.throws(() => analysed('/'), { code: 'SNAPSHOT_UNREADABLE' });
});

test('of damaged bytes nothing comes but a refusal or an answer', async (t) => {
  const path = await inFile(t, '');
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(TEXT.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }), (changes) => {
    const bytes = Buffer.from(TEXT);
    for (const [at, byte] of changes) bytes[at] = byte;
    writeFileSync(path, bytes);
    try {
      const analysis = analysed(path);
      analysis.holders(5);
      for (const { name } of analysis.classes()) analysis.ofClass(name, 5);
    } catch (error) {
      assert.ok(error instanceof SnapshotError, String(error));
    }
  }), { numRuns: effort(500, 20_000) });
});

test('hostile names are text, long ones are cut, and secrets are hidden', async (t) => {
  const path = await inFile(t, JSON.stringify(made([
    { type: 'synthetic', name: '', refers: { 1: 1 } },
    { name: '__proto__', refers: { '<img src=x onerror=alert(1)>': 2, password: 3, long: 4, note: 5, constructor: 6 } },
    { name: 'constructor' },
    { type: 'string', name: 'hunter2' },
    { type: 'string', name: 'x'.repeat(1_000_000) },
    { type: 'string', name: 'Authorization: Bearer abcdef123456' },
    { name: `C${'\u001b[31m'.repeat(1000)}` },
  ])));
  const analysis = analysed(path);
  assert.equal(analysis.ofClass('__proto__', 5).row.count, 1);
  const { referents } = analysis.object(3, 10);
  assert.deepEqual(referents.map(({ by, object }) => [by.name, object.value]), [
    ['<img src=x onerror=alert(1)>', undefined], ['password', '(hidden)'], ['long', `${'x'.repeat(100)}…`], ['note', '(hidden)'], ['constructor', undefined],
  ]);
  assert.ok((referents[4]?.object.className.length ?? 0) <= 121);
  assert.throws(() => analysis.object(4, 1), { code: 'SNAPSHOT_NO_OBJECT' });
  assert.throws(() => analysis.ofClass('Nothing', 1), { code: 'SNAPSHOT_NO_OBJECT' });
});

test('a secret is hidden by whatever way one comes to it: by its class, its number, its halves, as the value of a key', async (t) => {
  const analysis = analysed(await inFile(t, JSON.stringify(made([
    { type: 'synthetic', name: '', refers: { 1: 1 } },
    { name: 'Config', refers: { dbPass: 2, headers: 5, cookies: 10, shown: 13, passage: 14 } },
    { type: 'concatenated string', name: '(concatenated string)', refers: { 'internal:first': 3, 'internal:second': 4 } },
    { type: 'string', name: 'hunt' },
    { type: 'string', name: 'er2' },
    { name: 'Array', refers: { 0: 6, 1: 7, 2: 8, 3: 9 } },
    { type: 'string', name: 'Accept' },
    { type: 'string', name: 'text/html' },
    { type: 'string', name: 'X-Api-Key' },
    { type: 'string', name: 'k3y of mine' },
    { name: 'Map', refers: { 'internal:table': 11 } },
    { type: 'array', name: '', refers: { 'internal:3': 12, 'internal:4': 15 } },
    { type: 'string', name: 'sid' },
    { type: 'string', name: 'plain' },
    { type: 'string', name: 'of the book' },
    { type: 'string', name: 'abc' },
  ]))));
  const told = analysis.ofClass('(string)', 100).objects.map(({ value }) => value ?? '').sort();
  assert.deepEqual(told, [...Array.from({ length: 6 }, () => '(hidden)'), 'Accept', 'X-Api-Key', 'of the book', 'plain', 'text/html']);
  assert.equal(analysis.object(7, 10).object.value, '(hidden)');
  assert.deepEqual(analysis.object(5, 10).referents.map(({ object }) => object.value), ['(hidden)', '(hidden)']);
});

test('a real snapshot that was cut or damaged is refused in words or answers, and its process keeps to its memory', { timeout: 300_000 }, async (t) => {
  const path = await inFile(t, '');
  const whole = await realSnapshot(path);
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 30 }), fc.option(fc.nat(whole.length - 1), { freq: 2 }), fc.boolean(), (changes, cut, early) => {
    const bytes = Buffer.from(whole);
    // The description comes first: what is changed there does the most harm.
    for (const [at, byte] of changes) bytes[early ? at % 2000 : at] = byte;
    writeFileSync(path, cut === null ? bytes : bytes.subarray(0, cut));
    const rssBytes = process.memoryUsage.rss();
    try {
      const analysis = analysed(path);
      for (const { name } of analysis.classes().slice(0, 20)) analysis.ofClass(name, 5);
      analysis.holders(5);
    } catch (error) {
      assert.ok(error instanceof SnapshotError && /^[A-Z].*[.]$/s.test(error.message), String(error));
    }
    assert.ok(process.memoryUsage.rss() - rssBytes < 200e6, `${process.memoryUsage.rss() - rssBytes} bytes`);
  }), { numRuns: effort(15, 500) });
});

/** Of a small program, a few MB. */
async function realSnapshot(path: string): Promise<Buffer> {
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('./leaks-child.js', import.meta.url)), 'map', path]);
  return readFileSync(path);
}
