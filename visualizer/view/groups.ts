// The groups that colours, legend and hiding speak of: an origin, or one npm package. Pure.
import type { FlameNode } from '../api.ts';
import { packageOf } from '../origin.ts';
import type { Weight } from './state.ts';
import { selfOf, totalOf } from './weights.ts';
import { ORIGINS } from './words.ts';

export interface Group {
  readonly key: string;
  readonly name: string;
  /** What its functions did themselves. */
  readonly self: number;
  /** Share of the drawing that its frames fill. */
  readonly area: number;
}

/** Colours that packages share. */
const PACKAGE_COLOURS = 8;
const PACKAGE = 'package:';
/** Asked for at every drawing. */
const packages = new WeakMap<Grouped, string>();
/** Of the drawing. */
const WELL_SEEN = 0.01;

type Grouped = Pick<FlameNode, 'origin' | 'url'>;

/** An origin, or `package:` and its name. */
export function groupOf(node: Grouped): string {
  if (node.origin !== 'package') return node.origin;
  const key = packages.get(node) ?? PACKAGE + (packageOf(node.url) ?? '');
  packages.set(node, key);
  return key;
}

/** The same for a package on every page, whatever else is there. */
export function colourOf(key: string): string {
  return key.startsWith(PACKAGE) ? `package-${hashOf(key) % PACKAGE_COLOURS}` : key;
}

/** As far as colours go, packages that stand together get different ones: first what is seen well, then in the order of names, so that time hardly changes them. */
export function coloursOf(groups: readonly Pick<Group, 'key' | 'area'>[]): (key: string) => string {
  const well = new Set(groups.filter(({ area }) => area >= WELL_SEEN).map(({ key }) => key));
  const packages = groups.map(({ key }) => key).filter((key) => key.startsWith(PACKAGE)).sort((a, b) => Number(well.has(b)) - Number(well.has(a)) || (a < b ? -1 : 1));
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
  const sums = new Map<string, { self: number; area: number }>();
  let whole = 0;
  const visit = (node: FlameNode): void => {
    const key = groupOf(node);
    const sum = sums.get(key) ?? { self: 0, area: 0 };
    sums.set(key, sum);
    sum.self += selfOf(node, weight);
    sum.area += totalOf(node, weight);
    whole += totalOf(node, weight);
    node.c.forEach(visit);
  };
  root.c.forEach(visit);
  const rank = (key: string): number => (key === 'own' ? 0 : key === 'part' ? 2 : 1);
  return [...sums].map(([key, { self, area }]) => ({ key, name: groupName(key), self, area: whole === 0 ? 0 : area / whole })).sort((a, b) => rank(a.key) - rank(b.key) || b.self - a.self || (a.key < b.key ? -1 : 1));
}
