// A .cpuprofile for Chrome DevTools and VS Code: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/
// Windows hold sums, no order: each stack's time stands in one piece, the largest first, idle last. In pieces.
import type { Frame, Microseconds } from '../profile.ts';
import { IDLE } from '../profile.ts';
import type { FinishedWindow } from '../window.ts';
import { summed } from './stacks.ts';

const ROOT: Frame = { name: '(root)', url: '', line: 0, column: 0 };
const AT_A_TIME = 2000;

export function* cpuprofile(windows: readonly FinishedWindow[]): Generator<string, void> {
  const { body, order } = yield* summed(windows);
  const { frames, parent, frame, idle } = body;
  const hits = new Map(Array.from(body.stack, (stack, row) => [stack, body.count[row] ?? 0]));
  const rows = order.filter((row) => (body.weight[row] ?? 0) !== 0);
  const samples = rows.map((row) => idOf(body.stack[row] ?? 0));
  const lengthsUs: Microseconds[] = rows.map((row) => body.weight[row] ?? 0);
  // Every stack of the table is a node; idle is one more.
  const children: (number[] | undefined)[] = [];
  for (let stack = 1; stack < parent.length; stack++) {
    (children[parent[stack] ?? 0] ??= []).push(idOf(stack));
    if (stack % AT_A_TIME === 0) yield '';
  }
  const idleId = idOf(parent.length);
  if (idle.weight !== 0) {
    (children[0] ??= []).push(idleId);
    samples.push(idleId);
    lengthsUs.push(idle.weight);
  }
  yield '{"nodes":[';
  yield node(1, ROOT, 0, children[0]);
  for (let stack = 1; stack < parent.length; stack++) yield `,${node(idOf(stack), frames[frame[stack] ?? 0] ?? ROOT, hits.get(stack) ?? 0, children[stack])}`;
  if (idle.weight !== 0) yield `,${node(idleId, { ...ROOT, name: IDLE }, idle.count, undefined)}`;
  const startTime = windows[0]?.startUs ?? 0;
  yield `],"startTime":${startTime},"endTime":${startTime + lengthsUs.reduce((sum, us) => sum + us, 0)},"samples":[`;
  yield* list(samples);
  yield '],"timeDeltas":[';
  // A delta is the time since the sample before, so a sample's length stands at the one that follows it.
  yield* list(samples.map((_, at) => (at === 0 ? 0 : (lengthsUs[at - 1] ?? 0))));
  yield ']}';
}

function idOf(stack: number): number {
  return stack + 1;
}

function node(id: number, { name, url, line, column }: Frame, hitCount: number, children: readonly number[] = []): string {
  return JSON.stringify({ id, callFrame: { functionName: name, scriptId: '0', url, lineNumber: line - 1, columnNumber: column - 1 }, hitCount, children });
}

function* list(numbers: readonly number[]): Generator<string, void> {
  for (let at = 0; at < numbers.length; at += AT_A_TIME) yield `${at === 0 ? '' : ','}${numbers.slice(at, at + AT_A_TIME).join(',')}`;
}
