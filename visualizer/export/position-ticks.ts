// Hits per line for each node of a tree: the store knows them per function, over whole steps of five minutes. Pure.
import type { Frame } from 'liveprofiler-sampler/wire';
import type { CallTree, LinesAnswer } from '../../collector/store/contract.ts';

export interface PositionTick {
  readonly line: number;
  readonly ticks: number;
}

/**
 * By node; no node has more of them than samples. Where the lines are of a longer time than the tree, they are told in
 * proportion. Which of a function's calls was at which line nobody knows: the first ones get the first lines.
 */
export function positionTicks({ frames, frame, selfCount }: CallTree, { frames: known, selfCount: among, lines }: LinesAnswer): (PositionTick[] | undefined)[] {
  const places = new Map(known.map((one, index) => [keyOf(one), index]));
  const byFrame = new Map<number, PositionTick[]>();
  lines.frame.forEach((of, i) => {
    const ticks = byFrame.get(of) ?? [];
    byFrame.set(of, ticks);
    ticks.push({ line: lines.line[i] ?? 0, ticks: lines.count[i] ?? 0 });
  });
  const inTree = new Float64Array(frames.length);
  frame.forEach((of, node) => { if (of >= 0) inTree[of] = (inTree[of] ?? 0) + (selfCount[node] ?? 0); });
  const left = frames.map((one, of) => {
    const place = places.get(keyOf(one));
    return place === undefined ? [] : inProportion(byFrame.get(place) ?? [], inTree[of] ?? 0, among[place] ?? 0);
  });
  return frame.map((of, node) => {
    const taken = taking(left[of] ?? [], selfCount[node] ?? 0);
    return taken.length === 0 ? undefined : taken;
  });
}

/** Of ticks among `all` samples, those among `part` of them. */
function inProportion(ticks: readonly PositionTick[], part: number, all: number): PositionTick[] {
  let [before, told] = [0, 0];
  return ticks.map(({ line, ticks: hits }) => {
    before += hits;
    const until = all === 0 ? 0 : Math.floor((before * part) / all);
    const share = until - told;
    told = until;
    return { line, ticks: share };
  });
}

/** Takes at most `most` ticks from the front of those that are left. */
function taking(left: PositionTick[], most: number): PositionTick[] {
  const taken: PositionTick[] = [];
  for (let rest = most; rest > 0; ) {
    const first = left.shift();
    if (first === undefined) break;
    const ticks = Math.min(rest, first.ticks);
    if (ticks > 0) taken.push({ line: first.line, ticks });
    if (first.ticks > ticks) left.unshift({ line: first.line, ticks: first.ticks - ticks });
    rest -= ticks;
  }
  return taken;
}

function keyOf({ name, url, line, column, original }: Frame): string {
  return JSON.stringify([name, url, line, column, original]);
}
