// One function between those that call it and what it calls.
import type { FlameNode, LinesOfFunction } from '../api.ts';
import type { Search } from '../view/search.ts';
import type { Weight } from '../view/state.ts';
import { sameFunction, selfOfAll } from '../view/functions.ts';
import { follow } from '../view/tree.ts';
import { amount } from '../view/kinds.ts';
import { percent } from '../view/units.ts';
import { nameOf, placeOf } from '../view/words.ts';
import { totalOf } from '../view/weights.ts';
import { button, h } from './dom.ts';
import type { FlameEvents, FlameLook, FlameView } from './flame-view.ts';
import { createFlameView } from './flame-view.ts';
import { createLineTable } from './line-table.ts';

export interface Sandwich {
  readonly element: HTMLElement;
  /** Trees with the function at their root; undefined when it is in no stack. */
  show(callers: FlameNode | undefined, callees: FlameNode | undefined, options: SandwichOptions): void;
  find(search: Search | undefined): void;
}

export interface SandwichOptions {
  readonly weight: Weight;
  readonly kind: string;
  readonly whole: number;
  readonly lines: LinesOfFunction;
  readonly utc: boolean;
}

interface Half {
  readonly view: FlameView;
  draw(root: FlameNode, weight: Weight, label: string): void;
}

export interface SandwichEvents extends Pick<FlameEvents, 'pointed' | 'menu'> {
  readonly closed: () => void;
  /** What was cut is wanted. */
  readonly opened: () => void;
}

export function createSandwich({ pointed, menu, closed, opened }: SandwichEvents, look: FlameLook): Sandwich {
  const above = half('callers', true);
  const below = half('callees', false);
  const lineTable = createLineTable();
  const title = h('h2', {});
  const place = h('p', { class: 'quiet place' });
  const numbers = h('p', {});
  const parts = h('div', {}, h('h3', {}, 'Callers'), above.view.element, h('h3', {}, 'Callees'), below.view.element, lineTable.element);
  const element = h('section', { class: 'sandwich', 'aria-label': 'Callers and callees' }, h('div', { class: 'sandwich-head' }, title, button('Back to the flames', closed)), place, numbers, parts);

  return {
    element,
    show(callers, callees, { weight, kind, whole, lines, utc }) {
      parts.hidden = callers === undefined || callees === undefined;
      if (callers === undefined || callees === undefined) {
        title.textContent = 'Callers and callees';
        place.textContent = '';
        numbers.textContent = 'This function was not sampled in this range. Choose a longer one, or go back to the flames.';
        return;
      }
      const name = nameOf(callees);
      title.textContent = name;
      place.textContent = placeOf(callees);
      const told = (value: number): string => `${amount(value, weight, kind)}${whole === 0 ? '' : ` (${percent(value / whole)})`}`;
      numbers.textContent = `total ${told(totalOf(callees, weight))} · self ${told(selfOfAll(callees, weight))}`;
      above.draw(callers, weight, `Callers of ${name}, above it`);
      below.draw(callees, weight, `Callees of ${name}, below it`);
      lineTable.show(lines, { kind, utc });
    },
    find(search) {
      above.view.find(search);
      below.view.find(search);
    },
  };

  function half(id: string, up: boolean): Half {
    let zoom: readonly string[] = [];
    let drawn: FlameNode | undefined;
    const view = createFlameView(id, { pointed, menu, opened, zoomed: (path) => { zoom = path; } }, look);
    return {
      view,
      draw(root, weight, label) {
        if (!sameFunction(drawn?.frame, root.frame)) zoom = [];
        drawn = root;
        view.element.setAttribute('aria-label', `${label}. Arrows walk, Enter zooms, Escape zooms out.`);
        view.draw({ root, weight, zoom: follow(root, zoom), up });
      },
    };
  }
}
