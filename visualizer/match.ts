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
  const groupsOfB = grouped(b, shownKey);
  for (const [key, ids] of grouped(a, shownKey)) {
    const others = groupsOfB.get(key) ?? [];
    const atPlace = grouped(b, placeKey, others);
    const taken = new Set<number>();
    // A bundle without source maps has thousands of functions without a name: each is looked up, not looked for.
    const left = ids.filter((id) => {
      const frame = a[id];
      const same = frame && atPlace.get(placeKey(frame))?.shift();
      if (same === undefined) return true;
      ofA[id] = same;
      taken.add(same);
      return false;
    });
    const free = others.filter((id) => !taken.has(id));
    if (left.length !== free.length) continue;
    const turns = inOrder(free, b);
    inOrder(left, a).forEach((id, turn) => { ofA[id] = turns[turn] ?? -1; });
  }
  a.forEach((frame, id) => { if (ofA[id] === -1) ofA[id] = functions.push(frame) - 1; });
  return { functions, ofA, ofB: b.map((_, id) => id) };
}

function grouped(frames: readonly Frame[], keyOf: (frame: Frame) => string, ids: Iterable<number> = frames.keys()): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const id of ids) {
    const frame = frames[id];
    if (frame === undefined) continue;
    const key = keyOf(frame);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [id]);
    else group.push(id);
  }
  return groups;
}

function shownKey(frame: Frame): string {
  const { name, url } = shownOf(frame);
  return JSON.stringify([name, url]);
}

function placeKey({ line, column }: Frame): string {
  return `${line}:${column}`;
}

function inOrder(ids: readonly number[], frames: readonly Frame[]): number[] {
  const place = (id: number): [number, number] => [frames[id]?.line ?? 0, frames[id]?.column ?? 0];
  return [...ids].sort((x, y) => place(x)[0] - place(y)[0] || place(x)[1] - place(y)[1]);
}
