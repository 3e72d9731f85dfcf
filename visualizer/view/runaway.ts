// Whether a regular expression may take for ever on a name: then the page would stand still. Pure.
// Told by how it is written, so it is careful: of two ways to repeat the same text it takes any two as such.

/** More of them in a row multiply. */
const MOST_REPEATS = 3;
/** Each doubles the ways through. */
const MOST_OPTIONAL = 10;
const REPEAT = /^(?:[*+]|\{(?:0|\d+,\d*)\})/;
/** One way through, where what it counts has one. */
const COUNT = /^\{\d+\}/;

/** For what is a regular expression. */
export function mayRunAway(expression: string): boolean {
  /** Per open group: whether there is more than one way through it. */
  const groups: boolean[] = [];
  let repeats = 0;
  let optional = 0;
  /** What stands before is repeated, and nothing that must be there has come since. */
  let repeated = false;
  let closed: boolean | undefined;
  for (let at = 0; at < expression.length; ) {
    const rest = expression.slice(at);
    const repeat = REPEAT.exec(rest)?.[0];
    if (repeat !== undefined) {
      if (closed === true || ++repeats > MOST_REPEATS || repeated) return true;
      [repeated, closed] = [true, undefined];
      mark();
      at += repeat.length;
      if (expression[at] === '?') at++;
      continue;
    }
    const count = COUNT.exec(rest)?.[0];
    if (count !== undefined) {
      if (closed === true) return true;
      closed = undefined;
      at += count.length;
      continue;
    }
    const atom = atomOf(rest);
    at += atom.length;
    if (atom === '?') {
      if (++optional > MOST_OPTIONAL) return true;
      mark();
      closed = undefined;
      continue;
    }
    closed = undefined;
    if (atom === '|') {
      mark();
      repeated = false;
      if (groups.length === 0) [repeats, optional] = [0, 0];
    } else if (atom.startsWith('(')) groups.push(false);
    else if (atom === ')') {
      closed = groups.pop() ?? false;
      if (closed) mark();
    } else if (!isOptional(expression.slice(at)) && atom !== '^' && atom !== '$') repeated = false;
    if (/^\\[1-9k]/.test(atom)) return true;
  }
  return false;

  function mark(): void {
    if (groups.length > 0) groups[groups.length - 1] = true;
  }
}

/** An escape, a class, the head of a group, or a sign. */
function atomOf(rest: string): string {
  return /^(?:\\[^]|\[(?:\\[^]|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|[^])/u.exec(rest)?.[0] ?? rest.charAt(0);
}

/** What comes next says that the atom before it need not be there, or is itself repeated. */
function isOptional(rest: string): boolean {
  return rest.startsWith('?') || REPEAT.test(rest);
}
