// The groups that colours, legend and hiding speak of: an origin, or one npm package. Pure.
import type { FlameNode } from '../api.ts';
import { packageOf } from '../origin.ts';
import type { Weight } from './state.ts';
import { ORIGINS } from './words.ts';

export interface Group {
  readonly key: string;
  readonly name: string;
  /** What its functions did themselves. */
  readonly self: number;
}

/** Colours that packages share. */
const PACKAGE_COLOURS = 8;
const PACKAGE = 'package:';

type Grouped = Pick<FlameNode, 'origin' | 'url'>;

/** An origin, or `package:` and its name. */
export function groupOf({ origin, url }: Grouped): string {
  return origin === 'package' ? PACKAGE + (packageOf(url) ?? '') : origin;
}

/** The same for a package on every page, whatever else is there. */
export function colourOf(key: string): string {
  return key.startsWith(PACKAGE) ? `package-${hashOf(key) % PACKAGE_COLOURS}` : key;
}

/** As far as colours go, packages that stand together get different ones; time does not change them. */
export function coloursOf(keys: Iterable<string>): (key: string) => string {
  const packages = [...new Set(keys)].filter((key) => key.startsWith(PACKAGE)).sort();
  const taken = new Map<number, string>();
  const colours = new Map<string, string>();
  for (const key of packages) {
    const steps = Array.from({ length: PACKAGE_COLOURS }, (_, step) => (hashOf(key) + step) % PACKAGE_COLOURS);
    const free = steps.find((colour) => !taken.has(colour)) ?? hashOf(key) % PACKAGE_COLOURS;
    taken.set(free, key);
    colours.set(key, `package-${free}`);
  }
  return (key) => colours.get(key) ?? colourOf(key);
}

function hashOf(key: string): number {
  let hash = 0;
  for (const sign of key) hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) % 65_521;
  return hash;
}

export function groupName(key: string): string {
  if (key.startsWith(PACKAGE)) return key.slice(PACKAGE.length);
  return (ORIGINS as Readonly<Record<string, string>>)[key] ?? key;
}

/** All groups of a tree, own code first, then by what they did. */
export function groupsOf(root: FlameNode, weight: Weight): Group[] {
  const sums = new Map<string, number>();
  const visit = (node: FlameNode): void => {
    const key = groupOf(node);
    sums.set(key, (sums.get(key) ?? 0) + (weight === 'us' ? node.selfUs : node.selfCount));
    node.c.forEach(visit);
  };
  root.c.forEach(visit);
  const rank = (key: string): number => (key === 'own' ? 0 : key === 'part' ? 2 : 1);
  return [...sums].map(([key, self]) => ({ key, name: groupName(key), self })).sort((a, b) => rank(a.key) - rank(b.key) || b.self - a.self || (a.key < b.key ? -1 : 1));
}
