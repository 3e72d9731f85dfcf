// The overview: which hosts, in which order, under which service; and what of it stands in the address. Pure.
import type { HostAnswer } from '../api.ts';
import { isJoined, usualGap } from './lines.ts';
import type { Sorting } from './sorting.ts';
import { sense } from './sorting.ts';
import { STATES } from './summary.ts';

export interface FleetState extends Sorting<HostOrder> {
  /** Until now. */
  readonly from: string;
  readonly filter: string;
}

const HOST_ORDERS = ['name', 'state', 'busy', 'threads', 'cost', 'pull'] as const;
export type HostOrder = (typeof HOST_ORDERS)[number];

export interface ServiceGroup {
  readonly service: string;
  readonly hosts: readonly HostAnswer[];
}

const START: FleetState = { from: '-15minutes', filter: '', order: 'name', turned: false };
const URGENCY: Readonly<Record<HostAnswer['state'], number>> = { down: 3, stale: 2, new: 1, up: 0, gone: -1 };
/** The largest first; names from A to Z. */
const MEASURES: Readonly<Record<HostOrder, (host: HostAnswer) => number>> = {
  name: () => 0,
  state: ({ state }) => URGENCY[state],
  busy: ({ busyShare = -1 }) => busyShare,
  threads: ({ threadCount = -1 }) => threadCount,
  cost: ({ cost }) => cost?.longestPauseUs ?? -1,
  pull: ({ lastPullMs = 0 }) => -lastPullMs,
};

/** Whether the store has to be asked for what hosts are ordered by. */
export function isMeasured(order: HostOrder): boolean {
  return order === 'busy' || order === 'threads' || order === 'cost';
}

/** Whether that is told after all else. */
export function isCost(order: HostOrder): boolean {
  return order === 'threads' || order === 'cost';
}

/** Hosts with how busy they were, as another answer tells their threads and cost. */
export function withCosts(hosts: readonly HostAnswer[], costs: readonly HostAnswer[]): HostAnswer[] {
  const byHost = new Map(costs.map((cost) => [cost.host, cost]));
  return hosts.map((host) => {
    const { threadCount, cost, error } = byHost.get(host.host) ?? {};
    return { ...host, ...(threadCount === undefined ? {} : { threadCount }), ...(cost === undefined ? {} : { cost }), ...(error === undefined ? {} : { error }) };
  });
}

export function readFleet(search: string): FleetState {
  const query = new URLSearchParams(search);
  return {
    from: query.get('from') ?? START.from,
    filter: query.get('filter') ?? START.filter,
    order: HOST_ORDERS.find((order) => order === query.get('order')) ?? START.order,
    turned: query.get('turned') === '1',
  };
}

export function addressOfFleet(state: FleetState): string {
  const query = new URLSearchParams();
  for (const key of ['from', 'filter', 'order'] as const) if (state[key] !== START[key]) query.set(key, state[key]);
  if (state.turned) query.set('turned', '1');
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** Services in the order of their first host. */
export function groupedHosts(hosts: readonly HostAnswer[], { filter, order, turned }: Pick<FleetState, 'filter' | 'order' | 'turned'>): ServiceGroup[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const measure = MEASURES[order];
  const way = sense({ turned });
  const nameWay = order === 'name' ? way : 1;
  const chosen = hosts.filter((host) => words.every((word) => textOf(host).includes(word)));
  const sorted = chosen.sort((a, b) => way * (measure(b) - measure(a)) || nameWay * inOrder(a.service, b.service) || Number(isGone(a)) - Number(isGone(b)) || nameWay * inOrder(a.host, b.host));
  const groups = new Map<string, HostAnswer[]>();
  for (const host of sorted) {
    const group = groups.get(host.service);
    if (group === undefined) groups.set(host.service, [host]);
    else group.push(host);
  }
  return [...groups].map(([service, members]) => ({ service, hosts: members }));
}

/** Such as `3 of 4 up · 1 gone`: what is gone is not expected to be up. */
export function standingOf(hosts: readonly HostAnswer[]): string {
  const gone = hosts.filter(isGone).length;
  return `${hosts.filter(({ up }) => up).length} of ${hosts.length - gone} up${gone === 0 ? '' : ` · ${gone} gone`}`;
}

function isGone({ state }: HostAnswer): boolean {
  return state === 'gone';
}

/** What all lines are drawn against. */
export function highestShare(hosts: readonly HostAnswer[]): number {
  return hosts.reduce((most, { busyShares = [] }) => busyShares.reduce<number>((high, share) => Math.max(high, share ?? 0), most), 0);
}

/** Of an SVG path over `width` × `height`; gaps as long as usual are drawn over, windows may be that long. */
export function sparkPath(shares: readonly (number | null)[], most: number, width: number, height: number): string {
  const usual = usualGap(shares);
  let last = Number.NEGATIVE_INFINITY;
  return shares.map((share, step) => {
    if (share === null) return '';
    const x = ((step / Math.max(1, shares.length - 1)) * width).toFixed(1);
    const y = (height - (most === 0 ? 0 : Math.min(1, share / most)) * height).toFixed(1);
    const joined = isJoined(step - last, usual);
    last = step;
    // Without some length a point that stands alone would not be seen.
    return `${joined ? 'L' : 'M'}${x} ${y}${joined ? '' : 'h.1'}`;
  }).join('');
}

function textOf({ host, service, version, state, error = '' }: HostAnswer): string {
  return `${host} ${service} ${version} ${STATES[state]} ${error}`.toLowerCase();
}

/** `web-2` before `web-10`. */
const collator = new Intl.Collator('en', { numeric: true });
function inOrder(a: string, b: string): number {
  return collator.compare(a, b);
}
