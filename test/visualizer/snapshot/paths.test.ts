// Who keeps an object: never a weak reference, and for values of weak maps their keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathLines } from '../../../visualizer/view/retaining.ts';
import { masked } from '../../../visualizer/snapshot/values.ts';
import { analysed, inFile, made } from './made.ts';

test('a weak reference keeps nothing: what nothing else reaches has no path and counts for itself', async (t) => {
  const analysis = analysed(await inFile(t, JSON.stringify(made([
    { type: 'synthetic', name: '', refers: { 1: 1 } },
    { name: 'Holder', bytes: 10, refers: { 'weak:target': 2, strong: 3 } },
    { name: 'Loose', bytes: 100, refers: { more: 4 } },
    { name: 'Kept', bytes: 20, refers: { back: 1 } },
    { name: 'Loose', bytes: 1000 },
  ]))));
  assert.deepEqual(analysis.object(5, 5).path.map(({ object }) => object.className), ['Loose']);
  assert.deepEqual(analysis.classes().map(({ name, retained }) => [name, retained]), [['Loose', 1100], ['Holder', 30], ['Kept', 20]]);
  assert.equal(analysis.summary().bytes, 1130);
});

test('the value of a weak map is kept by its key, not by the map', async (t) => {
  const name = '1 / part of key (Key @7) -> value (Value @9) pair in WeakMap (table @5)';
  const analysis = analysed(await inFile(t, JSON.stringify(made([
    { type: 'synthetic', name: '', refers: { 1: 1, 2: 3 } },
    { name: 'WeakMap', bytes: 1, refers: { 'internal:table': 2 } },
    { type: 'array', name: '', bytes: 2, refers: { [`internal:${name}`]: 4 } },
    { name: 'Key', bytes: 4, refers: { [`internal:${name}`]: 4 } },
    { name: 'Value', bytes: 8 },
  ]))));
  assert.deepEqual(analysis.object(9, 5).path.map(({ object }) => object.className), ['(roots)', 'Key', 'Value']);
  assert.equal(analysis.object(7, 5).object.retained, 12);
});

test('instances are grouped by how they are kept, whichever place of a list they have', async (t) => {
  const analysis = analysed(await inFile(t, JSON.stringify(made([
    { type: 'synthetic', name: '', refers: { 1: 1 } },
    { name: 'Registry', refers: { list: 2, first: 3 } },
    { name: 'Array', refers: { 0: 4, 1: 5, 2: 6 } },
    { name: 'Session', bytes: 1 },
    { name: 'Session', bytes: 10 },
    { name: 'Session', bytes: 30 },
    { name: 'Session', bytes: 20, refers: { next: 3 } },
  ]))));
  const { row, paths, objects } = analysis.ofClass('Session', 10);
  assert.deepEqual(row, { name: 'Session', count: 4, shallow: 61, retained: 61 });
  assert.deepEqual(paths.map(({ count, retained }) => [count, retained]), [[3, 60], [1, 1]]);
  assert.deepEqual(pathLines(paths[0]?.path ?? []), ['(roots)', '[1] → Registry @3', '.list → Array @5', '[1] → Session @11, keeps 30 B']);
  assert.deepEqual(objects.map(({ shallow }) => shallow), [30, 20, 10, 1]);
});

test('plain objects are told apart by their properties, functions by their names', async (t) => {
  const analysis = analysed(await inFile(t, JSON.stringify(made([
    { type: 'synthetic', name: '', refers: { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6 } },
    { name: 'Object', refers: { id: 4, user: 4 } },
    { name: 'Object', refers: { id: 4, __proto__x: 4 } },
    { name: 'Object', refers: { a: 4, b: 4, c: 4, d: 4, e: 4 } },
    { name: 'Object' },
    { type: 'closure', name: 'tick' },
    { type: 'closure', name: '' },
  ]))));
  assert.deepEqual(analysis.classes().map(({ name }) => name).sort(), ['Object', 'function (anonymous)', 'function tick', '{a, b, c, d, …}', '{id, __proto__x}', '{id, user}']);
});

test('secrets are hidden by the name that holds them or by their form; ordinary text is not', () => {
  for (const text of ['Bearer abcdef123456', '-----BEGIN RSA PRIVATE KEY-----\nabc', 'eyJhbGciOiJI.eyJzdWIiOiIx.sig', 'postgres://ann:s3cret@db/shop', 'password=hunter2', 'ghp_aB3dE5gH7jK9mN1pQ3sT5vX7', 'a8f5f167f44f4964e6c998dee827110c', '4111 1111 1111 1111', 'ann@example.org', 'sess:9fK2mQ7xP4vL8nR3tY6w']) assert.equal(masked(text), '(hidden)', text);
  for (const name of ['password', 'dbPassword', 'API_KEY', 'x-api-key', 'refreshToken', 'Authorization', 'clientSecret', 'set-cookie']) assert.equal(masked('abc', name), '(hidden)', name);
  for (const text of ['hello world', '/app/node_modules/express/lib/router/index.js', 'function render(request, response) {', 'https://example.org/shop?page=2', 'user-1234', 'SomeVeryLongCamelCaseClassNameOfAFramework', '2026-11-20T14:00:00.000Z', '']) assert.equal(masked(text, 'title'), text);
});
