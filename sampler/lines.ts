// Hits per line inside functions: V8 tells them per node of a whole profile, a window keeps them per function. Pure.
import type { V8Profile } from './v8-profiler.ts';

/** Of one node of V8's tree. */
export interface NodeLines {
  readonly node: number;
  readonly lines: readonly number[];
  readonly counts: readonly number[];
}

/**
 * `within`: the nodes of the samples that belong to the slice. V8 does not tell which sample was at which line: those of
 * the neighbours are taken off a node's lines in proportion, so that none counts twice.
 */
export function* linesWithin({ nodes, samples = [] }: V8Profile, within: readonly number[]): Generator<NodeLines, void, void> {
  const seen = tally(within);
  const all = seen.size === 0 || within.length === samples.length ? seen : tally(samples);
  for (const { id, positionTicks, callFrame } of nodes) {
    const mine = seen.get(id);
    // What has no line of its own, such as native code, has none of these.
    if (mine === undefined || positionTicks === undefined || callFrame.lineNumber < 0) continue;
    const lines: number[] = [];
    const ticks: number[] = [];
    let sum = 0;
    for (const { line, ticks: hits } of positionTicks) {
      if (line < 1) continue;
      lines.push(line);
      ticks.push(hits);
      sum += hits;
    }
    const most = Math.min(mine, Math.round((sum * mine) / (all.get(id) ?? mine)));
    if (most > 0) yield { node: id, lines, counts: most === sum ? ticks : shares(ticks, sum, most) };
  }
}

function tally(nodes: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  return counts;
}

/** Whole numbers that sum to `most`, each no more than it was. */
function shares(ticks: readonly number[], sum: number, most: number): number[] {
  let [before, told] = [0, 0];
  return ticks.map((hits) => {
    before += hits;
    const until = Math.round((before * most) / sum);
    const share = until - told;
    told = until;
    return share;
  });
}
