// The list of hosts, by service, and how each is doing.
import type { HostAnswer } from '../api.ts';
import { ask } from './ask.ts';
import { h } from './dom.ts';
import { createPins } from './pins.ts';
import { oddities, STATES } from '../view/summary.ts';
import { ago, bytes, duration, percent } from '../view/units.ts';

const REFRESH_MS = 5000;

export function showOverview(app: HTMLElement): void {
  const list = h('div', { class: 'services' });
  const status = h('p', { class: 'quiet', role: 'status' }, 'Asking …');
  const pins = createPins();
  app.append(h('h1', {}, 'Hosts'), status, list, pins.element);
  const refresh = async (): Promise<void> => {
    try {
      const hosts = await ask<HostAnswer[]>('/api/hosts');
      const up = hosts.filter((host) => host.up).length;
      status.textContent = hosts.length === 0 ? 'There is no host yet: add one to [collector] hosts in config.ini and send SIGHUP.' : `${up} of ${hosts.length} up`;
      list.replaceChildren(...byService(hosts).map(([service, members]) => section(service, members)));
      await pins.refresh();
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : String(error);
    }
    setTimeout(() => void refresh(), REFRESH_MS);
  };
  void refresh();
}

function byService(hosts: readonly HostAnswer[]): [string, HostAnswer[]][] {
  const groups = new Map<string, HostAnswer[]>();
  for (const host of hosts) groups.set(host.service, [...(groups.get(host.service) ?? []), host]);
  return [...groups].sort(([a], [b]) => a.localeCompare(b));
}

function section(service: string, hosts: readonly HostAnswer[]): HTMLElement {
  const title = service === '' ? 'Without a service name' : service;
  const head = h('tr', {}, ...['Host', 'State', 'Busy, 15 min', 'Sampler’s own pause', 'Last pull'].map((name) => h('th', { scope: 'col' }, name)));
  return h('section', { 'aria-label': title }, h('h2', {}, title), h('table', {}, h('thead', {}, head), h('tbody', {}, ...hosts.map(row))));
}

function row(host: HostAnswer): HTMLElement {
  const nowMs = Date.now();
  const since = host.sinceMs > 0 ? ` for ${ago(host.sinceMs, nowMs)}` : '';
  const state = h('td', {}, h('span', { class: `state ${host.state}` }, STATES[host.state]), since);
  const odd = oddities(host).map((words) => h('div', { class: 'why quiet' }, `${words.charAt(0).toUpperCase()}${words.slice(1)}.`));
  const why = host.error === undefined ? undefined : h('div', { class: 'why' }, host.error);
  const link = h('a', { href: `/graph/${encodeURIComponent(host.host)}/` }, host.host);
  const version = host.version === '' ? undefined : h('span', { class: 'quiet' }, ` ${host.version}`);
  const name = h('td', {}, link, version, why, ...odd);
  return h('tr', { class: host.state }, name, state, busy(host.busyShare), cost(host.cost), h('td', {}, host.lastPullMs === undefined ? 'never' : `${ago(host.lastPullMs, nowMs)} ago`));
}

function cost(of: HostAnswer['cost']): HTMLElement {
  if (of === undefined) return h('td', { class: 'quiet' }, 'not told');
  return h('td', {}, `${duration(of.longestPauseUs)} at most`, h('span', { class: 'quiet' }, `, holds ${bytes(of.heldBytes)}`));
}

function busy(share: number | undefined): HTMLElement {
  if (share === undefined) return h('td', { class: 'quiet' }, 'no windows');
  return h('td', {}, h('meter', { min: '0', max: '1', value: String(share), 'aria-label': `busy ${percent(share)}` }), ` ${percent(share)}`);
}
