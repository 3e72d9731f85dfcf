// The ranges that somebody keeps beyond their retention, each a link to its graph.
import type { PinAnswer } from '../api.ts';
import { textsOf } from '../view/range.ts';
import { addressOf, readState } from '../view/state.ts';
import { clockTime } from '../view/units.ts';
import { ask } from './ask.ts';
import { h } from './dom.ts';

export interface Pins {
  /** Hidden while nothing is pinned. */
  readonly element: HTMLElement;
  /** Rejects when the server does not answer. */
  refresh(): Promise<void>;
}

export function createPins(): Pins {
  const list = h('ul', { class: 'pins' });
  const element = h('section', { 'aria-label': 'Pinned ranges', hidden: '' }, h('h2', {}, 'Pinned ranges'), list);
  return {
    element,
    async refresh() {
      const pins = await ask<PinAnswer[]>('/api/pins');
      element.hidden = pins.length === 0;
      // A link that somebody is about to follow stays where it is.
      if (!list.contains(document.activeElement)) list.replaceChildren(...pins.map(item));
    },
  };
}

function item(pin: PinAnswer): HTMLElement {
  const href = addressOf({ ...readState('', ''), ...textsOf(pin), live: false });
  const note = pin.note === '' ? '' : ` ${pin.note}`;
  return h('li', {}, h('a', { href }, `${clockTime(pin.fromMs)} to ${clockTime(pin.untilMs)}`), note, h('span', { class: 'quiet' }, ` (${pin.id})`));
}
