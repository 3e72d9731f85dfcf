// Which time: presets, dates, back and forth, the zone they are told in, and whether the page follows the present.
import type { Range } from '../../collector/store/contract.ts';
import type { RangeTexts } from '../view/range.ts';
import { dateRead, dateShown, shifted, widened } from '../view/range.ts';
import type { Times } from '../view/state.ts';
import { button, check, choice, h, segments } from './dom.ts';

export interface Controls {
  readonly element: HTMLElement;
  show(state: Times): void;
  /** Back or forth by what is shown. */
  readonly move: (by: -1 | 1) => void;
}

/** What the page may start with, by the address. */
export const PRESETS: Readonly<Record<string, string>> = { '-1minute': '1 m', '-5minutes': '5 m', '-15minutes': '15 m', '-1hour': '1 h', '-6hours': '6 h', '-24hours': '24 h', '-7days': '7 d' };

/** `asked`: the range of the answer that is shown. */
export function createControls(start: Times, changed: (change: Partial<Times>) => void, asked: () => Range | undefined): Controls {
  let utc = start.utc;
  const move = (by: -1 | 1): void => { const range = asked(); if (range !== undefined) changed({ ...shifted(range, by, Date.now()), live: false }); };
  const widen = (): void => { const range = asked(); if (range !== undefined) changed({ ...widened(range, Date.now()), live: false }); };
  const presets = segments('Range', PRESETS, (from) => { changed({ from, until: 'now', live: true }); });
  const dateField = (label: string, key: keyof RangeTexts) => field(label, (text) => { changed({ [key]: dateRead(text, utc), live: false }); });
  const from = dateField('From', 'from');
  const until = dateField('Until', 'until');
  const zone = choice('zone', { local: 'local time', utc: 'UTC' }, (value) => { changed({ utc: value === 'utc' }); });
  const live = check('live', 'switch', (on) => { changed(on ? { live: true, until: 'now' } : { live: false }); });

  const element = h('form', { class: 'controls', 'aria-label': 'What to show' },
    presets.element,
    h('div', { class: 'segments', role: 'group', 'aria-label': 'Through time' },
      button('◀', () => { move(-1); }, { 'aria-label': 'Back in time', title: 'Back in time' }),
      button('▶', () => { move(1); }, { 'aria-label': 'Forth in time', title: 'Forth in time' }),
      button('−', widen, { 'aria-label': 'Twice as long', title: 'Twice as long' })),
    from.element, until.element, zone,
    h('label', { class: 'live' }, live, ' Live'));
  zone.setAttribute('aria-label', 'Time zone');
  element.addEventListener('submit', (event) => { event.preventDefault(); });

  return {
    element,
    move,
    show(state) {
      utc = state.utc;
      presets.show(state.until === 'now' ? state.from : undefined);
      from.show(dateShown(state.from, utc));
      until.show(dateShown(state.until, utc));
      zone.value = utc ? 'utc' : 'local';
      live.checked = state.live;
    },
  };
}

/** A date, or words for one. */
export function field(label: string, changed: (value: string) => void): { element: HTMLElement; show(value: string): void } {
  const input = h('input', { type: 'text', name: label.toLowerCase(), spellcheck: 'false', autocomplete: 'off', size: '17' });
  input.addEventListener('change', () => { changed(input.value); });
  return {
    element: h('label', {}, `${label} `, input),
    show(shown) {
      if (document.activeElement !== input) input.value = shown;
    },
  };
}
