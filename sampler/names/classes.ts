// Which class a place in a source lies in: V8 names a method without its class. A scanner, no parser: it knows comments,
// strings, templates, regular expressions and braces, which is what it takes to pair a class with its body. Pure.

interface Scope {
  /** Name of the class whose body it is; undefined for other braces. */
  readonly className: string | undefined;
  /** A brace that goes on a template when it closes. */
  readonly template: boolean;
}

const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
/** After these a slash starts a regular expression. */
const BEFORE_REGEX = new Set(['return', 'typeof', 'instanceof', 'in', 'of', 'new', 'delete', 'void', 'throw', 'case', 'do', 'else', 'yield', 'await']);

/** By offset of `offsets`, ascending: the class that directly holds this place; absent where none does. */
export function classesAt(source: string, offsets: readonly number[]): Map<number, string> {
  const found = new Map<number, string>();
  const scopes: Scope[] = [];
  let wanted = 0;
  let at = 0;
  let parentheses = 0;
  /** A class whose body is to come; braces among its type parameters are not that. */
  let pending: { readonly name: string; readonly parentheses: number; angles: number } | undefined;
  /** The last three words or signs. */
  let before: readonly [string, string, string] = ['', '', ''];

  const push = (token: string): void => {
    before = [before[1], before[2], token];
  };
  const note = (): void => {
    for (let offset = offsets[wanted]; offset !== undefined && offset <= at; offset = offsets[++wanted]) {
      const name = scopes.at(-1)?.className;
      if (name !== undefined && name !== '') found.set(offset, name);
    }
  };

  while (at < source.length && wanted < offsets.length) {
    note();
    const sign = source.charAt(at);
    if (sign === '/' && (source[at + 1] === '/' || source[at + 1] === '*')) at = afterComment(source, at);
    else if (sign === '"' || sign === "'") {
      at = afterString(source, at, sign);
      push('""');
    } else if (sign === '`' || (sign === '}' && scopes.at(-1)?.template === true)) {
      if (sign === '}') scopes.pop();
      const { end, opens } = afterTemplate(source, at + 1);
      if (opens) scopes.push({ className: undefined, template: true });
      at = end;
      push(opens ? '{' : '""');
    } else if (sign === '/' && startsRegex(before[2])) {
      at = afterRegex(source, at);
      push('""');
    } else if (/[\p{ID_Start}$_#]/u.test(sign)) {
      WORD.lastIndex = at;
      const word = WORD.exec(source)?.[0] ?? sign;
      if (before[2] === 'class' && before[1] !== '.' && word !== 'extends') pending = { name: word, parentheses, angles: 0 };
      else if (word === 'class' && before[2] !== '.') pending = { name: before[2] === '=' || before[2] === ':' ? before[1] : '', parentheses, angles: 0 };
      at += word.length;
      push(word);
    } else {
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
  return found;
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

function afterRegex(source: string, at: number): number {
  let inClass = false;
  for (let end = at + 1; end < source.length; end++) {
    const sign = source[end];
    if (sign === '\\') end++;
    else if (sign === '\n') return at + 1;
    else if (sign === '[') inClass = true;
    else if (sign === ']') inClass = false;
    else if (sign === '/' && !inClass) return end + 1;
  }
  return at + 1;
}
