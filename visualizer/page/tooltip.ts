// What a frame says when it is pointed at.
import type { FlameNode } from '../api.ts';
import { h } from './dom.ts';
import { duration, percent, samples } from '../view/units.ts';

export interface Tooltip {
  readonly element: HTMLElement;
  show(node: FlameNode | undefined, root: FlameNode | undefined, at: { readonly x: number; readonly y: number }): void;
}

const GAP_PX = 14;

export function createTooltip(): Tooltip {
  const element = h('div', { class: 'tip', role: 'tooltip', hidden: '' });
  return {
    element,
    show(node, root, at) {
      element.hidden = node === undefined;
      if (node === undefined || root === undefined) return;
      const place = node.url === '' ? meaningOf(node) : `${node.url}${node.line > 0 ? `:${node.line}` : ''}`;
      element.replaceChildren(
        h('strong', {}, node.name),
        h('div', { class: 'quiet' }, place),
        h('div', {}, `total ${duration(node.totalUs)} (${share(node.totalUs, root.totalUs)}), ${samples(node.totalCount)}`),
        h('div', {}, `self ${duration(node.selfUs)} (${share(node.selfUs, root.totalUs)}), ${samples(node.selfCount)}`),
      );
      const { offsetWidth, offsetHeight } = element;
      element.style.left = `${Math.max(0, Math.min(at.x + GAP_PX, innerWidth - offsetWidth - GAP_PX))}px`;
      element.style.top = `${at.y + GAP_PX + offsetHeight > innerHeight ? at.y - GAP_PX - offsetHeight : at.y + GAP_PX}px`;
    },
  };
}

function meaningOf({ name, cut }: FlameNode): string {
  if (cut !== undefined) return 'Too small or too deep to draw: summed up here. A click opens it.';
  if (name === '(garbage collector)') return 'V8 freeing memory';
  if (name === '(program)') return 'Native code: Node.js, V8 or the system, outside JavaScript';
  if (name === '(idle)') return 'Waiting for something to do';
  return 'V8 or native code';
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : percent(part / whole);
}
