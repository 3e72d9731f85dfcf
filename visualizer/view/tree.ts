// The flame graph's tree as the page handles it: keys of frames, paths of keys, grafts. Pure.
import type { Frame } from 'liveprofiler-sampler/wire';
import type { FlameNode } from '../api.ts';

/** Its name; with its place where a sibling has the same name. */
export function keyOf(node: FlameNode, siblings: readonly FlameNode[]): string {
  return siblings.some((other) => other !== node && other.name === node.name) ? longKey(node) : node.name;
}

/** The nodes that keys lead to, from the root, as far as they lead. The root itself is not in it. */
export function follow(root: FlameNode, keys: readonly string[]): FlameNode[] {
  const path: FlameNode[] = [];
  let here = root;
  for (const key of keys) {
    const next = here.c.find((child) => longKey(child) === key) ?? here.c.find((child) => child.name === key);
    if (next === undefined) break;
    path.push(next);
    here = next;
  }
  return path;
}

/** What the store calls the frames of a path; undefined when one of them is not the store's. */
export function framesOf(path: readonly FlameNode[]): Frame[] | undefined {
  const frames = path.map(({ frame }) => (frame === undefined ? undefined : { name: frame[0], url: frame[1], line: frame[2], column: frame[3] }));
  return frames.every((frame) => frame !== undefined) ? frames : undefined;
}

/** The tree with what another one has at the end of the path: its totals follow. */
export function graft(root: FlameNode, path: readonly FlameNode[], other: FlameNode): FlameNode {
  const [next, ...rest] = path;
  if (next === undefined) return { ...root, selfCount: other.selfCount, selfUs: other.selfUs, totalCount: other.totalCount, totalUs: other.totalUs, c: other.c };
  const there = other.c.find((child) => sameFrame(child, next));
  if (there === undefined) return root;
  const c = root.c.map((child) => (child === next ? graft(child, rest, there) : child));
  return { ...root, c, totalCount: root.selfCount + sum(c, 'totalCount'), totalUs: root.selfUs + sum(c, 'totalUs') };
}

function sameFrame(a: FlameNode, b: FlameNode): boolean {
  return a.frame !== undefined && b.frame !== undefined && a.frame.every((part, index) => part === b.frame?.[index]);
}

function longKey({ name, url, line, frame }: FlameNode): string {
  return `${name} ${url}:${line}:${frame?.[3] ?? 0}`;
}

function sum(nodes: readonly FlameNode[], of: 'totalCount' | 'totalUs'): number {
  return nodes.reduce((total, node) => total + node[of], 0);
}
