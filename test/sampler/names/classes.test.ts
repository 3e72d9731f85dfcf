// Which class a method belongs to, by source and place: against what V8 itself runs, and through what confuses a scanner.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classesAt } from '#sampler/names/classes.js';

/** Where `mark(` stands for the parameters of a member: the class of each mark, by mark. */
function classesOf(source: string): Record<string, string | undefined> {
  const marks = [...source.matchAll(/(m\d+)\(/g)].map((match) => ({ mark: match[1] ?? '', offset: match.index + (match[1]?.length ?? 0) }));
  const found = classesAt(source, marks.map(({ offset }) => offset));
  return Object.fromEntries(marks.map(({ mark, offset }) => [mark, found.get(offset)]));
}

test('methods, fields, accessors and private members belong to their class, and to no other', () => {
  assert.deepEqual(classesOf(`
    function m1() {}
    export class A extends mixin({ m2() {} }) {
      m3() { function m4() {} if (a) { m5(); } }
      static m6() {} get m7() {} #m8() {} async *m9() {}
      field = m10() => {};
      inner = class B { m11() {} };
      m12() { return class { m13() {} }; }
    }
    const C = class { m14() {} }, d = { m15() {}, E: class { m16() {} } };
    class F<T extends { a: number }> implements G<{ b: string }> { m17() {} }
    m18();`), { m1: undefined, m2: undefined, m3: 'A', m4: undefined, m5: undefined, m6: 'A', m7: 'A', m8: 'A', m9: 'A', m10: 'A', m11: 'B', m12: 'A', m13: undefined, m14: 'C', m15: undefined, m16: 'E', m17: 'F', m18: undefined });
});

test('braces in comments, strings, templates, regular expressions and JSX count for nothing', () => {
  assert.deepEqual(classesOf(`class A {
    /* } */ a = "}"; b = '\\'}'; // }
    c = \`}\${ { d: \`}\${1}}\` }.d }}\`; e = /[/}]\\/}/.test(x) / 2; f = x / y / 3;
    g = <div>it's {name}</div>;
    class = 1; this.class; m1() { return /}/ }
    m2() {}
  } m3()`), { m1: 'A', m2: 'A', m3: undefined });
});

test('no text makes the scanner throw or hang', () => {
  const piece = fc.constantFrom('class A', '{', '}', '(', ')', '`', '${', '"', "'", '/', '//', '/*', '*/', '\n', 'm()', '=', '\\', 'x', 'class', ' ');
  fc.assert(fc.property(fc.array(piece, { maxLength: 80 }).map((pieces) => pieces.join('')), (source) => {
    classesAt(source, Array.from({ length: source.length + 2 }, (_, offset) => offset));
  }), { numRuns: 2000 });
});
