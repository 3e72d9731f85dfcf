// What the graph page asks for. It lives in the URL, so that the URL is a link to this view.

export interface GraphState {
  readonly from: string;
  readonly until: string;
  /** `boot/id`; empty for all threads. */
  readonly thread: string;
  readonly weight: 'us' | 'count';
  readonly idle: boolean;
  readonly search: string;
  /** Names of frames below the root. */
  readonly zoom: readonly string[];
  readonly follow: boolean;
}

const START: GraphState = { from: '-15minutes', until: 'now', thread: '', weight: 'us', idle: false, search: '', zoom: [], follow: true };

export function readState(search: string): GraphState {
  const query = new URLSearchParams(search);
  const text = (key: 'from' | 'until' | 'thread' | 'search'): string => query.get(key) ?? START[key];
  return {
    from: text('from'),
    until: text('until'),
    thread: text('thread'),
    weight: query.get('weight') === 'count' ? 'count' : 'us',
    idle: query.get('idle') === '1',
    search: text('search'),
    zoom: query.getAll('zoom'),
    follow: query.get('follow') !== '0',
  };
}

/** Only what differs from the start. */
export function writeState(state: GraphState): string {
  const query = new URLSearchParams();
  for (const key of ['from', 'until', 'thread', 'search', 'weight'] as const) if (state[key] !== START[key]) query.set(key, state[key]);
  for (const name of state.zoom) query.append('zoom', name);
  if (state.idle) query.set('idle', '1');
  if (!state.follow) query.set('follow', '0');
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function questionOf(host: string, { from, until, thread, idle }: GraphState): string {
  const query = new URLSearchParams({ host, from, until });
  if (thread !== '') query.set('thread', thread);
  if (idle) query.set('idle', '1');
  return `/api/flame?${query.toString()}`;
}
