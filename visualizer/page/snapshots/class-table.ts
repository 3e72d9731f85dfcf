// The table of classes of a snapshot, or of what changed between two.
import type { Sorting } from '../../view/sorting.ts';
import type { ClassLine, ClassOrder } from '../../view/snapshot-state.ts';
import { button, h } from '../dom.ts';
import { createRowTable } from '../row-table.ts';

export interface ClassTable {
  readonly element: HTMLElement;
  show(lines: readonly ClassLine[], options: { readonly sorting: Sorting<ClassOrder>; readonly chosen: string; readonly about: string }): void;
}

const COLUMNS: Readonly<Record<ClassOrder, string>> = { name: 'Class', count: 'Count', shallow: 'Shallow', retained: 'Retained' };

export function createClassTable(sorted: (sorting: Sorting<ClassOrder>) => void, opened: (name: string) => void): ClassTable {
  let chosen = '';
  const table = createRowTable<ClassLine, ClassOrder>({
    name: 'Classes',
    class: 'functions classes',
    columns: COLUMNS,
    classOf: (order) => (order === 'name' ? 'name' : 'total'),
    sorted,
    isCurrent: ({ name }) => name === chosen,
    cellsOf({ name, standing, cells }, tabindex) {
      const open = button('', () => { opened(name); }, { class: 'plain', tabindex, title: name });
      open.append(h('span', { class: 'mono' }, name), ...(standing === '' ? [] : [h('span', { class: 'quiet' }, standing)]));
      return [h('td', {}, open), ...cells.map(([text, more]) => h('td', { class: 'number' }, h('span', {}, text), h('span', { class: 'quiet' }, more)))];
    },
  });
  return {
    element: table.element,
    show(lines, options) {
      ({ chosen } = options);
      table.show(lines, options);
    },
  };
}
