// The overview: every host by service, how each is doing, and what the fleet is busy with.
import type { HostAnswer, LeaksAnswer, TopAnswer } from '../api.ts';
import { EVERYTHING } from '../selection.ts';
import type { FleetState } from '../view/fleet.ts';
import { addressOfFleet, groupedHosts, highestShare, isMeasured, readFleet, standingOf, withCosts } from '../view/fleet.ts';
import { leakSentence } from '../view/leak-words.ts';
import { firstPart, hostsQuestion, STATES_QUESTION } from '../view/questions.ts';
import { questionOf, readState } from '../view/state.ts';
import { ask } from './ask.ts';
import { PRESETS } from './controls.ts';
import { button, h, segments } from './dom.ts';
import type { Told } from './hosts-table.ts';
import { createHostsTable } from './hosts-table.ts';
import { createHottest, MOST_HOTTEST } from './hottest.ts';
import { focusOnSlash } from './keys.ts';
import { createPins } from './pins.ts';
import { createTelling } from './telling.ts';

/** Reads rows of every service, where the list of hosts reads sums. */
const HOTTEST_EVERY_MS = 60_000;
const LEAKS_EVERY_MS = 300_000;
/** Hosts asked about at a time. */
const MOST_LEAKS = 20;

export function showOverview(app: HTMLElement): void {
  let state = readFleet(location.search);
  let hosts: readonly HostAnswer[] | undefined;
  let told: Told = 'state';
  let hottestAt = 0;
  const leaks = new Map<string, string>();
  const leaksAt = new Map<string, number>();

  const range = segments('Range', PRESETS, (from) => {
    hottestAt = 0;
    apply({ from });
    void refresh();
  });
  const filter = h('input', { type: 'search', name: 'filter', placeholder: 'host, service, version, state', spellcheck: 'false', autocomplete: 'off', 'aria-keyshortcuts': '/' });
  filter.value = state.filter;
  filter.addEventListener('input', () => { apply({ filter: filter.value.trim() }); });
  focusOnSlash(filter);
  const table = createHostsTable(apply);
  const hottest = createHottest();
  const pins = createPins();
  const controls = h('form', { class: 'controls', 'aria-label': 'What to show' }, range.element, h('label', { class: 'search' }, h('span', {}, 'Filter '), filter));
  controls.addEventListener('submit', (event) => { event.preventDefault(); });
  filter.addEventListener('keydown', (event) => {
    if ((event.key === 'ArrowDown' || event.key === 'Enter') && table.enter()) event.preventDefault();
  });
  const fleet = h('div', { class: 'fleet', hidden: '' }, table.element, hottest.element);
  const { status, notice, say, refresh } = createTelling(app, { question: askAll, again: () => true });
  app.append(h('div', { class: 'head' }, h('h1', {}, 'Hosts'), status, h('a', { class: 'to-hottest', href: '#hottest' }, 'Hottest functions')), controls, notice, fleet, pins.element);
  range.show(state.from);
  void refresh();

  function apply(change: Partial<FleetState>): void {
    state = { ...state, ...change };
    history.replaceState(null, '', addressOfFleet(state));
    range.show(state.from);
    paint();
  }

  async function askAll(signal: AbortSignal): Promise<void> {
    const show = (fresh: readonly HostAnswer[], tells: Told): void => {
      signal.throwIfAborted();
      hosts = fresh;
      told = tells;
      say('');
      paint();
    };
    const question = questionOf({ ...readState('', ''), from: state.from });
    const { from } = state;
    if (hosts === undefined) void askStates(signal);
    if (told === 'all' || firstPart(state) === '') show(await ask<HostAnswer[]>(hostsQuestion(state), signal), 'all');
    else {
      const [busyOf, costOf] = [hostsQuestion(state, 'busy'), hostsQuestion(state, 'cost')];
      const busy = await ask<HostAnswer[]>(busyOf, signal);
      show(busy, 'busy');
      show(withCosts(busy, await ask<HostAnswer[]>(costOf, signal)), 'all');
    }
    await pins.refresh();
    await refreshLeaks(signal);
    if ((hosts ?? []).length === 0 || Date.now() - hottestAt < HOTTEST_EVERY_MS) return;
    const top = await ask<TopAnswer>(`/api/top?${question}&by=service&limit=${2 * MOST_HOTTEST}`, signal);
    signal.throwIfAborted();
    hottestAt = Date.now();
    hottest.show(top, from);
  }

  /** A list that can be read, narrowed and followed while the store is asked for the rest. Whatever fails is told by that question. */
  async function askStates(signal: AbortSignal): Promise<void> {
    const states = await ask<HostAnswer[]>(STATES_QUESTION, signal).catch(() => []);
    if (hosts !== undefined || signal.aborted || states.length === 0 || isMeasured(state.order)) return;
    hosts = states;
    paint();
  }

  /** Looks back for days: asked seldom, and of those hosts alone that can be seen. */
  async function refreshLeaks(signal: AbortSignal): Promise<void> {
    const nowMs = Date.now();
    const due = table.inSight().filter((host) => nowMs - (leaksAt.get(host) ?? 0) >= LEAKS_EVERY_MS).slice(0, MOST_LEAKS);
    if (due.length === 0) return;
    const { leaks: found, asked, checked } = await ask<LeaksAnswer>(`/api/leaks?${questionOf({ ...readState('', ''), selection: { ...EVERYTHING, hosts: due } })}`, signal);
    signal.throwIfAborted();
    for (const host of checked) {
      leaksAt.set(host, nowMs);
      const worst = found.find((leak) => leak.host === host);
      if (worst === undefined) leaks.delete(host);
      else leaks.set(host, leakSentence(worst, asked, false));
    }
    paint();
  }

  function paint(): void {
    if (hosts === undefined) return;
    const groups = groupedHosts(hosts, state);
    const shown = groups.reduce((sum, group) => sum + group.hosts.length, 0);
    fleet.hidden = hosts.length === 0;
    controls.hidden = hosts.length === 0;
    status.textContent = hosts.length === 0 ? '' : [standingOf(hosts), state.filter === '' ? '' : `${shown} shown`].filter((part) => part !== '').join(' · ');
    table.show(groups, { sorting: state, from: state.from, most: highestShare(hosts), told, leaks });
    if (hosts.length === 0) say('There is no host yet: add one to [collector] hosts in config.ini and send SIGHUP. It shows up here within seconds. Where dns: or file: brings none, the log says why.');
    else if (shown > 0) say('');
    else {
      say(`No host matches “${state.filter}”.`, button('Show all', () => {
        filter.value = '';
        apply({ filter: '' });
        filter.focus();
      }));
    }
  }
}
