// A .cpuprofile for Chrome DevTools and VS Code: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/
// Sums have no order: each stack's time stands in one piece, what is largest first. Pure.
import type { Shown } from '../shown.ts';
import type { PositionTick } from './position-ticks.ts';
import { positionTicks } from './position-ticks.ts';
import type { Taken } from './walk.ts';
import { frameOf, shownFrames, steps } from './walk.ts';

/** Its times are µs, whatever widths mean on the page. */
export function cpuprofile({ range, tree, lines, ...taken }: Taken): string {
  const shown = shownFrames(tree);
  const children = tree.parent.map((): number[] => []);
  const ticks: readonly (PositionTick[] | undefined)[] = lines === undefined ? [] : positionTicks(tree, lines);
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  /** A delta is the time since the sample before, so a sample's length stands at the one that follows it. */
  let lastUs = 0;
  for (const { node, enters } of steps({ ...taken, tree, weight: 'us' })) {
    if (!enters) continue;
    children[tree.parent[node] ?? 0]?.push(node + 1);
    const selfUs = tree.selfWeight[node] ?? 0;
    if (selfUs === 0) continue;
    samples.push(node + 1);
    timeDeltas.push(lastUs);
    lastUs = selfUs;
  }
  const startTime = Math.round(range.fromMs * 1000);
  return JSON.stringify({
    nodes: tree.parent.map((_, node) => ({ id: node + 1, callFrame: callFrame(frameOf(tree, shown, node)), hitCount: tree.selfCount[node] ?? 0, children: children[node], positionTicks: ticks[node] })),
    startTime,
    endTime: startTime + timeDeltas.reduce((sum, us) => sum + us, lastUs),
    samples,
    timeDeltas,
  });
}

function callFrame({ name, url, line, column }: Shown): object {
  return { functionName: name, scriptId: '0', url, lineNumber: line - 1, columnNumber: column - 1 };
}
