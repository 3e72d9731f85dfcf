// What a page of comparing shows. It lives in the address. Pure.
import type { By, DiffOrder, With } from './change.ts';
import { BY, DIFF_ORDERS, WITH } from './change.ts';
import { inTime } from './kinds.ts';
import { hasSide, sideOf } from './sides.ts';
import type { Sorting } from './sorting.ts';
import type { Subject } from './state.ts';
import { questionOf, readSubject, writeSubject } from './state.ts';

export interface DiffState extends Sorting<DiffOrder> {
  /** Undefined while `with` says what it is. */
  readonly a: Subject | undefined;
  readonly b: Subject;
  readonly with: With;
  readonly by: By;
  /** What the table tells. */
  readonly of: 'self' | 'total';
  readonly search: string;
  readonly zoom: readonly string[];
  /** More is drawn than fits at first. */
  readonly more: boolean;
  readonly utc: boolean;
}

const MORE = '20000';

export function readDiff(search: string): DiffState {
  const query = new URLSearchParams(search);
  const b = readSubject(sideOf(query, 'b'), '');
  return {
    a: hasSide(query, 'a') && !query.has('with') ? readSubject(sideOf(query, 'a'), '') : undefined,
    b,
    with: WITH.find((one) => one === query.get('with')) ?? WITH[0],
    by: BY.find((one) => one === query.get('by')) ?? usualBy(b),
    of: query.get('of') === 'total' ? 'total' : 'self',
    order: DIFF_ORDERS.find((one) => one === query.get('order')) ?? DIFF_ORDERS[0],
    turned: query.get('turned') === '1',
    search: query.get('search') ?? '',
    zoom: query.getAll('zoom'),
    more: query.get('more') === '1',
    utc: query.get('utc') === '1',
  };
}

export function diffAddress(state: DiffState): string {
  const query = new URLSearchParams();
  if (state.a !== undefined) addSide(query, 'a', writeSubject(state.a));
  addSide(query, 'b', writeSubject(state.b));
  if (state.a === undefined && state.with !== WITH[0]) query.set('with', state.with);
  if (state.by !== usualBy(state.b)) query.set('by', state.by);
  if (state.of === 'total') query.set('of', 'total');
  if (state.order !== DIFF_ORDERS[0]) query.set('order', state.order);
  if (state.search !== '') query.set('search', state.search);
  for (const name of state.zoom) query.append('zoom', name);
  for (const key of ['turned', 'more', 'utc'] as const) if (state[key]) query.set(key, '1');
  const text = query.toString();
  return `/diff${text === '' ? '' : `?${text}`}`;
}

export function diffQuestion({ a, b, with: other, by, more, utc }: DiffState): string {
  const query = new URLSearchParams({ by });
  if (a === undefined) query.set('with', other);
  else addSide(query, 'a', new URLSearchParams(questionOf({ ...a, utc })));
  addSide(query, 'b', new URLSearchParams(questionOf({ ...b, utc })));
  if (more) query.set('limit', MORE);
  return query.toString();
}

/** Where what is looked at is compared with something else. */
export function compareAddress(subject: Subject, other: With): string {
  const query = new URLSearchParams({ with: other });
  addSide(query, 'b', writeSubject(subject));
  return `/diff?${query.toString()}`;
}

/** Where two that are looked at are compared with each other. */
export function pairAddress(a: Subject, b: Subject): string {
  return diffAddress({ ...readDiff(''), by: usualBy(b), a, b });
}

/** Who looks at memory asks what grew, not what part of it grew. */
function usualBy({ selection }: Subject): By {
  return inTime(selection.kind) ? BY[0] : 'duration';
}

function addSide(query: URLSearchParams, side: 'a' | 'b', more: URLSearchParams): void {
  for (const [key, value] of more) query.append(`${side}.${key}`, value);
}
