// Lines and columns of a text as offsets in it. Pure.

/** `line` and `column` 1-based; undefined where the text has no such line. */
export function offsetFinder(text: string): (line: number, column: number) => number | undefined {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (line, column) => {
    const start = starts[line - 1];
    return start === undefined || line < 1 || column < 1 ? undefined : Math.min(text.length, start + column - 1);
  };
}
