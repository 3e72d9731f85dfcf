// Range and time zone, width, idle, search, and whether the page follows the present.
import type { RangeTexts } from '../view/range.ts';
import { dateRead, dateShown } from '../view/range.ts';
import type { GraphState } from '../view/state.ts';
import { button, h } from './dom.ts';

export interface Controls {
  readonly element: HTMLElement;
  show(state: GraphState): void;
}

export interface ControlEvents {
  readonly changed: (change: Partial<GraphState>) => void;
  readonly moved: (by: -1 | 1) => void;
  readonly widened: () => void;
}

const PRESETS = { '1 m': '-1minute', '5 m': '-5minutes', '15 m': '-15minutes', '1 h': '-1hour', '6 h': '-6hours', '24 h': '-24hours', '7 d': '-7days' };

export function createControls(start: GraphState, { changed, moved, widened }: ControlEvents): Controls {
  let utc = start.utc;
  const presets = Object.entries(PRESETS).map(([label, from]) => ({ from, element: button(label, () => { changed({ from, until: 'now', live: true }); }, { 'aria-pressed': 'false' }) }));
  const dateField = (label: string, key: keyof RangeTexts) => field(label, (text) => { changed({ [key]: dateRead(text, utc), live: false }); });
  const from = dateField('From', 'from');
  const until = dateField('Until', 'until');
  const weight = choice('weight', { us: 'time', count: 'samples' }, (value) => { changed({ weight: value === 'count' ? 'count' : 'us' }); });
  const zone = choice('zone', { local: 'local time', utc: 'UTC' }, (value) => { changed({ utc: value === 'utc' }); });
  const idle = check('idle', 'checkbox', (on) => { changed({ idle: on }); });
  const live = check('live', 'switch', (on) => { changed(on ? { live: true, until: 'now' } : { live: false }); });
  const search = h('input', { type: 'search', name: 'search', placeholder: 'function or file', spellcheck: 'false' });
  search.value = start.search;
  search.addEventListener('input', () => { changed({ search: search.value.trim() }); });

  const element = h('form', { class: 'controls', 'aria-label': 'What to show' },
    h('div', { class: 'presets', role: 'group', 'aria-label': 'Range' }, ...presets.map((preset) => preset.element)),
    h('div', { class: 'presets', role: 'group', 'aria-label': 'Through time' },
      button('◀', () => { moved(-1); }, { 'aria-label': 'Back in time', title: 'Back in time' }),
      button('▶', () => { moved(1); }, { 'aria-label': 'Forth in time', title: 'Forth in time' }),
      button('−', widened, { 'aria-label': 'Twice as long', title: 'Twice as long' })),
    from.element, until.element, zone,
    h('label', {}, live, ' Live'),
    h('label', {}, 'Width by ', weight),
    h('label', {}, idle, ' Idle'),
    h('label', { class: 'search' }, 'Search ', search));
  zone.setAttribute('aria-label', 'Time zone');
  element.addEventListener('submit', (event) => { event.preventDefault(); });

  return {
    element,
    show(state) {
      utc = state.utc;
      for (const preset of presets) preset.element.setAttribute('aria-pressed', String(state.until === 'now' && preset.from === state.from));
      from.show(dateShown(state.from, utc));
      until.show(dateShown(state.until, utc));
      weight.value = state.weight;
      zone.value = utc ? 'utc' : 'local';
      idle.checked = state.idle;
      live.checked = state.live;
      if (document.activeElement !== search) search.value = state.search;
    },
  };
}

function choice(name: string, options: Readonly<Record<string, string>>, changed: (value: string) => void): HTMLSelectElement {
  const select = h('select', { name }, ...Object.entries(options).map(([value, text]) => h('option', { value }, text)));
  select.addEventListener('change', () => { changed(select.value); });
  return select;
}

function check(name: string, role: 'checkbox' | 'switch', changed: (on: boolean) => void): HTMLInputElement {
  const box = h('input', { type: 'checkbox', name, ...(role === 'switch' ? { role } : {}) });
  box.addEventListener('change', () => { changed(box.checked); });
  return box;
}

function field(label: string, changed: (value: string) => void): { element: HTMLElement; show(value: string): void } {
  const input = h('input', { type: 'text', name: label.toLowerCase(), spellcheck: 'false', autocomplete: 'off', size: '17' });
  input.addEventListener('change', () => { changed(input.value); });
  return {
    element: h('label', {}, `${label} `, input),
    show(shown) {
      if (document.activeElement !== input) input.value = shown;
    },
  };
}
