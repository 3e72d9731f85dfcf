// What a search means and what it finds. Pure, but for the time that it may take.
import type { FlameNode } from '../api.ts';
import { mayRunAway } from './runaway.ts';
import type { Weight } from './state.ts';
import { nameOf } from './words.ts';

export interface Search {
  readonly matches: (node: Pick<FlameNode, 'name' | 'url' | 'line'>) => boolean;
  /** False when the text is no regular expression, or one that takes too long: then it is looked for as it stands. */
  readonly valid: boolean;
}

/** What one search may take of the page's time, in names that took it long. */
const MOST_MS = 300;
const LONG_MS = 1;
/** Of a name, for an expression that repeats. */
const MOST_LENGTH = 300;

/** By name and by place, whatever the case; undefined for no text. */
export function searchFor(text: string): Search | undefined {
  if (text === '') return undefined;
  const wanted = text.toLowerCase();
  const expression = expressionOf(text);
  const length = /[*+{]/.test(text) ? MOST_LENGTH : Number.POSITIVE_INFINITY;
  let leftMs = expression === undefined ? 0 : MOST_MS;
  const tests = (known: string): boolean => {
    if (expression === undefined || leftMs <= 0) return false;
    const startMs = performance.now();
    const found = expression.test(known.slice(0, length));
    const tookMs = performance.now() - startMs;
    if (tookMs > LONG_MS) leftMs -= tookMs;
    return found;
  };
  return {
    get valid() { return leftMs > 0; },
    matches: (node) => [node.name, nameOf(node), node.url === '' ? '' : `${node.url}:${node.line}`].some((known) => known !== '' && (tests(known) || known.toLowerCase().includes(wanted))),
  };
}

/** Finds a name alone, as a whole. */
export function exactly(name: string): string {
  return `^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
}

/** What the stacks that match stand for, each stack once. */
export function matchedWeight(root: FlameNode, { matches }: Search, weight: Weight): number {
  const below = (node: FlameNode): number => node.c.reduce((sum, child) => sum + (matches(child) ? (weight === 'us' ? child.totalUs : child.totalCount) : below(child)), 0);
  return below(root);
}

function expressionOf(text: string): RegExp | undefined {
  try {
    const expression = new RegExp(text, 'i');
    return mayRunAway(text) ? undefined : expression;
  } catch {
    return undefined;
  }
}
