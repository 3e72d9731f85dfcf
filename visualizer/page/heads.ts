// Heads of columns that sort a table.
import type { Sorting } from '../view/sorting.ts';
import { clicked, directionOf } from '../view/sorting.ts';
import { button, h } from './dom.ts';

export interface Heads<K extends string> {
  readonly cells: readonly HTMLElement[];
  show(sorting: Sorting<K>): void;
}

/** `classOf`: of a column's cell. */
export function createHeads<K extends string>(columns: Readonly<Record<K, string>>, classOf: (order: K) => string, sorted: (sorting: Sorting<K>) => void): Heads<K> {
  let now: Sorting<K> | undefined;
  const heads = (Object.entries(columns) as [K, string][]).map(([order, name]) => ({
    order,
    cell: h('th', { scope: 'col', class: classOf(order) }, button(name, () => { sorted(now === undefined ? { order, turned: false } : clicked(now, order)); }, { class: 'plain' })),
  }));
  return {
    cells: heads.map(({ cell }) => cell),
    show(sorting) {
      if (sorting.order === now?.order && sorting.turned === now.turned) return;
      now = sorting;
      for (const { order, cell } of heads) {
        if (order === sorting.order) cell.setAttribute('aria-sort', directionOf(sorting));
        else cell.removeAttribute('aria-sort');
      }
    },
  };
}
