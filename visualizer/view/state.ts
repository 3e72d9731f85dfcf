// What a page of flames shows. It lives in the address, so that the address is a link to this view. Pure.
import type { Range } from '../../collector/store/contract.ts';
import type { Selection } from '../selection.ts';
import { readSelection, writeSelection } from '../selection.ts';

/** What is looked at, and when: what every page has that asks for profiles. */
export interface Subject {
  readonly selection: Selection;
  readonly from: string;
  readonly until: string;
}

export interface GraphState extends Subject {
  readonly weight: 'us' | 'count';
  readonly idle: boolean;
  readonly search: string;
  /** Keys of frames below the root, as tree.ts makes them. */
  readonly zoom: readonly string[];
  /** What `limit` cut under the zoom is asked for too. */
  readonly open: boolean;
  readonly live: boolean;
  /** What the lines over time are grouped by: empty for one line. */
  readonly by: string;
  readonly utc: boolean;
}

const START = { from: '-15minutes', until: 'now', weight: 'us', search: '', by: '' } as const;

/** A page of one host has its name in its path: `host` is that. */
export function readSubject(query: URLSearchParams, host: string): Subject {
  const selection = readSelection(query);
  return {
    selection: host === '' ? selection : { ...selection, hosts: [host] },
    from: query.get('from') ?? START.from,
    until: query.get('until') ?? START.until,
  };
}

export function readState(search: string, host: string): GraphState {
  const query = new URLSearchParams(search);
  return {
    ...readSubject(query, host),
    weight: query.get('weight') === 'count' ? 'count' : 'us',
    idle: query.get('idle') === '1',
    search: query.get('search') ?? START.search,
    zoom: query.getAll('zoom'),
    open: query.get('open') === '1',
    live: query.get('live') !== '0',
    by: query.get('by') ?? START.by,
    utc: query.get('utc') === '1',
  };
}

/** The page's address: only what differs from the start; one host alone stands in the path. */
export function addressOf(state: GraphState): string {
  const { selection } = state;
  const [host, ...more] = selection.hosts;
  const inPath = host !== undefined && more.length === 0;
  const query = new URLSearchParams();
  writeSelection(inPath ? { ...selection, hosts: [] } : selection, query);
  for (const key of ['from', 'until', 'search', 'weight', 'by'] as const) if (state[key] !== START[key]) query.set(key, state[key]);
  for (const name of state.zoom) query.append('zoom', name);
  for (const key of ['idle', 'open', 'utc'] as const) if (state[key]) query.set(key, '1');
  if (!state.live) query.set('live', '0');
  const text = query.toString();
  return `/graph/${inPath ? `${encodeURIComponent(host)}/` : ''}${text === '' ? '' : `?${text}`}`;
}

/** What an endpoint of the API is asked. Dates without a zone mean the one that the page shows. */
export function questionOf({ selection, from, until, utc = false }: Subject & { readonly utc?: boolean }, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ from, until, tz: utc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone });
  writeSelection(selection, query);
  for (const [key, value] of Object.entries(more)) if (value !== '') query.set(key, value);
  return query.toString();
}

/** The same at fixed times. */
export function fixedAt<S extends Subject>(state: S, { fromMs, untilMs }: Range): S {
  return { ...state, from: String(Math.floor(fromMs)), until: String(Math.ceil(untilMs)) };
}
