// The table of functions. Only the rows in sight are there, however many there are; one of them can be reached by Tab,
// arrows move from it.
import type { FrameKey, FunctionRow } from '../api.ts';
import type { FunctionOrder } from '../view/functions.ts';
import { rowsInSight, sameFunction } from '../view/functions.ts';
import { colourOf, groupOf } from '../view/groups.ts';
import type { Sorting } from '../view/sorting.ts';
import type { Weight } from '../view/state.ts';
import { amount } from '../view/kinds.ts';
import { percent } from '../view/units.ts';
import { nameOf, placeOf } from '../view/words.ts';
import { selfOf, totalOf } from '../view/weights.ts';
import { button, h } from './dom.ts';
import { createHeads } from './heads.ts';

export interface TableView {
  readonly element: HTMLElement;
  show(rows: readonly FunctionRow[], options: TableOptions): void;
}

export interface TableOptions {
  readonly weight: Weight;
  readonly kind: string;
  /** What shares are of. */
  readonly whole: number;
  readonly sorting: Sorting<FunctionOrder>;
  readonly of: FrameKey | undefined;
  /** Class of a group's colour. */
  readonly colour: (key: string) => string;
  /** Under the table: how much of all this is. */
  readonly about: string;
}

export interface TableEvents {
  readonly sorted: (sorting: Sorting<FunctionOrder>) => void;
  readonly pointed: (row: FunctionRow | undefined) => void;
  readonly chosen: (row: FunctionRow) => void;
}

/** As the style sheet has it. */
const ROW_PX = 44;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY };
const COLUMNS: Readonly<Record<FunctionOrder, string>> = { name: 'Function', self: 'Self', total: 'Total' };

export function createTable({ sorted, pointed, chosen }: TableEvents): TableView {
  const heads = createHeads(COLUMNS, (order) => order, sorted);
  const spacer = (): HTMLTableSectionElement => h('tbody', { 'aria-hidden': 'true' }, h('tr', {}, h('td', { colspan: '3' })));
  const [before, body, after] = [spacer(), h('tbody', {}), spacer()];
  const table = h('table', { 'aria-label': 'Functions' }, h('thead', {}, h('tr', {}, ...heads.cells)), before, body, after);
  const scroller = h('div', { class: 'scroller', tabindex: '-1' }, table);
  const about = h('p', { class: 'quiet about-table' });
  const element = h('section', { class: 'functions', 'aria-label': 'Functions' }, scroller, about);
  let rows: readonly FunctionRow[] = [];
  let options: TableOptions = { weight: 'us', kind: 'cpu', whole: 0, sorting: { order: 'self', turned: false }, of: undefined, colour: colourOf, about: '' };
  let active = 0;

  scroller.addEventListener('scroll', draw, { passive: true });
  new ResizeObserver(draw).observe(scroller);
  body.addEventListener('mouseover', (event) => { pointed(rowOf(event)); });
  body.addEventListener('mouseleave', () => { pointed(undefined); });
  body.addEventListener('focusin', (event) => {
    active = rows.findIndex((row) => row === rowOf(event));
    pointed(rows[active]);
  });
  body.addEventListener('focusout', () => { pointed(undefined); });
  scroller.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined || rows.length === 0 || (event.target !== scroller && !(event.target instanceof Node && body.contains(event.target)))) return;
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
      const { order, turned } = options.sorting;
      const other = wanted.sorting.order !== order || wanted.sorting.turned !== turned || now.length !== rows.length;
      [rows, options] = [now, wanted];
      if (other && !body.contains(document.activeElement)) active = 0;
      active = Math.max(0, Math.min(active, rows.length - 1));
      about.textContent = wanted.about;
      table.setAttribute('aria-rowcount', String(rows.length + 1));
      heads.show(wanted.sorting);
      draw();
    },
  };

  function rowOf({ target }: Event): FunctionRow | undefined {
    const index = target instanceof Element ? target.closest<HTMLElement>('tr[data-row]')?.dataset['row'] : undefined;
    return index === undefined ? undefined : rows[Number(index)];
  }

  function draw(): void {
    const [first, end] = rowsInSight(scroller.scrollTop, scroller.clientHeight, ROW_PX, rows.length);
    const focused = body.contains(document.activeElement);
    body.replaceChildren(...rows.slice(first, end).map((row, index) => line(row, first + index)));
    before.hidden = first === 0;
    after.hidden = end === rows.length;
    setHeight(before, first);
    setHeight(after, rows.length - end);
    if (focused) (body.querySelector<HTMLElement>('button[tabindex="0"]') ?? scroller).focus({ preventScroll: true });
  }

  function line(row: FunctionRow, index: number): HTMLElement {
    const number = (value: number): HTMLElement => h('td', { class: 'number' }, h('span', {}, whole === 0 ? '–' : percent(value / whole)), h('span', { class: 'quiet' }, amount(value, weight, kind)));
    const { weight, kind, whole, of, colour } = options;
    const name = button('', () => { chosen(row); }, { class: 'plain', tabindex: index === active ? '0' : '-1', title: `${nameOf(row)}\n${placeOf(row)}` });
    name.append(h('span', { class: `swatched ${colour(groupOf(row))}` }, nameOf(row)), h('span', { class: 'quiet place' }, placeOf(row)));
    return h('tr', { 'data-row': String(index), 'aria-rowindex': String(index + 2), ...(sameFunction(of, row.frame) ? { 'aria-current': 'true' } : {}) },
      h('td', {}, name), number(selfOf(row, weight)), number(totalOf(row, weight)));
  }
}

function setHeight(spacer: HTMLTableSectionElement, rows: number): void {
  const cell = spacer.rows[0]?.cells[0];
  if (cell !== undefined) cell.style.height = `${rows * ROW_PX}px`;
}
