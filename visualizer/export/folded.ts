// Folded text, as flamegraph.pl reads it: `a;b;c 42`, one stack a line. Pure.
import type { Shown } from '../shown.ts';
import type { Taken } from './walk.ts';
import { frameOf, shownFrames, steps } from './walk.ts';

/** The figure is samples, or whole µs or bytes. */
export function folded(taken: Taken): string {
  const { tree, weight } = taken;
  const self = weight === 'us' ? tree.selfWeight : tree.selfCount;
  const shown = shownFrames(tree);
  const path: string[] = [];
  const lines: string[] = [];
  for (const { node, enters } of steps(taken)) {
    if (!enters) {
      path.pop();
      continue;
    }
    path.push(textOf(frameOf(tree, shown, node)));
    if ((self[node] ?? 0) > 0) lines.push(`${path.join(';')} ${self[node] ?? 0}\n`);
  }
  return lines.join('');
}

/** What separates frames and lines in this format is escaped. */
function textOf({ name, url, line }: Shown): string {
  const place = url === '' ? '' : ` (${url}${line > 0 ? `:${line}` : ''})`;
  return `${name}${place}`.replace(/[;\n\r]/g, encodeURIComponent);
}
