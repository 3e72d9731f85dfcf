// What a search finds, and that none of them makes the page stand still.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactly, searchFor } from '../../../visualizer/view/search.ts';

const LONG = { name: `${'a'.repeat(300)}!`, url: `/${'a/'.repeat(100)}`, line: 1 };

test('a search is a regular expression', () => {
  for (const text of ['render', '^each$', 'node_modules/(?:db|http)', 'get.*Diag.*File', 'on[A-Z]\\w+', 'a{2}', '(get|set)?State', '^(job|serve)$', '\\(idle\\)', '[(*+]+', 'a+?b', 'npm:react(-dom)?@\\d+\\.\\d+', '(abc)+', '.*x.*', '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}', '[0-9a-f]{8}\\w+', 'a.*b|c.*d|e.*f|g.*h']) {
    assert.equal(searchFor(text)?.valid, true, text);
  }
  assert.equal(searchFor(exactly('x'.repeat(1000)))?.matches({ name: 'x'.repeat(1000), url: '', line: 0 }), true);
  assert.equal(searchFor('GET.*diag')?.matches({ name: 'getDiagnostics', url: '', line: 0 }), true);
});

test('a search that takes long on names goes on as plain text, and the page with it', () => {
  const search = searchFor('.*\\w.*\\w.*!x');
  assert.ok(search?.valid);
  const startMs = performance.now();
  for (let one = 0; one < 1000; one++) search.matches({ name: `${'a'.repeat(100)}${one}`, url: '', line: 0 });
  assert.ok(performance.now() - startMs < 30_000);
  assert.equal(search.valid, false);
  assert.equal(search.matches({ name: 'x.*\\w.*\\w.*!x', url: '', line: 0 }), true);
});

test('what is none, or could take for ever, is looked for as it stands', () => {
  for (const text of ['(', '(a+)+$', '(a*)*$', '(a|a)+$', '(a|aa)*$', '(?:a?){40}a{40}$', '(a{1,9})*$', '((a+)b?)+$', '.*.*.*.*x', '\\w+\\w+\\w+$', 'a*a?a*a?a*a?a*$', '(?<x>a+)\\k<x>$', '(a+)\\1$', 'a*^a*$', '.*\\w.*\\w.*\\w.*!', 'a*a{0}a*$', '(a?){30}$', '(?=(a+)+$)', '(a[)]+)+$', '(([a-z])+.)+$', `${'a?'.repeat(40)}${'a'.repeat(40)}$`]) {
    const search = searchFor(text);
    assert.ok(search);
    assert.equal(search.valid, false, text);
    assert.equal(search.matches(LONG), false, text);
    assert.equal(search.matches({ name: `x${text}x`, url: '', line: 0 }), true, text);
  }
});
