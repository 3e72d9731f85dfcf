// Where functions end, from the tokens of a scanner: at the brace that closes the body, or, for an arrow function without
// braces, where its expression does. Pure.

interface Open {
  readonly offset: number;
  /** Brackets open around it. */
  readonly depth: number;
  /** What of it has been met. */
  part: 'parameters' | 'arrow' | 'braces' | 'expression';
}

export interface BodyEnds {
  /** Functions whose end is to come. */
  readonly open: number;
  /** By offset of the start. */
  readonly ends: ReadonlyMap<number, number>;
  begin(offset: number, depth: number): void;
  /** `depth`: brackets open behind it. */
  token(token: string, at: number, depth: number): void;
}

export function bodyEnds(): BodyEnds {
  let open: Open[] = [];
  const ends = new Map<number, number>();
  let before = '';

  /** Whether it ended. */
  function meets(one: Open, token: string, depth: number): boolean {
    if (depth < one.depth) return true;
    if (one.part === 'braces') return depth === one.depth;
    if (one.part === 'expression') return depth === one.depth && (token === ',' || token === ';');
    const opens = token === '{' && depth === one.depth + 1;
    if (one.part === 'arrow') one.part = opens ? 'braces' : 'expression';
    else if (opens) one.part = 'braces';
    else if (depth === one.depth && token === '>' && before === '=') one.part = 'arrow';
    return false;
  }

  return {
    get open() {
      return open.length;
    },
    ends,
    begin(offset, depth) {
      open.push({ offset, depth, part: 'parameters' });
    },
    token(token, at, depth) {
      if (open.length > 0) {
        open = open.filter((one) => {
          if (!meets(one, token, depth)) return true;
          ends.set(one.offset, at);
          return false;
        });
      }
      before = token;
    },
  };
}
