// speedscope's own format: https://www.speedscope.app/file-format-schema.json. Sums have no order: what is largest
// comes first. Pure.
import { inBytes, unitOf } from '../view/kinds.ts';
import type { Taken } from './walk.ts';
import { shownFrames, steps } from './walk.ts';

export function speedscope(taken: Taken): string {
  const { name, kind, tree, weight } = taken;
  const self = weight === 'us' ? tree.selfWeight : tree.selfCount;
  const events: { type: 'O' | 'C'; frame: number; at: number }[] = [];
  let at = 0;
  for (const { node, enters } of steps(taken)) {
    if (!enters) at += self[node] ?? 0;
    events.push({ type: enters ? 'O' : 'C', frame: tree.frame[node] ?? 0, at });
  }
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'liveprofiler',
    name,
    activeProfileIndex: 0,
    shared: { frames: shownFrames(tree).map(({ name, url, line, column }) => ({ name, ...(url === '' ? {} : { file: url }), ...(line === 0 ? {} : { line }), ...(column === 0 ? {} : { col: column }) })) },
    profiles: [{ type: 'evented', name, unit: weight === 'count' || unitOf(kind) === 'count' ? 'none' : inBytes(kind) ? 'bytes' : 'microseconds', startValue: 0, endValue: at, events }],
  });
}
