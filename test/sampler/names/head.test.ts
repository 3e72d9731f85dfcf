// A function that a stack trace names by its own start is the frame that a profile names by its parameters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atParameters, positionsIn } from '#sampler/names/positions.js';

const at = (source: string, name: string, column: number): number | undefined => atParameters(positionsIn(source), [{ name, url: '/a.js', line: 1, column }])[0]?.column;

test('functions, methods, accessors and constructors are moved to where their parameters begin', () => {
  assert.equal(at('function plain(a) {}', 'plain', 1), 15);
  assert.equal(at('async function * plain(a) {}', 'plain', 1), 23);
  assert.equal(at('const f = function (a) {}', 'f', 11), 20);
  assert.equal(at('class A { make() {} }', 'make', 11), 15);
  assert.equal(at('class A { #make() {} }', '#make', 11), 16);
  assert.equal(at('class A { get go() {} }', 'get go', 15), 17);
  assert.equal(at('class A { constructor() {} }', 'A', 11), 22);
});

test('what a profile tells stays where it is', () => {
  for (const [source, name, column] of [['function plain(a) {}', 'plain', 15], ['const f = x => f(x);', 'f', 11], ['class A { b = 1; c() {} }', 'A', 1], ['plain(1)', '', 1], ['f', 'f', 1], ['', 'f', 7]] as const) assert.equal(at(source, name, column), column, source);
});
