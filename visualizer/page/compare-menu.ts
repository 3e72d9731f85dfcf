// “Compare with …” on a page of flames: what is looked at against an earlier time or version.
import type { Range } from '../../collector/store/contract.ts';
import type { With } from '../view/change.ts';
import { compareAddress } from '../view/diff-state.ts';
import type { GraphState } from '../view/state.ts';
import { fixedAt } from '../view/state.ts';
import { createLinks, entry } from './links.ts';

export const COMPARED: Readonly<Record<With, string>> = { before: 'The period before', day: 'Same time yesterday', week: 'Same time last week', version: 'Version before' };

export interface Compare {
  readonly element: HTMLElement;
  show(state: GraphState, asked: Range): void;
}

export function createCompare(): Compare {
  const { element, show } = createLinks('Compare with');
  return {
    element,
    show(state, asked) {
      show(Object.entries(COMPARED).map(([other, name]) => entry(compareAddress(fixedAt(state, asked), other as With), name)));
    },
  };
}
