// Lines and columns of a text as offsets in it. Pure.

export interface Positions {
  /** `line` and `column` 1-based; undefined where the text has no such line. */
  readonly offsetOf: (line: number, column: number) => number | undefined;
  /** 1-based. */
  readonly lineOf: (offset: number) => number;
}

export function positionsIn(text: string): Positions {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    offsetOf(line, column) {
      const start = starts[line - 1];
      return start === undefined || line < 1 || column < 1 ? undefined : Math.min(text.length, start + column - 1);
    },
    lineOf(offset) {
      let [first, beyond] = [0, starts.length];
      while (beyond - first > 1) {
        const middle = (first + beyond) >> 1;
        if ((starts[middle] ?? 0) <= offset) first = middle;
        else beyond = middle;
      }
      return first + 1;
    },
  };
}
