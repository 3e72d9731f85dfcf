// A table that sorts by its heads. Only the rows in sight are there, however many there are; one of them can be reached
// by Tab, arrows move from it.
import { rowsInSight } from '../view/functions.ts';
import type { Sorting } from '../view/sorting.ts';
import { h } from './dom.ts';
import { createHeads } from './heads.ts';

export interface RowTable<T, K extends string> {
  readonly element: HTMLElement;
  /** `about`: under the table, how much of all this is. */
  show(rows: readonly T[], options: { readonly sorting: Sorting<K>; readonly about: string }): void;
}

export interface RowTableOptions<T, K extends string> {
  readonly name: string;
  readonly class: string;
  readonly columns: Readonly<Record<K, string>>;
  /** Of a column's head. */
  readonly classOf: (order: K) => string;
  readonly sorted: (sorting: Sorting<K>) => void;
  /** One for each column; the first has the row's button, with this `tabindex`. */
  readonly cellsOf: (row: T, tabindex: string) => readonly HTMLElement[];
  readonly isCurrent: (row: T) => boolean;
  readonly pointed?: (row: T | undefined) => void;
}

/** As the style sheet has it. */
const ROW_PX = 44;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY };

export function createRowTable<T, K extends string>({ name, class: kind, columns, classOf, sorted, cellsOf, isCurrent, pointed = () => undefined }: RowTableOptions<T, K>): RowTable<T, K> {
  const heads = createHeads(columns, classOf, sorted);
  const spacer = (): HTMLTableSectionElement => h('tbody', { 'aria-hidden': 'true' }, h('tr', {}, h('td', { colspan: String(heads.cells.length) })));
  const [before, body, after] = [spacer(), h('tbody', {}), spacer()];
  const table = h('table', { 'aria-label': name }, h('thead', {}, h('tr', {}, ...heads.cells)), before, body, after);
  const scroller = h('div', { class: 'scroller', tabindex: '-1' }, table);
  const about = h('p', { class: 'quiet about-table' });
  const element = h('section', { class: kind, 'aria-label': name }, scroller, about);
  let rows: readonly T[] = [];
  let sorting: Sorting<K> | undefined;
  let active = 0;
  let drawn = '';

  scroller.addEventListener('scroll', draw, { passive: true });
  new ResizeObserver(draw).observe(scroller);
  body.addEventListener('mouseover', (event) => { pointed(rows[indexOf(event) ?? -1]); });
  body.addEventListener('mouseleave', () => { pointed(undefined); });
  body.addEventListener('focusin', (event) => {
    active = indexOf(event) ?? active;
    pointed(rows[active]);
  });
  body.addEventListener('focusout', () => { pointed(undefined); });
  scroller.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined || rows.length === 0 || !(event.target instanceof Node && (event.target === scroller || body.contains(event.target)))) return;
    event.preventDefault();
    active = Math.max(0, Math.min(rows.length - 1, active + step));
    const headPx = table.tHead?.offsetHeight ?? 0;
    scroller.scrollTop = Math.max((active + 1) * ROW_PX + headPx - scroller.clientHeight, Math.min(scroller.scrollTop, active * ROW_PX));
    draw();
    body.querySelector<HTMLElement>('button[tabindex="0"]')?.focus({ preventScroll: true });
  });

  return {
    element,
    show(now, wanted) {
      const other = wanted.sorting.order !== sorting?.order || wanted.sorting.turned !== sorting.turned || now.length !== rows.length;
      [rows, sorting, drawn] = [now, wanted.sorting, ''];
      if (other && !body.contains(document.activeElement)) active = 0;
      active = Math.max(0, Math.min(active, rows.length - 1));
      about.textContent = wanted.about;
      table.setAttribute('aria-rowcount', String(rows.length + 1));
      heads.show(wanted.sorting);
      draw();
    },
  };

  function indexOf({ target }: Event): number | undefined {
    const index = target instanceof Element ? target.closest<HTMLElement>('tr[data-row]')?.dataset['row'] : undefined;
    return index === undefined ? undefined : Number(index);
  }

  function draw(): void {
    const [first, end] = rowsInSight(scroller.scrollTop, scroller.clientHeight, ROW_PX, rows.length);
    // Rows that stay as they are can be clicked while somebody scrolls.
    const wanted = `${first} ${end} ${active}`;
    if (wanted === drawn) return;
    drawn = wanted;
    const focused = body.contains(document.activeElement);
    body.replaceChildren(...rows.slice(first, end).map((row, index) => line(row, first + index)));
    for (const [space, count] of [[before, first], [after, rows.length - end]] as const) {
      space.hidden = count === 0;
      const cell = space.rows[0]?.cells[0];
      if (cell !== undefined) cell.style.height = `${count * ROW_PX}px`;
    }
    if (focused) (body.querySelector<HTMLElement>('button[tabindex="0"]') ?? scroller).focus({ preventScroll: true });
  }

  function line(row: T, index: number): HTMLElement {
    return h('tr', { 'data-row': String(index), 'aria-rowindex': String(index + 2), ...(isCurrent(row) ? { 'aria-current': 'true' } : {}) }, ...cellsOf(row, index === active ? '0' : '-1'));
  }
}
