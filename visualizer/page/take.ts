// “Take it with you”: what is looked at as a file, in speedscope, or as a link that stays true.
import type { Range } from '../../collector/store/contract.ts';
import { titleOf } from '../selection.ts';
import type { GraphState } from '../view/state.ts';
import type { Format } from '../view/take.ts';
import { exportAddress, FORMATS, speedscopeAddress, viewAddress } from '../view/take.ts';
import { h } from './dom.ts';

export interface Take {
  readonly element: HTMLElement;
  show(state: GraphState, asked: Range): void;
}

export function createTake(): Take {
  const list = h('ul', {});
  const element = h('details', { class: 'take', hidden: '' }, h('summary', {}, 'Take it with you'), list);
  element.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !element.open) return;
    element.open = false;
    element.querySelector('summary')?.focus();
  });
  return {
    element,
    show(state, asked) {
      element.hidden = false;
      const files = Object.entries(FORMATS).map(([format, name]) => entry(exportAddress(state, asked, format as Format), name, { download: '' }));
      list.replaceChildren(
        entry(speedscopeAddress(state, asked, titleOf(state.selection)), 'Open in speedscope', { target: '_blank', rel: 'noopener' }),
        ...files,
        entry(viewAddress(state, asked), 'Link to this view, at these times', {}),
      );
    },
  };
}

function entry(href: string, text: string, more: Readonly<Record<string, string>>): HTMLElement {
  return h('li', {}, h('a', { href, ...more }, text));
}
