// Which class a function belongs to and where it ends, by source and place: against what V8 itself runs, and through what confuses a scanner.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { functionsAt } from '#sampler/names/classes.js';

/** Where `mark(` stands for the parameters of a member: the class of each mark, by mark. */
function classesOf(source: string): Record<string, string | undefined> {
  const marks = [...source.matchAll(/(m\d+)\(/g)].map((match) => ({ mark: match[1] ?? '', offset: match.index + (match[1]?.length ?? 0) }));
  const found = functionsAt(source, marks.map(({ offset }) => offset));
  return Object.fromEntries(marks.map(({ mark, offset }) => [mark, found.get(offset)?.className]));
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

test('a function ends with its body, whatever stands in it and however it is written', () => {
  const source = `
    function f1(a = { b: '}' }, [c] = []) { if (a) { return \`}\${ { d: '}' }.d }\`; } /* } */ } end1;
    const g = f2(x), h = (f3(y) => y + [1, 2].map((z) => { z; }).length, end3);
    const arrow = async (a, { b }) => ({ a, b }), endArrow;
    class A { f4() { return /}/; } end4; static get f5() { return class { f6() {} end6 }; } end5 }`;
  const endOf = (start: string): string => {
    const offset = source.indexOf(start) + (start.startsWith('f') ? 2 : 0);
    const end = functionsAt(source, [offset]).get(offset)?.end ?? source.length;
    return source.slice(end, end + 12).replace(/^[},;]?\s*/, '').slice(0, 8);
  };
  assert.deepEqual(['f1(', 'f4(', 'f5(', 'f6('].map((start) => endOf(start).slice(0, 4)), ['end1', 'end4', 'end5', 'end6']);
  assert.equal(endOf('(y) =>').slice(0, 4), 'end3');
  assert.equal(endOf('(a, { b })').slice(0, 8), 'endArrow');
});

test('no text makes the scanner throw or hang', () => {
  const piece = fc.constantFrom('class A', '{', '}', '(', ')', '`', '${', '"', "'", '/', '//', '/*', '*/', '\n', 'm()', '=', '\\', 'x', 'class', ' ');
  fc.assert(fc.property(fc.array(piece, { maxLength: 80 }).map((pieces) => pieces.join('')), (source) => {
    functionsAt(source, Array.from({ length: source.length + 2 }, (_, offset) => offset));
  }), { numRuns: 2000 });
});
