// Which class a function lies in, and where it ends: V8 names a method without its class and a function by its start.
// A scanner, no parser: it knows comments, strings, templates, regular expressions and brackets, which is what it takes
// to pair a class or a function with its body. Pure.
import { bodyEnds } from './body-ends.ts';

interface Scope {
  /** Name of the class whose body it is; undefined for other braces. */
  readonly className: string | undefined;
  /** A brace that goes on a template when it closes. */
  readonly template: boolean;
}

/** No source that runs is nested as deep, and no regular expression as long. */
const MOST_SCOPES = 10_000;
const MOST_REGEX = 10_000;
/** Each sign of a source is looked at so often for the end of a regular expression, on average. */
const MOST_LOOKS = 8;
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
/** After these a slash starts a regular expression. */
const BEFORE_REGEX = new Set(['return', 'typeof', 'instanceof', 'in', 'of', 'new', 'delete', 'void', 'throw', 'case', 'do', 'else', 'yield', 'await']);

export interface FunctionPlace {
  /** The class that directly holds it; undefined where none does. */
  readonly className: string | undefined;
  /** Offset of its end; undefined where it is not found. */
  readonly end: number | undefined;
}

/** By offset of `offsets`, ascending, at each of which a function's parameters begin. */
export function functionsAt(source: string, offsets: readonly number[]): Map<number, FunctionPlace> {
  const classNames = new Map<number, string>();
  const bodies = bodyEnds();
  const scopes: Scope[] = [];
  let wanted = 0;
  let at = 0;
  let looksLeft = MOST_LOOKS * source.length;
  let parentheses = 0;
  let depth = 0;
  /** A class whose body is to come; braces among its type parameters are not that. */
  let pending: { readonly name: string; readonly parentheses: number; angles: number } | undefined;
  /** The last three words or signs. */
  let before: readonly [string, string, string] = ['', '', ''];

  const push = (token: string): void => {
    before = [before[1], before[2], token];
    bodies.token(token, at, depth);
  };
  const note = (): void => {
    for (let offset = offsets[wanted]; offset !== undefined && offset <= at; offset = offsets[++wanted]) {
      const name = scopes.at(-1)?.className;
      if (name !== undefined && name !== '') classNames.set(offset, name);
      bodies.begin(offset, depth);
    }
  };

  while (at < source.length && scopes.length < MOST_SCOPES && (wanted < offsets.length || bodies.open > 0)) {
    note();
    const sign = source.charAt(at);
    if (sign === '/' && (source[at + 1] === '/' || source[at + 1] === '*')) at = afterComment(source, at);
    else if (sign === '"' || sign === "'") {
      at = afterString(source, at, sign);
      push('""');
    } else if (sign === '`' || (sign === '}' && scopes.at(-1)?.template === true)) {
      if (sign === '}') {
        scopes.pop();
        depth--;
      }
      const { end, opens } = afterTemplate(source, at + 1);
      if (opens) {
        scopes.push({ className: undefined, template: true });
        depth++;
      }
      at = end;
      push(opens ? '${' : '""');
    } else if (sign === '/' && startsRegex(before[2])) {
      const { end, looks } = afterRegex(source, at, Math.min(MOST_REGEX, looksLeft));
      looksLeft -= looks;
      at = end;
      push('""');
    } else if (/[\p{ID_Start}$_#]/u.test(sign)) {
      WORD.lastIndex = at;
      const word = WORD.exec(source)?.[0] ?? sign;
      if (before[2] === 'class' && before[1] !== '.' && word !== 'extends') pending = { name: word, parentheses, angles: 0 };
      else if (word === 'class' && before[2] !== '.') pending = { name: before[2] === '=' || before[2] === ':' ? before[1] : '', parentheses, angles: 0 };
      at += word.length;
      push(word);
    } else {
      if ('([{'.includes(sign)) depth++;
      else if (')]}'.includes(sign)) depth--;
      if (sign === '(') parentheses++;
      else if (sign === ')') parentheses--;
      else if (sign === '<' && pending !== undefined) pending.angles++;
      else if (sign === '>' && pending !== undefined && before[2] !== '=') pending.angles--;
      else if (sign === '{') {
        const isClass = pending?.parentheses === parentheses && pending.angles <= 0;
        scopes.push({ className: isClass ? pending?.name : undefined, template: false });
        if (isClass) pending = undefined;
      } else if (sign === '}') scopes.pop();
      if (!/\s/.test(sign)) push(sign);
      at++;
    }
  }
  return new Map(offsets.map((offset) => [offset, { className: classNames.get(offset), end: bodies.ends.get(offset) }]));
}

function startsRegex(before: string): boolean {
  // In JSX, `</` closes an element.
  if (before === '<') return false;
  return BEFORE_REGEX.has(before) || !/^(?:[\p{ID_Continue}$_#"]|[)\]}])/u.test(before);
}

function afterComment(source: string, at: number): number {
  const line = source[at + 1] === '/';
  const end = source.indexOf(line ? '\n' : '*/', at + 2);
  return end < 0 ? source.length : end + (line ? 1 : 2);
}

function afterString(source: string, at: number, quote: string): number {
  for (let end = at + 1; end < source.length; end++) {
    const sign = source[end];
    if (sign === '\\') end++;
    else if (sign === quote || sign === '\n') return end + 1;
  }
  return source.length;
}

function afterTemplate(source: string, at: number): { readonly end: number; readonly opens: boolean } {
  for (let end = at; end < source.length; end++) {
    const sign = source[end];
    if (sign === '\\') end++;
    else if (sign === '`') return { end: end + 1, opens: false };
    else if (sign === '$' && source[end + 1] === '{') return { end: end + 2, opens: true };
  }
  return { end: source.length, opens: false };
}

/** Where none ends within `most` signs, it is a sign of its own. */
function afterRegex(source: string, at: number, most: number): { readonly end: number; readonly looks: number } {
  let inClass = false;
  let end = at + 1;
  for (; end < Math.min(source.length, at + most); end++) {
    const sign = source[end];
    if (sign === '\\') end++;
    else if (sign === '\n') break;
    else if (sign === '[') inClass = true;
    else if (sign === ']') inClass = false;
    else if (sign === '/' && !inClass) return { end: end + 1, looks: end - at };
  }
  return { end: at + 1, looks: end - at };
}
