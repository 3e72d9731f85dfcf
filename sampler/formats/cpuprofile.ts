// A .cpuprofile for Chrome DevTools and VS Code: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/
// Windows hold sums, no order: each stack's time stands in one piece, the largest first, idle last.
import type { Frame, Microseconds } from '../profile.ts';
import { IDLE } from '../profile.ts';
import type { FinishedWindow } from '../window.ts';
import { stackTotals } from './stacks.ts';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { functionName: string; scriptId: string; url: string; lineNumber: number; columnNumber: number };
  hitCount: number;
  readonly children: number[];
}

export function cpuprofile(windows: readonly FinishedWindow[]): string {
  const startTime = windows[0]?.startUs ?? 0;
  const idle: { count: number; weight: Microseconds } = { count: 0, weight: 0 };
  for (const { body } of windows) {
    idle.count += body.idle.count;
    idle.weight += body.idle.weight;
  }
  const root = nodeOf(1, { name: '(root)', url: '', line: 0, column: 0 });
  const nodes = [root];
  const byPath = new Map<string, ProfileNode>();
  const childOf = (parent: ProfileNode, frame: Frame): ProfileNode => {
    const key = JSON.stringify([parent.id, frame.name, frame.url, frame.line, frame.column]);
    const known = byPath.get(key);
    if (known !== undefined) return known;
    const node = nodeOf(nodes.length + 1, frame);
    nodes.push(node);
    parent.children.push(node.id);
    byPath.set(key, node);
    return node;
  };
  const samples: number[] = [];
  const lengthsUs: Microseconds[] = [];
  const idleFrames = [{ name: IDLE, url: '', line: 0, column: 0 }];
  for (const { frames, count, weight } of [...stackTotals(windows), { frames: idleFrames, ...idle }]) {
    if (weight === 0) continue;
    const node = frames.reduce(childOf, root);
    node.hitCount += count;
    samples.push(node.id);
    lengthsUs.push(weight);
  }
  // A delta is the time since the sample before, so a sample's length stands at the one that follows it.
  const timeDeltas = [0, ...lengthsUs.slice(0, -1)];
  const endTime = startTime + lengthsUs.reduce((sum, length) => sum + length, 0);
  return JSON.stringify({ nodes, startTime, endTime, samples, timeDeltas });
}

function nodeOf(id: number, { name, url, line, column }: Frame): ProfileNode {
  return { id, callFrame: { functionName: name, scriptId: '0', url, lineNumber: line - 1, columnNumber: column - 1 }, hitCount: 0, children: [] };
}
