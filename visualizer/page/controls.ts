// Range, thread, weight, idle, search, and whether the page follows the present.
import type { FlameAnswer } from '../api.ts';
import { button, h } from './dom.ts';
import type { GraphState } from './state.ts';

export interface Controls {
  readonly element: HTMLElement;
  show(state: GraphState, threads: FlameAnswer['threads']): void;
}

const PRESETS = { '1 m': '-1minute', '5 m': '-5minutes', '15 m': '-15minutes', '1 h': '-1hour', '6 h': '-6hours', '24 h': '-24hours' };

export function createControls(start: GraphState, changed: (change: Partial<GraphState>) => void): Controls {
  const presets = Object.entries(PRESETS).map(([label, from]) => ({ from, element: button(label, () => { changed({ from, until: 'now', follow: true }); }, { 'aria-pressed': 'false' }) }));
  const from = field('From', start.from, (value) => { changed({ from: value, follow: false }); });
  const until = field('Until', start.until, (value) => { changed({ until: value, follow: false }); });
  const thread = h('select', { name: 'thread' });
  thread.addEventListener('change', () => { changed({ thread: thread.value }); });
  const weight = h('select', { name: 'weight' }, h('option', { value: 'us' }, 'time'), h('option', { value: 'count' }, 'samples'));
  weight.addEventListener('change', () => { changed({ weight: weight.value === 'count' ? 'count' : 'us' }); });
  const idle = h('input', { type: 'checkbox', name: 'idle' });
  idle.addEventListener('change', () => { changed({ idle: idle.checked }); });
  const follow = h('input', { type: 'checkbox', name: 'follow' });
  follow.addEventListener('change', () => { changed({ follow: follow.checked }); });
  const search = h('input', { type: 'search', name: 'search', placeholder: 'function or file', spellcheck: 'false' });
  search.value = start.search;
  search.addEventListener('input', () => { changed({ search: search.value.trim() }); });

  const element = h('form', { class: 'controls', 'aria-label': 'What to show' },
    h('div', { class: 'presets', role: 'group', 'aria-label': 'Range' }, ...presets.map((preset) => preset.element)),
    from.element, until.element,
    h('label', {}, 'Thread ', thread), h('label', {}, 'Width by ', weight),
    h('label', {}, idle, ' Idle'), h('label', {}, follow, ' Refresh'),
    h('label', { class: 'search' }, 'Search ', search));
  element.addEventListener('submit', (event) => { event.preventDefault(); });

  return {
    element,
    show(state, threads) {
      for (const preset of presets) preset.element.setAttribute('aria-pressed', String(state.until === 'now' && preset.from === state.from));
      from.show(state.from);
      until.show(state.until);
      weight.value = state.weight;
      idle.checked = state.idle;
      follow.checked = state.follow;
      const named = threads.map(({ boot, id, name }) => h('option', { value: `${boot}/${id}` }, threads.length > 1 ? `${name} (${boot})` : name));
      thread.replaceChildren(h('option', { value: '' }, 'all'), ...named);
      if (state.thread !== '' && !threads.some(({ boot, id }) => `${boot}/${id}` === state.thread)) thread.append(h('option', { value: state.thread }, state.thread));
      thread.value = state.thread;
    },
  };
}

function field(label: string, value: string, changed: (value: string) => void): { element: HTMLElement; show(value: string): void } {
  const input = h('input', { type: 'text', name: label.toLowerCase(), spellcheck: 'false', size: '14' });
  input.value = value;
  input.addEventListener('change', () => { changed(input.value.trim()); });
  return {
    element: h('label', {}, `${label} `, input),
    show(shown) {
      if (document.activeElement !== input) input.value = shown;
    },
  };
}
