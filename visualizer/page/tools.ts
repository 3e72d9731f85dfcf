// How the answer is shown: which views, search, widths, direction, and what is folded or left out.
import { inBytes, inTime } from '../view/kinds.ts';
import type { GraphState } from '../view/state.ts';
import { check, choice, h, segments } from './dom.ts';
import { focusOnSlash } from './keys.ts';

export interface Tools {
  readonly element: HTMLElement;
  /** `shares`: what the table of shares is called. */
  show(state: GraphState, told: { readonly found: string; readonly shares: string }): void;
}

export function createTools(start: GraphState, changed: (change: Partial<GraphState>) => void): Tools {
  let hide = start.hide;
  const view = segments('View', { flames: 'Flames', both: 'Both', table: 'Table', shares: '' }, (value) => { changed({ view: value }); });
  const shape = segments('Direction', { down: 'Icicle', up: 'Flame' }, (value) => { changed({ up: value === 'up' }); });
  const weight = choice('weight', { us: 'time', count: 'samples' }, (value) => { changed({ weight: value === 'count' ? 'count' : 'us' }); });
  const idleLabel = h('label', {});
  const idle = check('idle', 'checkbox', (on) => { changed({ idle: on }); });
  const fold = check('fold', 'checkbox', (on) => { changed({ fold: on }); });
  const node = check('node', 'checkbox', (on) => { changed({ hide: on ? [...hide, 'node'] : hide.filter((group) => group !== 'node') }); });
  const search = h('input', { type: 'search', name: 'search', placeholder: 'function or file, also a|b', spellcheck: 'false', autocomplete: 'off', 'aria-keyshortcuts': '/' });
  const result = h('output', { class: 'quiet' });
  search.value = start.search;
  search.addEventListener('input', () => { changed({ search: search.value.trim() }); });
  focusOnSlash(search);

  idleLabel.append(idle, ' Idle');
  const element = h('form', { class: 'tools', 'aria-label': 'How to show it' },
    view.element,
    h('label', { class: 'search' }, h('span', {}, 'Search '), search, result),
    shape.element,
    h('label', {}, 'Width by ', weight),
    h('label', {}, fold, ' Fold recursion'),
    h('label', {}, node, ' Hide Node.js'),
    idleLabel);
  element.addEventListener('submit', (event) => { event.preventDefault(); });

  return {
    element,
    show(state, { found, shares }) {
      hide = state.hide;
      view.rename('shares', shares);
      element.classList.toggle('bare', state.view === 'shares');
      view.show(state.view);
      shape.show(state.up ? 'up' : 'down');
      weight.value = state.weight;
      const byTime = inTime(state.selection.kind);
      const [first] = weight.options;
      if (first !== undefined) first.text = byTime ? 'time' : inBytes(state.selection.kind) ? 'bytes' : 'instances';
      idleLabel.hidden = !byTime;
      idle.checked = state.idle;
      fold.checked = state.fold;
      node.checked = hide.includes('node');
      if (document.activeElement !== search) search.value = state.search;
      result.textContent = found;
    },
  };
}
