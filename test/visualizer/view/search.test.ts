// What a search finds, and that none of them makes the page stand still.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchFor } from '../../../visualizer/view/search.ts';

const LONG = { name: `${'a'.repeat(300)}!`, url: `/${'a/'.repeat(100)}`, line: 1 };

test('a search is a regular expression', () => {
  for (const text of ['render', '^each$', 'node_modules/(?:db|http)', 'get.*Diag.*File', 'on[A-Z]\\w+', 'a{2}', '(get|set)?State', '^(job|serve)$', '\\(idle\\)', '[(*+]+', 'a+?b', 'npm:react(-dom)?@\\d+\\.\\d+', '(abc)+', '.*x.*']) {
    assert.equal(searchFor(text)?.valid, true, text);
  }
  assert.equal(searchFor('GET.*diag')?.matches({ name: 'getDiagnostics', url: '', line: 0 }), true);
});

test('what is none, or could take for ever, is looked for as it stands', () => {
  for (const text of ['(', '(a+)+$', '(a*)*$', '(a|a)+$', '(a|aa)*$', '(?:a?){40}a{40}$', '(a{1,9})*$', '((a+)b?)+$', '.*.*.*.*x', '\\w+\\w+\\w+$', 'a*a?a*a?a*a?a*$', '(?<x>a+)\\k<x>$', '(a+)\\1$', 'a*^a*$', '(?=(a+)+$)', '(a[)]+)+$', '(([a-z])+.)+$', `${'a?'.repeat(40)}${'a'.repeat(40)}$`]) {
    const search = searchFor(text);
    assert.ok(search);
    assert.equal(search.valid, false, text);
    assert.equal(search.matches(LONG), false, text);
    assert.equal(search.matches({ name: `x${text}x`, url: '', line: 0 }), true, text);
  }
});
