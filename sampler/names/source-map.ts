// Looks places up in a source map, all of one file in one pass over its mappings: nothing is kept but what was asked.
// https://tc39.es/ecma426/ Pure.

/** 0-based, as V8 and source maps count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Origin extends Position {
  readonly source: number;
  /** Index into `names`, where the segment starts at the very position asked for. */
  readonly name: number | undefined;
}

const [COMMA, SEMICOLON] = [0x2c, 0x3b];
const DIGITS = new Int8Array(128).fill(-1);
Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach((digit, value) => {
  DIGITS[digit] = value;
});

/**
 * What each position came from, in the order asked; undefined where the map says nothing.
 * @throws RangeError on mappings that are no base64 VLQ.
 */
export function originsOf(mappings: Uint8Array, positions: readonly Position[]): (Origin | undefined)[] {
  const origins = new Array<Origin | undefined>(positions.length).fill(undefined);
  const order = positions.map((_, index) => index).sort((a, b) => compare(positions[a], positions[b]));
  let next = 0;
  let here: Segment | undefined;
  /** All before (line, column) belong to the segment before. */
  const settle = (untilLine: number, untilColumn: number): void => {
    for (let index = order[next]; index !== undefined; index = order[++next]) {
      const position = positions[index];
      if (position === undefined || position.line > untilLine || (position.line === untilLine && position.column >= untilColumn)) return;
      if (position.line !== here?.line || here.origin === undefined) continue;
      origins[index] = position.column === here.column ? here.origin : { ...here.origin, name: undefined };
    }
  };
  eachSegment(mappings, (segment) => {
    settle(segment.line, segment.column);
    here = segment;
    return next < order.length;
  });
  settle(Number.POSITIVE_INFINITY, 0);
  return origins;
}

/**
 * By line asked for, 0-based, ascending: the first line of the source that it came from, 0-based. Absent where the map
 * says nothing, and for a line put together from lines far apart, as those of minified bundles are: V8 tells no columns.
 * @throws RangeError on mappings that are no base64 VLQ.
 */
export function linesOf(mappings: Uint8Array, lines: readonly number[]): Map<number, number> {
  const found = new Map<number, number>();
  let next = 0;
  let first: Origin | undefined;
  let far = false;
  const settle = (untilLine: number): void => {
    for (let line = lines[next]; line !== undefined && line < untilLine; line = lines[++next]) {
      if (first !== undefined && !far) found.set(line, first.line);
      first = undefined;
      far = false;
    }
  };
  eachSegment(mappings, ({ line, origin }) => {
    settle(line);
    if (lines[next] === line && origin !== undefined) {
      first ??= origin;
      far ||= origin.source !== first.source || Math.abs(origin.line - first.line) > MOST_APART;
    }
    return next < lines.length;
  });
  settle(Number.POSITIVE_INFINITY);
  return found;
}

/** Of lines, and of columns in one. */
const MOST = 2 ** 31 - 1;
/** Lines of a source that formatting may have put into one. */
const MOST_APART = 3;

interface Segment extends Position {
  readonly origin: Origin | undefined;
}

/** In their order, as long as `visit` answers true. */
function eachSegment(mappings: Uint8Array, visit: (segment: Segment) => boolean): void {
  let at = 0;
  let line = 0;
  let column = 0;
  let [source, sourceLine, sourceColumn, name] = [0, 0, 0, 0];

  function number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 5) {
      const digit = DIGITS[mappings[at++] ?? 127] ?? -1;
      if (digit < 0 || shift > 30) throw new RangeError(`The mappings break off at character ${at}`);
      value += (digit & 31) * 2 ** shift;
      if ((digit & 32) === 0) return value % 2 === 1 ? -(value - 1) / 2 : value / 2;
    }
  }
  const endsSegment = (): boolean => at >= mappings.length || mappings[at] === COMMA || mappings[at] === SEMICOLON;

  while (at < mappings.length) {
    const sign = mappings[at];
    if (sign === SEMICOLON) {
      line++;
      column = 0;
      at++;
    } else if (sign === COMMA) at++;
    else {
      column += number();
      let origin: Origin | undefined;
      if (!endsSegment()) {
        source += number();
        sourceLine += number();
        sourceColumn += number();
        const named = !endsSegment();
        if (named) name += number();
        // A broken map may lead out of every file.
        if (source >= 0 && sourceLine >= 0 && sourceLine < MOST && sourceColumn >= 0 && sourceColumn < MOST) origin = { source, line: sourceLine, column: sourceColumn, name: named ? name : undefined };
      }
      if (!visit({ line, column, origin })) return;
    }
  }
}

function compare(a: Position | undefined, b: Position | undefined): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
