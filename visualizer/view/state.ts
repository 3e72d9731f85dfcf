// What a page of flames shows. It lives in the address, so that the address is a link to this view. Pure.
import type { Range } from '../../collector/store/contract.ts';
import type { FrameKey } from '../api.ts';
import type { FunctionOrder } from './functions.ts';
import type { Selection } from '../selection.ts';
import { readSelection, titleOf, writeSelection } from '../selection.ts';

/** What is looked at, and when: what every page has that asks for profiles. */
export interface Subject {
  readonly selection: Selection;
  readonly from: string;
  readonly until: string;
}

/** When, and how times are told: what every page with lines over time has. */
export interface Times extends Pick<Subject, 'from' | 'until'> {
  readonly live: boolean;
  readonly utc: boolean;
}

/** What widths and numbers tell. */
export type Weight = 'us' | 'count';

const VIEWS = ['flames', 'both', 'table', 'shares'] as const;
const ORDERS = ['self', 'total', 'name'] as const;

export interface GraphState extends Subject, Times {
  readonly view: (typeof VIEWS)[number];
  readonly weight: Weight;
  readonly idle: boolean;
  readonly search: string;
  /** Callers upwards, as a flame; downwards, as an icicle, otherwise. */
  readonly up: boolean;
  /** Groups of functions that are taken out. */
  readonly hide: readonly string[];
  readonly fold: boolean;
  /** The function whose callers and callees stand instead of the flames. */
  readonly of: FrameKey | undefined;
  readonly order: FunctionOrder;
  readonly turned: boolean;
  /** Keys of frames below the root, as tree.ts makes them. */
  readonly zoom: readonly string[];
  /** What `limit` cut under the zoom is asked for too. */
  readonly open: boolean;
  /** What the lines over time and the table of shares are by: empty for one line, and no such table. */
  readonly by: string;
}

const START = { from: '-15minutes', until: 'now', view: VIEWS[0], weight: 'us', search: '', by: '', order: ORDERS[0] } as const;

/** A page of one host has its name in its path: `host` is that. */
export function readSubject(query: URLSearchParams, host: string): Subject {
  const selection = readSelection(query);
  return {
    selection: host === '' ? selection : { ...selection, hosts: [host] },
    from: query.get('from') ?? START.from,
    until: query.get('until') ?? START.until,
  };
}

/** The other way round: only what differs from the start. */
export function writeSubject({ selection, from, until }: Subject): URLSearchParams {
  const query = new URLSearchParams();
  writeSelection(selection, query);
  if (from !== START.from) query.set('from', from);
  if (until !== START.until) query.set('until', until);
  return query;
}

export function readTimes(query: URLSearchParams): Pick<Times, 'live' | 'utc'> {
  return { live: query.get('live') !== '0', utc: query.get('utc') === '1' };
}

export function writeTimes({ live, utc }: Pick<Times, 'live' | 'utc'>, query: URLSearchParams): void {
  if (utc) query.set('utc', '1');
  if (!live) query.set('live', '0');
}

export function readState(search: string, host: string): GraphState {
  const query = new URLSearchParams(search);
  return {
    ...readSubject(query, host),
    view: VIEWS.find((view) => view === query.get('view')) ?? START.view,
    weight: query.get('weight') === 'count' ? 'count' : 'us',
    idle: query.get('idle') === '1',
    search: query.get('search') ?? START.search,
    up: query.get('up') === '1',
    hide: [...new Set(query.getAll('hide'))],
    fold: query.get('fold') === '1',
    of: readFunction(query.get('of')),
    order: ORDERS.find((order) => order === query.get('order')) ?? START.order,
    turned: query.get('turned') === '1',
    zoom: query.getAll('zoom'),
    open: query.get('open') === '1',
    ...readTimes(query),
    by: query.get('by') ?? (query.get('view') === 'shares' ? 'route' : START.by),
  };
}

/** The page's address: only what differs from the start. */
export function addressOf(state: GraphState): string {
  const { path, query } = pageOf('graph', state);
  for (const key of ['view', 'search', 'weight', 'by', 'order'] as const) if (state[key] !== START[key]) query.set(key, state[key]);
  for (const name of state.zoom) query.append('zoom', name);
  for (const group of state.hide) query.append('hide', group);
  if (state.of !== undefined) query.set('of', JSON.stringify(state.of));
  for (const key of ['turned', 'idle', 'up', 'fold', 'open'] as const) if (state[key]) query.set(key, '1');
  writeTimes(state, query);
  return joined(path, query);
}

/** A page's address; one host alone stands in the path. `query` has the rest, for more to be added. */
export function pageOf(page: string, subject: Subject): { readonly path: string; readonly query: URLSearchParams } {
  const { selection } = subject;
  const [host, ...more] = selection.hosts;
  const inPath = host !== undefined && more.length === 0;
  return { path: `/${page}/${inPath ? `${encodeURIComponent(host)}/` : ''}`, query: writeSubject({ ...subject, selection: inPath ? { ...selection, hosts: [] } : selection }) };
}

export function joined(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Whether one would go back from it; typing and switches replace the last step. */
export function isStep(before: Subject, after: Subject & Pick<Times, 'live'>): boolean {
  return titleOf(before.selection) !== titleOf(after.selection) || (before.from !== after.from && !after.live);
}

/** Whether a date means another moment elsewhere: not `now`, epoch times and so long ago. */
export function needsZone(date: string): boolean {
  return !/^(?:now|\d+|-\d+(?:seconds?|minutes?|hours?))$/.test(date);
}

/** What an endpoint of the API is asked. Dates without a zone mean the one that the page shows. */
export function questionOf({ selection, from, until, utc = false }: Subject & { readonly utc?: boolean }, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ from, until });
  if (needsZone(from) || needsZone(until)) query.set('tz', utc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone);
  writeSelection(selection, query);
  for (const [key, value] of Object.entries(more)) if (value !== '') query.set(key, value);
  return query.toString();
}

/** The same at fixed times. */
export function fixedAt<S extends Subject>(state: S, { fromMs, untilMs }: Range): S {
  return { ...state, from: String(Math.floor(fromMs)), until: String(Math.ceil(untilMs)) };
}

/** undefined for what is no function as `addressOf` writes it. */
export function readFunction(text: string | null): FrameKey | undefined {
  try {
    const read: unknown = JSON.parse(text ?? '');
    if (!Array.isArray(read) || read.length !== 4) return undefined;
    const [name, url, line, column] = read as readonly unknown[];
    return typeof name === 'string' && typeof url === 'string' && Number.isSafeInteger(line) && Number.isSafeInteger(column) ? [name, url, Number(line), Number(column)] : undefined;
  } catch {
    return undefined;
  }
}
