// Trees as the page gets them, from a line or two.
import type { FlameNode } from '../../../visualizer/api.ts';
import { originOf } from '../../../visualizer/origin.ts';

/** `self` samples, each standing for 1 µs. */
export function node(name: string, self: number, { url = `/app/${name}.js`, line = 1, ...known }: Partial<FlameNode>, ...c: readonly FlameNode[]): FlameNode {
  const total = c.reduce((sum, { totalUs }) => sum + totalUs, self);
  return { name, url, line, origin: originOf({ name, url }), selfCount: self, selfUs: self, totalCount: total, totalUs: total, frame: [name, url, line, 0], c, ...known };
}

/** `name self total (children)`. */
export function told({ name, selfUs, totalUs, c }: FlameNode): string {
  return `${name} ${selfUs} ${totalUs}${c.length === 0 ? '' : ` (${c.map(told).join(', ')})`}`;
}
