// Where functions come from, what they are called, and what a search and the table make of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionRow } from '../../../visualizer/api.ts';
import { originOf, packageOf } from '../../../visualizer/origin.ts';
import { chosenRows, rowsInSight } from '../../../visualizer/view/functions.ts';
import { colourOf, coloursOf, groupsOf } from '../../../visualizer/view/groups.ts';
import { exactly, matchedWeight, searchFor } from '../../../visualizer/view/search.ts';
import { nameOf, placeOf } from '../../../visualizer/view/words.ts';
import { node } from './tree.ts';

test('a place tells its package, however packages are nested', () => {
  const PLACES: readonly (readonly [string, string | undefined])[] = [
    ['/app/node_modules/express/lib/router.js', 'express'],
    ['file:///app/node_modules/.pnpm/express@5.1.0/node_modules/@scope/deep/index.mjs', '@scope/deep'],
    ['C:\\app\\node_modules\\@scope\\deep\\index.js', '@scope/deep'],
    ['/app/node_modules/a/node_modules/b/c.js', 'b'],
    ['/app/my_node_modules/b/c.js', undefined],
    ['/app/server.js', undefined],
  ];
  for (const [url, name] of PLACES) {
    assert.equal(packageOf(url), name, url);
    assert.equal(originOf({ name: 'f', url }), name === undefined ? 'own' : 'package');
  }
  assert.deepEqual([originOf({ name: 'f', url: 'node:fs' }), originOf({ name: '(garbage collector)', url: '' }), originOf({ name: '(garbage collector)', url: '/app/joke.js' }), originOf({ name: 'sort', url: '' })], ['node', 'gc', 'own', 'native']);
});

test('the legend has own code first, then groups by what they did, each package with a colour of its own for good', () => {
  const tree = node('web', 0, {}, node('f', 1, {}), node('g', 5, { url: '/node_modules/koa/g.js' }), node('h', 9, { url: 'node:fs' }), node('(garbage collector)', 2, { url: '' }), node('3 smaller parts', 50, { url: '', origin: 'part' }));
  assert.deepEqual(groupsOf(tree, 'us').map(({ name, self }) => `${name} ${self}`), ['own code 1', 'Node.js 9', 'koa 5', 'garbage collection 2', 'summed up 50']);
  assert.match(colourOf('package:koa'), /^package-[0-7]$/);
  const keys = ['own', 'package:a', 'package:b', 'package:c', 'package:i', 'package:q'];
  const seen = (key: string) => ({ key, area: 0.1 });
  const colours = coloursOf(keys.map(seen));
  assert.equal(new Set(keys.map(colours)).size, keys.length);
  assert.deepEqual(keys.map(coloursOf([...keys].reverse().map(seen))), keys.map(colours));
  assert.equal(colours('own'), 'own');
  const crowd = Array.from({ length: 30 }, (_, index) => `package:p${index}`);
  const many = coloursOf([...crowd.map((key) => ({ key, area: 0.001 })), seen('package:q')]);
  assert.equal(many('package:q'), colourOf('package:q'));
  assert.match(many('package:p29'), /^package-[0-7]$/);
});

test('V8’s own parts are named in words, functions that are called so are not', () => {
  assert.equal(nameOf(node('(garbage collector)', 1, { url: '' })), 'garbage collection');
  assert.match(placeOf(node('(program)', 1, { url: '' })), /outside JavaScript/);
  assert.equal(nameOf(node('(idle)', 1, {})), '(idle)');
  assert.equal(nameOf(node('toString', 1, { url: '' })), 'toString');
  assert.equal(nameOf(node('__proto__', 1, { url: '' })), '__proto__');
});

test('a search is a regular expression, or the text as it stands, and each stack counts once', () => {
  const tree = node('render', 0, {}, node('render', 1, {}, node('render', 2, {})), node('$query', 4, {}), node('(garbage collector)', 8, { url: '' }));
  const weigh = (text: string): number => {
    const search = searchFor(text);
    return search === undefined ? -1 : matchedWeight(tree, search, 'us');
  };
  assert.deepEqual(['', 'REND', '^render$|query', '$query', 'app/.query\\.js:1$', '(garbage', 'garbage collection', '['].map(weigh), [-1, 3, 7, 4, 4, 8, 8, 0]);
  assert.deepEqual([searchFor('(garbage')?.valid, searchFor('a|b')?.valid], [false, true]);
  assert.equal(weigh(exactly('$query')), 4);
  assert.equal(searchFor(exactly('(a) [b] c.d'))?.matches(node('(a) [b] c.d', 0, {})), true);
});

test('the table is ordered, narrowed by search and legend, and draws what is in sight', () => {
  const row = (name: string, self: number, total: number, url = '/app/a.js'): FunctionRow => ({ name, url, line: 1, origin: originOf({ name, url }), selfUs: self, selfCount: total, totalUs: total, totalCount: total, frame: [name, url, 1, 1] });
  const group = { name: '', totalUs: 20, totalCount: 20, functions: 3, rows: [row('b', 5, 9), row('a', 3, 12), row('read', 4, 4, 'node:fs')] };
  const names = (wish: Partial<Parameters<typeof chosenRows>[1]>): string => chosenRows(group, { weight: 'us', hide: [], order: 'self', turned: false, search: undefined, ...wish }).map(({ name }) => name).join(' ');
  assert.deepEqual([names({}), names({ order: 'total' }), names({ order: 'name' }), names({ weight: 'count' }), names({ hide: ['node'] }), names({ search: searchFor('^a$|fs') })], ['b read a', 'a b read', 'a b read', 'a b read', 'b a', 'read a']);
  assert.deepEqual(rowsInSight(0, 280, 28, 5000), [0, 18]);
  assert.deepEqual(rowsInSight(28_000, 280, 28, 5000), [992, 1018]);
  assert.deepEqual(rowsInSight(28_000, 280, 28, 3), [0, 3]);
});
