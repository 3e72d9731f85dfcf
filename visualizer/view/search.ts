// What a search means and what it finds. Pure.
import type { FlameNode } from '../api.ts';
import { mayRunAway } from './runaway.ts';
import type { Weight } from './state.ts';
import { nameOf } from './words.ts';

export interface Search {
  readonly matches: (node: Pick<FlameNode, 'name' | 'url' | 'line'>) => boolean;
  /** False when the text is no regular expression, or one that could take for ever: then it is looked for as it stands. */
  readonly valid: boolean;
}

/** By name and by place, whatever the case; undefined for no text. */
export function searchFor(text: string): Search | undefined {
  if (text === '') return undefined;
  const wanted = text.toLowerCase();
  const expression = expressionOf(text);
  return {
    valid: expression !== undefined,
    matches: (node) => [node.name, nameOf(node), node.url === '' ? '' : `${node.url}:${node.line}`].some((known) => known !== '' && (expression?.test(known) === true || known.toLowerCase().includes(wanted))),
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
