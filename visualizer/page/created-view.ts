// Where instances of one tracked class were created that are alive: the functions that made most, and the way to all stacks.
import type { FunctionRow, TopAnswer } from '../api.ts';
import { narrowed } from '../selection.ts';
import type { MemoryState } from '../view/memory-state.ts';
import type { GraphState } from '../view/state.ts';
import { addressOf, questionOf, readState } from '../view/state.ts';
import { amount } from '../view/kinds.ts';
import { percent } from '../view/units.ts';
import { nameOf, placeOf } from '../view/words.ts';
import { h } from './dom.ts';

export interface CreatedView {
  readonly element: HTMLElement;
  /** Hidden where no class is chosen; nothing but its head before there is an answer. */
  show(answer: TopAnswer | undefined, state: MemoryState): void;
}

const KIND = 'instances';
const MOST = 10;

export function createdQuestion(state: MemoryState): string {
  // Half of them are those with the largest total, which are rarely those that create.
  return `/api/top?${questionOf(flamesOf(state), { limit: String(2 * MOST) })}`;
}

export function createCreated(): CreatedView {
  const title = h('h3', {});
  const flames = h('a', {}, 'All stacks, as flames');
  const none = h('p', { class: 'quiet' });
  const body = h('tbody', {});
  const table = h('table', { 'aria-label': 'Where they were created' }, h('thead', {}, h('tr', {}, ...['Function', 'Instances', 'Share'].map((name, index) => h('th', { scope: 'col', ...(index === 0 ? {} : { class: 'number' }) }, name)))), body);
  const element = h('section', { 'aria-label': 'Created', hidden: '' }, h('div', { class: 'chart-head' }, title, flames), none, h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Table of creators' }, table));
  return {
    element,
    show(answer, state) {
      element.hidden = state.created === '';
      if (element.hidden) return;
      title.textContent = `Where ${state.created} was created`;
      flames.href = addressOf(flamesOf(state));
      const [group] = answer?.groups ?? [];
      const rows = group?.rows.filter(({ selfUs }) => selfUs > 0).slice(0, MOST) ?? [];
      table.hidden = flames.hidden = rows.length === 0;
      none.textContent = answer === undefined ? 'Asking …' : rows.length > 0 ? 'Of the instances alive on average, as far as their sample tells' : `Nothing is known of this range. The service tells it of the class that track gives back: const Tracked = sampler.track(${state.created}, { stacks: { every: 100 } }), then new Tracked().`;
      body.replaceChildren(...rows.map((row) => line(row, group?.totalUs ?? 0, state)));
    },
  };
}

function line(row: FunctionRow, wholeUs: number, state: MemoryState): HTMLElement {
  const link = h('a', { href: addressOf({ ...flamesOf(state), of: row.frame }) }, nameOf(row));
  return h('tr', {}, h('th', { scope: 'row' }, link, h('div', { class: 'quiet place', title: placeOf(row) }, placeOf(row))), h('td', { class: 'number' }, amount(row.selfUs, 'us', KIND)), h('td', { class: 'number' }, percent(row.selfUs / wholeUs)));
}

function flamesOf({ selection, from, until, live, utc, created }: MemoryState): GraphState {
  return { ...readState('', ''), selection: narrowed({ ...selection, kind: KIND }, { label: ['class', created] }), from, until, live, utc };
}
