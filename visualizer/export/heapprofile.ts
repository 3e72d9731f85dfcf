// A .heapprofile for the Memory panel of Chrome DevTools: what was held or allocated, by where. Pure.
import type { Taken } from './walk.ts';
import { frameOf, shownFrames, steps } from './walk.ts';

interface HeapNode {
  readonly callFrame: object;
  readonly selfSize: number;
  readonly id: number;
  readonly children: HeapNode[];
}

export function heapprofile({ tree, ...taken }: Taken): string {
  const shown = shownFrames(tree);
  const nodeOf = (node: number): HeapNode => {
    const { name, url, line, column } = frameOf(tree, shown, node);
    return { callFrame: { functionName: name, scriptId: '0', url, lineNumber: line - 1, columnNumber: column - 1 }, selfSize: tree.selfWeight[node] ?? 0, id: node + 1, children: [] };
  };
  const head = nodeOf(0);
  const open = [head];
  for (const { node, enters } of steps({ ...taken, tree, weight: 'us' })) {
    if (!enters) {
      open.pop();
      continue;
    }
    const made = nodeOf(node);
    open.at(-1)?.children.push(made);
    open.push(made);
  }
  return JSON.stringify({ head, samples: [] });
}
