// The table of changes: both shares, the difference and how sure it is. What chance may have made is grey.
import type { DiffOrder, DiffRow } from '../view/change.ts';
import { isWithinError, sortedRows, standingOf } from '../view/change.ts';
import { signed, stepOf } from '../view/palette.ts';
import type { Search } from '../view/search.ts';
import type { Sorting } from '../view/sorting.ts';
import { nameOf, placeOf } from '../view/words.ts';
import { button, h } from './dom.ts';
import { createHeads } from './heads.ts';

export interface DiffTable {
  readonly element: HTMLElement;
  show(rows: readonly DiffRow[], options: DiffTableOptions): void;
}

export interface DiffTableOptions {
  readonly of: 'self' | 'total';
  readonly sorting: Sorting<DiffOrder>;
  readonly search: Search | undefined;
  /** Of all functions, those that are not in `rows` too. */
  readonly functions: number;
  /** Where a function's own page is. */
  readonly hrefOf: (row: DiffRow) => string;
  /** How shares are told. */
  readonly told: (share: number) => string;
}

/** At first; the rest comes when it is asked for. */
const ROWS = 100;
const COLUMNS: Readonly<Record<DiffOrder, string>> = { name: 'Function', before: 'A', after: 'B', change: 'Change', error: '± error' };
const STANDINGS = { new: 'new', gone: 'vanished', both: '' };

export function createDiffTable(pointed: (row: DiffRow | undefined) => void, sorted: (sorting: Sorting<DiffOrder>) => void): DiffTable {
  let shown: readonly DiffRow[] = [];
  let all = false;
  let again = (): void => undefined;
  const body = h('tbody', {});
  const more = button('', () => {
    all = true;
    again();
  });
  const about = h('p', { class: 'quiet about-table', role: 'status' });
  const heads = createHeads(COLUMNS, (order) => (order === 'name' ? '' : 'number'), sorted);
  const element = h('section', { class: 'changes', 'aria-label': 'Changes' },
    h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Table of changes' }, h('table', { 'aria-label': 'Changes' }, h('thead', {}, h('tr', {}, ...heads.cells)), body)),
    about, more);
  const rowOf = ({ target }: Event): DiffRow | undefined => {
    const index = target instanceof Element ? target.closest<HTMLElement>('tr')?.dataset['row'] : undefined;
    return index === undefined ? undefined : shown[Number(index)];
  };
  body.addEventListener('mouseover', (event) => { pointed(rowOf(event)); });
  body.addEventListener('mouseleave', () => { pointed(undefined); });
  body.addEventListener('focusin', (event) => { pointed(rowOf(event)); });
  body.addEventListener('focusout', () => { pointed(undefined); });

  return {
    element,
    show(rows, options) {
      heads.show(options.sorting);
      again = () => {
        const { of, sorting, search, functions, hrefOf, told } = options;
        const found = sortedRows(search === undefined ? rows : rows.filter(search.matches), of, sorting);
        shown = all ? found : found.slice(0, ROWS);
        body.replaceChildren(...shown.map((row, index) => line(row, index, of, hrefOf(row), told)));
        const sure = found.filter((row) => !isWithinError(row[of])).length;
        about.textContent = `${sure} of ${functions} functions changed beyond the sampling error${search === undefined ? '' : ', of those found'}.`;
        more.hidden = shown.length === found.length;
        more.textContent = `Show all ${found.length}`;
      };
      again();
    },
  };
}

function line(row: DiffRow, index: number, of: 'self' | 'total', href: string, told: (share: number) => string): HTMLElement {
  const change = row[of];
  const standing = STANDINGS[standingOf(row)];
  const number = (text: string, more = ''): HTMLElement => h('td', { class: `number ${more}` }, text);
  return h('tr', { 'data-row': String(index), ...(isWithinError(change) ? { class: 'unsure' } : {}) },
    h('td', {}, h('a', { href, class: `swatched ${stepOf(change)}` }, nameOf(row)), standing === '' ? '' : ' ', standing === '' ? undefined : h('span', { class: 'standing' }, standing), ' ', h('span', { class: 'quiet place' }, placeOf(row))),
    number(told(change.before)), number(told(change.after)), number(signed(change, told), 'change'), number(told(change.error)));
}
