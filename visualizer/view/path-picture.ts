// Retaining paths as a picture: the ways from the root, drawn as a tree whose branches are what they do not share. Pure.
import type { RetainingPath, Step } from '../snapshot/answers.ts';

export interface Box {
  readonly step: Step;
  /** Column and row of the grid, from 0 on; a column may be a half. */
  readonly column: number;
  readonly row: number;
  readonly from: Box | undefined;
  /** The last of one of the paths. */
  readonly isEnd: boolean;
}

export interface Picture {
  readonly boxes: readonly Box[];
  readonly columns: number;
  readonly rows: number;
}

interface Branch {
  readonly step: Step;
  readonly next: Branch[];
  isEnd: boolean;
}

/** Of a longer path the middle is left out: it is in the text. */
const MOST_ROWS = 40;

export function pictureOf(paths: readonly RetainingPath[]): Picture {
  const roots: Branch[] = [];
  for (const path of paths) {
    let level = roots;
    const steps = path.length <= MOST_ROWS ? path : [...path.slice(0, MOST_ROWS / 2), ...path.slice(-MOST_ROWS / 2)];
    steps.forEach((step, index) => {
      let branch = level.find((one) => one.step.object.id === step.object.id);
      if (branch === undefined) level.push((branch = { step, next: [], isEnd: false }));
      if (index === steps.length - 1) branch.isEnd = true;
      level = branch.next;
    });
  }
  const boxes: Box[] = [];
  let columns = 0;
  let rows = 0;
  /** Lays out what comes after, then stands in the middle above it. */
  const place = (branch: Branch, row: number): Box => {
    rows = Math.max(rows, row + 1);
    const after = branch.next.map((next) => place(next, row + 1));
    const [first, last] = [after[0], after.at(-1)];
    const column = first === undefined || last === undefined ? columns++ : (first.column + last.column) / 2;
    const box: Box = { step: branch.step, column, row, from: undefined, isEnd: branch.isEnd };
    boxes.push(box);
    for (const next of after) Object.assign(next, { from: box });
    return box;
  };
  for (const root of roots) place(root, 0);
  return { boxes, columns, rows };
}
