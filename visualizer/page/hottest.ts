// The hottest functions of the fleet, service by service; each leads to its callers and callees.
import type { FunctionRow, TopAnswer, TopGroup } from '../api.ts';
import { EVERYTHING, narrowed } from '../selection.ts';
import { colourOf, groupOf } from '../view/groups.ts';
import type { GraphState } from '../view/state.ts';
import { addressOf, readState } from '../view/state.ts';
import { duration, percent } from '../view/units.ts';
import { nameOf, placeOf } from '../view/words.ts';
import { h } from './dom.ts';

export interface Hottest {
  readonly element: HTMLElement;
  show(answer: TopAnswer, from: string): void;
}

/** Of each service. */
export const MOST_HOTTEST = 5;

export function createHottest(): Hottest {
  const table = h('table', { 'aria-label': 'Hottest functions' });
  const none = h('p', { class: 'quiet' }, 'Asking …');
  const element = h('section', { id: 'hottest', class: 'hottest', 'aria-label': 'Hottest functions' }, h('h2', {}, 'Hottest functions'), none, table);
  let drawn = '';
  return {
    element,
    show(answer, from) {
      const groups = answer.groups.filter(({ totalUs }) => totalUs > 0);
      const wanted = JSON.stringify([groups, from]);
      if (wanted === drawn) return;
      drawn = wanted;
      none.hidden = groups.length > 0;
      none.textContent = 'Nothing was sampled in this range. Choose a longer one.';
      table.hidden = groups.length === 0;
      table.replaceChildren(h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Function'), h('th', { scope: 'col', class: 'self' }, 'Self'))), ...groups.map((group) => bodyOf(group, from)));
    },
  };
}

function bodyOf(group: TopGroup, from: string): HTMLElement {
  const state: GraphState = { ...readState('', ''), from, selection: group.name === '' ? EVERYTHING : narrowed(EVERYTHING, { label: ['service', group.name] }) };
  const head = h('th', { scope: 'rowgroup', colspan: '2' }, group.name === '' ? h('span', {}, 'Without a service name') : h('a', { href: addressOf({ ...state, view: 'both' }) }, group.name), h('span', { class: 'quiet' }, ` ${duration(group.totalUs)} busy`));
  return h('tbody', {}, h('tr', { class: 'service' }, head), ...group.rows.filter(({ selfUs }) => selfUs > 0).slice(0, MOST_HOTTEST).map((row) => line(row, group.totalUs, state)));
}

function line(row: FunctionRow, wholeUs: number, state: GraphState): HTMLElement {
  const link = h('a', { class: `swatched ${colourOf(groupOf(row))}`, href: addressOf({ ...state, of: row.frame }) }, nameOf(row));
  return h('tr', {}, h('td', {}, link, h('div', { class: 'quiet place', title: placeOf(row) }, placeOf(row))), h('td', { class: 'number' }, h('span', {}, percent(row.selfUs / wholeUs)), h('span', { class: 'quiet' }, duration(row.selfUs))));
}
