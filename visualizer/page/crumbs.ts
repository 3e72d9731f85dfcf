// Where the flames are zoomed to: a way back to each step.
import type { FlameNode } from '../api.ts';
import { nameOf } from '../view/words.ts';
import { button, h } from './dom.ts';

export interface Crumbs {
  readonly element: HTMLElement;
  show(root: FlameNode | undefined, path: readonly FlameNode[]): void;
}

/** Before the last; the flames themselves show the others. */
const MOST_STEPS = 5;

/** `zoomed`: how many steps of the path are left. */
export function createCrumbs(zoomed: (steps: number) => void): Crumbs {
  const list = h('ol', {});
  const element = h('nav', { class: 'crumbs', 'aria-label': 'Zoom', hidden: '' }, list);
  return {
    element,
    show(root, path) {
      element.hidden = root === undefined || path.length === 0;
      const name = root?.name ?? '';
      const skipped = Math.max(0, path.length - 1 - MOST_STEPS);
      list.replaceChildren(
        h('li', {}, button(name, () => { zoomed(0); }, { class: 'plain', 'aria-label': `Zoom out to ${name}` })),
        ...(skipped === 0 ? [] : [h('li', { title: path.slice(0, skipped).map(nameOf).join(' › ') }, `${skipped} more`)]),
        ...path.slice(skipped).map((node, index) => {
          const steps = skipped + index + 1;
          return steps === path.length ? h('li', { 'aria-current': 'true' }, nameOf(node)) : h('li', {}, button(nameOf(node), () => { zoomed(steps); }, { class: 'plain' }));
        }));
    },
  };
}
