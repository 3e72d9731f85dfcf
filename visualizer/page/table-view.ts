// The table of functions.
import type { FrameKey, FunctionRow } from '../api.ts';
import type { FunctionOrder } from '../view/functions.ts';
import { sameFunction } from '../view/functions.ts';
import { colourOf, groupOf } from '../view/groups.ts';
import type { Sorting } from '../view/sorting.ts';
import type { Weight } from '../view/state.ts';
import { amount } from '../view/kinds.ts';
import { percent } from '../view/units.ts';
import { nameOf, placeOf } from '../view/words.ts';
import { selfOf, totalOf } from '../view/weights.ts';
import { button, h } from './dom.ts';
import { createRowTable } from './row-table.ts';

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

const COLUMNS: Readonly<Record<FunctionOrder, string>> = { name: 'Function', self: 'Self', total: 'Total' };

export function createTable({ sorted, pointed, chosen }: TableEvents): TableView {
  let options: Omit<TableOptions, 'sorting' | 'about'> = { weight: 'us', kind: 'cpu', whole: 0, of: undefined, colour: colourOf };
  const table = createRowTable<FunctionRow, FunctionOrder>({
    name: 'Functions',
    class: 'functions',
    columns: COLUMNS,
    classOf: (order) => order,
    sorted,
    pointed,
    isCurrent: ({ frame }) => sameFunction(options.of, frame),
    cellsOf(row, tabindex) {
      const { weight, kind, whole, colour } = options;
      const number = (value: number): HTMLElement => h('td', { class: 'number' }, h('span', {}, whole === 0 ? '–' : percent(value / whole)), h('span', { class: 'quiet' }, amount(value, weight, kind)));
      const name = button('', () => { chosen(row); }, { class: 'plain', tabindex, title: `${nameOf(row)}\n${placeOf(row)}` });
      name.append(h('span', { class: `swatched ${colour(groupOf(row))}` }, nameOf(row)), h('span', { class: 'quiet place' }, placeOf(row)));
      return [h('td', {}, name), number(selfOf(row, weight)), number(totalOf(row, weight))];
    },
  });
  return {
    element: table.element,
    show(rows, wanted) {
      options = wanted;
      table.show(rows, wanted);
    },
  };
}
