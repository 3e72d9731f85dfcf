// Lines and columns of a text as offsets in it. Pure.
import type { Frame } from '../profile.ts';

export interface Positions {
  readonly text: string;
  /** `line` and `column` 1-based; undefined where the text has no such line. */
  readonly offsetOf: (line: number, column: number) => number | undefined;
  /** 1-based. */
  readonly lineOf: (offset: number) => number;
}

export function positionsIn(text: string): Positions {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    text,
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

/** Profiles tell of a function where its parameters begin, stack traces where it does: moved there, both are one frame. */
export function atParameters({ text, offsetOf }: Positions, frames: readonly Frame[]): Frame[] {
  return frames.map((frame) => {
    const start = offsetOf(frame.line, frame.column) ?? text.length;
    const length = text.slice(start, start + 600).indexOf('(');
    const before = text.slice(start, start + Math.max(0, length));
    const word = before.replace(/^(?:(?:async|function|get|set)\b\s*)*[*\s]*/, '').trimEnd();
    const isHead = word === frame.name.replace(/^[gs]et /, '') || word === 'constructor' || (word === '' && before !== '');
    return length > 0 && isHead && !before.includes('\n') ? { ...frame, column: frame.column + length } : frame;
  });
}
