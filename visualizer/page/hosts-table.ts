// The table of hosts by service. A host keeps its row: what is the same is not touched, so that hundreds stay fluid and
// nothing that has the focus goes away.
import type { HostAnswer } from '../api.ts';
import { EVERYTHING, narrowed } from '../selection.ts';
import type { HostOrder, ServiceGroup } from '../view/fleet.ts';
import { sparkPath, standingOf } from '../view/fleet.ts';
import { memoryAddress, readMemory } from '../view/memory-state.ts';
import type { Sorting } from '../view/sorting.ts';
import { addressOf, readState } from '../view/state.ts';
import { oddities, STATES } from '../view/summary.ts';
import { ago, bytes, duration, percent } from '../view/units.ts';
import { h, svg } from './dom.ts';
import { createHeads } from './heads.ts';

export interface HostsTable {
  readonly element: HTMLElement;
  show(groups: readonly ServiceGroup[], options: HostsOptions): void;
  /** Hosts whose rows can be seen now. */
  inSight(): readonly string[];
  /** Puts the focus on the first host; false when there is none. */
  enter(): boolean;
}

export interface HostsOptions {
  readonly sorting: Sorting<HostOrder>;
  readonly from: string;
  /** What the lines are drawn against. */
  readonly most: number;
  readonly told: Told;
  /** By host: what grows on and on there, in words. */
  readonly leaks: ReadonlyMap<string, string>;
}

/** What is known of hosts: their states alone, how busy they were too, or all. */
export type Told = 'state' | 'busy' | 'all';

interface Row {
  readonly element: HTMLTableRowElement;
  update(host: HostAnswer, options: HostsOptions): void;
}

const HEADS: Readonly<Record<HostOrder, string>> = { name: 'Host', state: 'State', busy: 'Busy', threads: 'Threads', cost: 'Sampler’s own cost', pull: 'Last pull' };
const [SPARK_WIDTH, SPARK_HEIGHT] = [96, 20];
/** In place of what is not known yet. */
const ASKED = '…';
/** Rows are as high as they will be: nothing moves when it is known. */
const EMPTY_LINE = '\u00a0';
/** Of the pages that the names lead to. */
const START = readState('', '');

export function createHostsTable(sorted: (sorting: Sorting<HostOrder>) => void): HostsTable {
  const heads = createHeads(HEADS, (order) => `of-${order}`, sorted);
  const table = h('table', { 'aria-label': 'Hosts' }, h('thead', {}, h('tr', {}, ...heads.cells)));
  const rows = new Map<string, Row>();
  let laidOut = '';
  const links = (): HTMLElement[] => [...table.querySelectorAll<HTMLElement>('.service a, .name > a')];

  table.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = links();
    const at = all.findIndex((link) => link === document.activeElement);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    all[at + step]?.focus();
  });

  return {
    element: h('div', { class: 'hosts' }, table),
    inSight() {
      return [...rows].filter(([, { element }]) => element.isConnected && isInSight(element)).map(([name]) => name);
    },
    enter() {
      const [, first] = links();
      first?.focus();
      return first !== undefined;
    },
    show(groups, options) {
      heads.show(options.sorting);
      for (const host of groups.flatMap(({ hosts }) => hosts)) {
        const row = rows.get(host.host) ?? createRow(host.host);
        rows.set(host.host, row);
        row.update(host, options);
      }
      const layout = JSON.stringify(groups.map(({ service, hosts }) => [service, hosts.map(({ host, state }) => [host, state])]));
      if (layout === laidOut) return;
      laidOut = layout;
      const focused = document.activeElement;
      for (const body of [...table.tBodies]) body.remove();
      table.append(...groups.map((group) => bodyOf(group, options.from, rows)));
      if (focused instanceof HTMLElement && focused !== document.activeElement && table.contains(focused)) focused.focus();
    },
  };
}

function bodyOf({ service, hosts }: ServiceGroup, from: string, rows: ReadonlyMap<string, Row>): HTMLElement {
  const href = addressOf({ ...START, from, selection: narrowed(EVERYTHING, { label: ['service', service] }) });
  const name = service === '' ? h('span', {}, 'Without a service name') : h('a', { href }, service);
  const head = h('th', { scope: 'rowgroup', colspan: '3' }, name, h('span', { class: 'quiet' }, ` ${standingOf(hosts)}`));
  // Of their own, because narrow windows leave these columns out.
  return h('tbody', {}, h('tr', { class: 'service' }, head, ...['threads', 'cost', 'pull'].map((column) => h('td', { class: column }))), ...hosts.map(({ host }) => rows.get(host)?.element));
}

function createRow(name: string): Row {
  const link = h('a', {}, name);
  const version = h('span', { class: 'quiet' });
  const routes = h('span', { class: 'routes' });
  const memory = h('span', { class: 'routes' });
  const leak = h('div', { class: 'leak' });
  const why = h('div', { class: 'why' });
  const odd = h('div', { class: 'why quiet' });
  const [state, busy, threads, cost, pull] = [h('td', {}), h('td', { class: 'busy' }), h('td', { class: 'threads' }), h('td', { class: 'cost' }), h('td', { class: 'pull' })];
  const element = h('tr', {}, h('td', { class: 'name' }, link, ' ', version, ' ', routes, ' ', memory, leak, why, odd), state, busy, threads, cost, pull);
  const known = new Map<HTMLElement, string>();
  /** Addresses take longer than all else of a row: they are made when they are others. */
  let linkedFrom: string | undefined;
  /** Fills a place when what it tells is another. */
  const fill = (place: HTMLElement, told: unknown, content: () => readonly (Node | string | undefined)[]): void => {
    const text = JSON.stringify(told);
    if (known.get(place) === text) return;
    known.set(place, text);
    place.replaceChildren(...content().filter((part) => part !== undefined));
  };

  return {
    element,
    update(host, { from, most, told, leaks }) {
      const nowMs = Date.now();
      const page = { ...START, from, selection: narrowed(EVERYTHING, { host: name }) };
      if (linkedFrom !== from) link.href = addressOf(page);
      linkedFrom = from;
      fill(routes, [host.tellsRoutes, from], () => (host.tellsRoutes === true ? [h('a', { href: addressOf({ ...page, view: 'shares', by: 'route' }), 'aria-label': `Routes of ${name}` }, 'routes')] : []));
      const grows = leaks.get(name);
      const toMemory = (text: string, label: string): HTMLElement => h('a', { href: memoryAddress({ ...readMemory('', name), from }), ...(label === '' ? {} : { 'aria-label': label }) }, text);
      fill(memory, [from, grows === undefined], () => (grows === undefined ? [toMemory('memory', `Memory of ${name}`)] : []));
      fill(leak, [grows, from], () => (grows === undefined ? [] : [toMemory(grows, '')]));
      if (element.className !== host.state) element.className = host.state;
      fill(version, host.version, () => [host.version]);
      fill(why, host.error, () => [host.error]);
      const odds = oddities(host).map((words) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`).join(' ');
      fill(odd, odds, () => [odds]);
      const since = host.sinceMs > 0 ? ` for ${ago(host.sinceMs, nowMs)}` : '';
      fill(state, [host.state, since], () => [h('span', { class: `state ${host.state}` }, STATES[host.state]), since]);
      fill(busy, [told === 'state', host.busyShare, host.busyShares, most], () => (told === 'state' ? [ASKED] : busyParts(host, most)));
      fill(threads, [told === 'all', host.threadCount], () => [host.threadCount === undefined ? h('span', { class: 'quiet' }, told === 'all' ? '–' : ASKED) : String(host.threadCount)]);
      fill(cost, [told === 'all', host.cost, host.droppedUs], () => (told === 'all' ? costParts(host) : [ASKED, h('div', { class: 'quiet' }, EMPTY_LINE)]));
      const pulled = host.lastPullMs === undefined ? 'never' : `${ago(host.lastPullMs, nowMs)} ago`;
      fill(pull, pulled, () => [pulled]);
    },
  };
}

function busyParts({ busyShare, busyShares = [] }: HostAnswer, most: number): Node[] {
  if (busyShare === undefined) return [h('span', { class: 'quiet' }, 'no windows')];
  const high = busyShares.reduce<number>((highest, share) => Math.max(highest, share ?? 0), 0);
  const line = svg('svg', { class: 'spark', viewBox: `0 -1 ${SPARK_WIDTH} ${SPARK_HEIGHT + 2}`, role: 'img', 'aria-label': `between 0 and ${percent(high)} over the range` }, svg('path', { d: sparkPath(busyShares, most, SPARK_WIDTH, SPARK_HEIGHT) }));
  return [line, h('span', { class: 'share' }, percent(busyShare))];
}

function costParts({ cost, droppedUs = 0 }: HostAnswer): (Node | string | undefined)[] {
  const dropped = droppedUs < 1000 ? undefined : h('div', { class: 'quiet' }, `${duration(droppedUs)} could not be sampled`);
  if (cost === undefined) return [h('span', { class: 'quiet' }, 'not told'), dropped];
  return [`${duration(cost.longestPauseUs)} at most`, h('div', { class: 'quiet' }, `holds ${bytes(cost.heldBytes)}`), dropped];
}

function isInSight(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
