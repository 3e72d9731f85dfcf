// “Take it with you”: what is looked at as a file, in speedscope, or as a link that stays true.
import type { Range } from '../../collector/store/contract.ts';
import { titleOf } from '../selection.ts';
import type { GraphState } from '../view/state.ts';
import type { Format } from '../view/take.ts';
import { exportAddress, fits, FORMATS, speedscopeAddress, viewAddress } from '../view/take.ts';
import { createLinks, entry } from './links.ts';

export interface Take {
  readonly element: HTMLElement;
  show(state: GraphState, asked: Range): void;
}

export function createTake(): Take {
  const { element, show } = createLinks('Take it with you');
  return {
    element,
    show(state, asked) {
      const files = Object.entries(FORMATS).filter(([format]) => fits(format as Format, state.selection.kind)).map(([format, name]) => entry(exportAddress(state, asked, format as Format), name, { download: '' }));
      show([
        entry(speedscopeAddress(state, asked, titleOf(state.selection)), 'Open in speedscope', { target: '_blank', rel: 'noopener' }),
        ...files,
        entry(viewAddress(state, asked), 'Link to this view, at these times'),
      ]);
    },
  };
}
