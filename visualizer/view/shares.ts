// What the table of shares is called, what it is about when nothing is said, and what a value of it selects. Pure.
import type { SharesAnswer } from '../api.ts';
import type { Selection } from '../selection.ts';
import { narrowed } from '../selection.ts';
import { amount, wordsOf } from './kinds.ts';

const ROUTE = 'route';
const NAMES: Readonly<Record<string, string>> = { [ROUTE]: 'Routes', host: 'Hosts', process: 'Processes', thread: 'Threads' };

/** Which route it is for is what people ask first. */
export function usualKey(labels: Readonly<Record<string, unknown>>): string {
  return Object.hasOwn(labels, ROUTE) ? ROUTE : 'thread';
}

export function nameOfKey(by: string): string {
  return Object.hasOwn(NAMES, by) ? (NAMES[by] ?? by) : `By ${by}`;
}

/** The part of a selection that one value stands for; undefined for what has none. */
export function selectedBy(selection: Selection, by: string, name: string): Selection | undefined {
  if (name === '') return undefined;
  if (by === 'host') return narrowed(selection, { host: name });
  if (by === 'process') return narrowed(selection, { process: name });
  if (by !== 'thread') return narrowed(selection, { label: [by, name] });
  const thread = /\(([^()]+\/\d+)\)$/.exec(name)?.[1];
  return thread === undefined ? undefined : narrowed(selection, { thread });
}

/** Under the table. */
export function aboutShares({ by, busyUs, values, others }: SharesAnswer, kind: string): string {
  const named = values.filter(({ name }) => name !== '').length + (others?.values ?? 0);
  if (named === 0) return `Nothing that ran here carries the label ${by}.${by === ROUTE ? ' With labelRoutes: true at the sampler, what runs for a request carries its route.' : ''}`;
  return `${named.toLocaleString('en')} ${named === 1 ? 'value' : 'values'} of ${by}; shares are of ${amount(busyUs, 'us', kind)} ${wordsOf(kind).did}.`;
}
