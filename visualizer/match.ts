// Which function of one profile is which of another, when lines have moved between two versions. Pure.
import type { Frame } from 'liveprofiler-sampler/wire';
import { shownOf } from './shown.ts';

/** Functions of both, and for each frame of either its place among them. */
export interface Matched {
  readonly functions: readonly Frame[];
  readonly ofA: readonly number[];
  readonly ofB: readonly number[];
}

/**
 * Same name and file is the same function. Where a file has several of a name (all without one, say), those that
 * start at the same place are the same, and of the rest, when as many are left on either side, each is the one that
 * comes at its turn.
 */
export function matchFrames(a: readonly Frame[], b: readonly Frame[]): Matched {
  const functions = [...b];
  const ofA = new Array<number>(a.length).fill(-1);
  const groupsOfB = grouped(b);
  for (const [key, ids] of grouped(a)) {
    const free = new Set(groupsOfB.get(key));
    const left = ids.filter((id) => {
      const same = [...free].find((other) => samePlace(a[id], b[other]));
      if (same === undefined) return true;
      ofA[id] = same;
      free.delete(same);
      return false;
    });
    if (left.length !== free.size) continue;
    const turns = inOrder([...free], b);
    inOrder(left, a).forEach((id, turn) => { ofA[id] = turns[turn] ?? -1; });
  }
  a.forEach((frame, id) => { if (ofA[id] === -1) ofA[id] = functions.push(frame) - 1; });
  return { functions, ofA, ofB: b.map((_, id) => id) };
}

function grouped(frames: readonly Frame[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  frames.forEach((frame, id) => {
    const { name, url } = shownOf(frame);
    const key = JSON.stringify([name, url]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [id]);
    else group.push(id);
  });
  return groups;
}

function samePlace(a: Frame | undefined, b: Frame | undefined): boolean {
  return a !== undefined && a.line === b?.line && a.column === b.column;
}

function inOrder(ids: readonly number[], frames: readonly Frame[]): number[] {
  const place = (id: number): [number, number] => [frames[id]?.line ?? 0, frames[id]?.column ?? 0];
  return [...ids].sort((x, y) => place(x)[0] - place(y)[0] || place(x)[1] - place(y)[1]);
}
