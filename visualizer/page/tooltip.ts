// What a frame says when it is pointed at.
import type { FlameNode } from '../api.ts';
import { h } from './dom.ts';
import { amount } from '../view/kinds.ts';
import { percent, samples } from '../view/units.ts';
import { nameOf, placeOf } from '../view/words.ts';

export interface Tooltip {
  readonly element: HTMLElement;
  show(node: FlameNode | undefined, root: FlameNode | undefined, at: { readonly x: number; readonly y: number }, kind: string): void;
}

const GAP_PX = 14;

export function createTooltip(): Tooltip {
  const { element, show } = createTip();
  return {
    element,
    show(node, root, at, kind) {
      if (node === undefined || root === undefined) show([], at);
      else show([
        h('strong', {}, nameOf(node)),
        h('div', { class: 'quiet' }, placeOf(node)),
        h('div', {}, `total ${amount(node.totalUs, 'us', kind)} (${share(node.totalUs, root.totalUs)}), ${samples(node.totalCount)}`),
        h('div', {}, `self ${amount(node.selfUs, 'us', kind)} (${share(node.selfUs, root.totalUs)}), ${samples(node.selfCount)}`),
      ], at);
    },
  };
}

/** Near a point; without lines it goes away. */
export function createTip(): { readonly element: HTMLElement; readonly show: (lines: readonly HTMLElement[], at: { readonly x: number; readonly y: number }) => void } {
  const element = h('div', { class: 'tip', role: 'tooltip', hidden: '' });
  return {
    element,
    show(lines, at) {
      element.hidden = lines.length === 0;
      element.replaceChildren(...lines);
      const { offsetWidth, offsetHeight } = element;
      element.style.left = `${Math.max(0, Math.min(at.x + GAP_PX, innerWidth - offsetWidth - GAP_PX))}px`;
      element.style.top = `${at.y + GAP_PX + offsetHeight > innerHeight ? at.y - GAP_PX - offsetHeight : at.y + GAP_PX}px`;
    },
  };
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : percent(part / whole);
}
