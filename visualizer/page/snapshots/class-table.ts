// The table of classes. Only the rows in sight are there, however many there are; arrows walk them.
import type { ClassLine, ClassOrder } from '../../view/snapshot-state.ts';
import { rowsInSight } from '../../view/functions.ts';
import { button, h } from '../dom.ts';

export interface ClassTable {
  readonly element: HTMLElement;
  show(lines: readonly ClassLine[], options: { readonly order: ClassOrder; readonly chosen: string; readonly about: string }): void;
}

/** As the style sheet has it. */
const ROW_PX = 44;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY };
const COLUMNS: Readonly<Record<ClassOrder, string>> = { name: 'Class', count: 'Count', shallow: 'Shallow', retained: 'Retained' };

export function createClassTable(ordered: (order: ClassOrder) => void, opened: (name: string) => void): ClassTable {
  const heads = (Object.entries(COLUMNS) as [ClassOrder, string][]).map(([order, name]) => ({ order, cell: h('th', { scope: 'col', class: order === 'name' ? 'name' : 'total' }, button(name, () => { ordered(order); }, { class: 'plain' })) }));
  const spacer = (): HTMLTableSectionElement => h('tbody', { 'aria-hidden': 'true' }, h('tr', {}, h('td', { colspan: '4' })));
  const [before, body, after] = [spacer(), h('tbody', {}), spacer()];
  const table = h('table', { 'aria-label': 'Classes' }, h('thead', {}, h('tr', {}, ...heads.map(({ cell }) => cell))), before, body, after);
  const scroller = h('div', { class: 'scroller', tabindex: '-1' }, table);
  const about = h('p', { class: 'quiet about-table' });
  const element = h('section', { class: 'functions classes', 'aria-label': 'Classes' }, scroller, about);
  let lines: readonly ClassLine[] = [];
  let chosen = '';
  let active = 0;
  let drawn = { lines, first: 0, end: 0, active, chosen };

  scroller.addEventListener('scroll', draw, { passive: true });
  new ResizeObserver(draw).observe(scroller);
  body.addEventListener('focusin', ({ target }) => {
    const index = target instanceof Element ? target.closest<HTMLElement>('tr')?.dataset['row'] : undefined;
    if (index !== undefined) active = Number(index);
  });
  scroller.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined || lines.length === 0 || !(event.target instanceof Node && (event.target === scroller || body.contains(event.target)))) return;
    event.preventDefault();
    active = Math.max(0, Math.min(lines.length - 1, active + step));
    const headPx = table.tHead?.offsetHeight ?? 0;
    scroller.scrollTop = Math.max((active + 1) * ROW_PX + headPx - scroller.clientHeight, Math.min(scroller.scrollTop, active * ROW_PX));
    draw();
    body.querySelector<HTMLElement>('button[tabindex="0"]')?.focus({ preventScroll: true });
  });

  return {
    element,
    show(now, options) {
      lines = now;
      ({ chosen } = options);
      active = Math.max(0, Math.min(active, lines.length - 1));
      about.textContent = options.about;
      table.setAttribute('aria-rowcount', String(lines.length + 1));
      for (const { order, cell } of heads) {
        if (order === options.order) cell.setAttribute('aria-sort', order === 'name' ? 'ascending' : 'descending');
        else cell.removeAttribute('aria-sort');
      }
      draw();
    },
  };

  function draw(): void {
    const [first, end] = rowsInSight(scroller.scrollTop, scroller.clientHeight, ROW_PX, lines.length);
    // Rows that stay as they are can be clicked while somebody scrolls.
    if (drawn.lines === lines && drawn.first === first && drawn.end === end && drawn.active === active && drawn.chosen === chosen) return;
    drawn = { lines, first, end, active, chosen };
    const focused = body.contains(document.activeElement);
    body.replaceChildren(...lines.slice(first, end).map((line, index) => row(line, first + index)));
    for (const [spacer, rows] of [[before, first], [after, lines.length - end]] as const) {
      spacer.hidden = rows === 0;
      const cell = spacer.rows[0]?.cells[0];
      if (cell !== undefined) cell.style.height = `${rows * ROW_PX}px`;
    }
    if (focused) (body.querySelector<HTMLElement>('button[tabindex="0"]') ?? scroller).focus({ preventScroll: true });
  }

  function row({ name, standing, cells }: ClassLine, index: number): HTMLElement {
    const open = button('', () => { opened(name); }, { class: 'plain', tabindex: index === active ? '0' : '-1', title: name });
    open.append(h('span', { class: 'mono' }, name), ...(standing === '' ? [] : [h('span', { class: 'quiet' }, standing)]));
    return h('tr', { 'data-row': String(index), 'aria-rowindex': String(index + 2), ...(name === chosen ? { 'aria-current': 'true' } : {}) },
      h('td', {}, open), ...cells.map(([text, more]) => h('td', { class: 'number' }, h('span', {}, text), h('span', { class: 'quiet' }, more))));
  }
}
