// What of heap snapshots is looked at, as the address says it; and the rows of the table of classes. Pure.
import type { ClassRow } from '../snapshot/answers.ts';
import type { ClassChange } from './retaining.ts';
import { growthOf } from './retaining.ts';
import type { Sorting } from './sorting.ts';
import { sense } from './sorting.ts';
import { bytes, percent } from './units.ts';

export interface SnapshotState extends Sorting<ClassOrder> {
  /** File names; empty when none is chosen. */
  readonly snapshot: string;
  readonly before: string;
  /** A host of which one is wanted. */
  readonly take: string;
  readonly className: string;
  /** V8's number of an object. */
  readonly object: number | undefined;
  readonly filter: string;
}

export type ClassOrder = 'name' | 'count' | 'shallow' | 'retained';

const ORDERS: readonly ClassOrder[] = ['retained', 'shallow', 'count', 'name'];

export function readSnapshotState(search: string): SnapshotState {
  const query = new URLSearchParams(search);
  const id = query.get('object') ?? '';
  return {
    snapshot: query.get('snapshot') ?? '',
    before: query.get('before') ?? '',
    take: query.get('take') ?? '',
    className: query.get('class') ?? '',
    object: /^\d{1,10}$/.test(id) ? Number(id) : undefined,
    filter: query.get('filter') ?? '',
    order: ORDERS.find((order) => order === query.get('order')) ?? 'retained',
    turned: query.get('turned') === '1',
  };
}

export function snapshotAddress({ snapshot, before, take, className, object, filter, order, turned }: SnapshotState): string {
  const query = new URLSearchParams();
  if (snapshot !== '') query.set('snapshot', snapshot);
  if (before !== '') query.set('before', before);
  if (take !== '') query.set('take', take);
  if (className !== '') query.set('class', className);
  if (object !== undefined) query.set('object', String(object));
  if (filter !== '') query.set('filter', filter);
  if (order !== 'retained') query.set('order', order);
  if (turned) query.set('turned', '1');
  const text = query.toString();
  return `/snapshots/${text === '' ? '' : `?${text}`}`;
}

export interface ClassLine {
  readonly name: string;
  readonly standing: string;
  /** By column: what it says, and smaller underneath. */
  readonly cells: readonly (readonly [text: string, more: string])[];
}

type ClassChoice = Pick<SnapshotState, 'filter' | 'order' | 'turned'>;

/** Rows that match, in order. `whole`: what shares are of. */
export function classLines(rows: readonly ClassRow[], whole: number, { filter, order, turned }: ClassChoice): ClassLine[] {
  const way = sense({ turned });
  return rows
    .filter(matching(filter))
    .sort((a, b) => way * (order === 'name' ? compareNames(a.name, b.name) : b[order] - a[order]))
    .map(({ name, count, shallow, retained }) => ({ name, standing: '', cells: [[count.toLocaleString('en'), ''], [bytes(shallow), shareOf(shallow, whole)], [bytes(retained), shareOf(retained, whole)]] }));
}

/** The same of two snapshots: each cell tells the second, and how it differs from the first. */
export function changeLines(changes: readonly ClassChange[], { filter, order, turned }: ClassChoice): ClassLine[] {
  const way = sense({ turned });
  const by = (change: ClassChange): number => (order === 'retained' ? growthOf(change) : order === 'name' ? 0 : change.after[order] - change.before[order]);
  return changes
    .filter(matching(filter))
    .sort((a, b) => way * (order === 'name' ? compareNames(a.name, b.name) : by(b) - by(a)))
    .map(({ name, standing, before, after }) => ({ name, standing, cells: [[after.count.toLocaleString('en'), signed(after.count - before.count, (count) => count.toLocaleString('en'))], [bytes(after.shallow), signed(after.shallow - before.shallow, bytes)], [bytes(after.retained), signed(after.retained - before.retained, bytes)]] }));
}

function matching(filter: string): (row: { readonly name: string }) => boolean {
  const wanted = filter.toLowerCase();
  return ({ name }) => name.toLowerCase().includes(wanted);
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? '' : percent(part / whole);
}

function signed(change: number, text: (value: number) => string): string {
  return change === 0 ? '±0' : `${change < 0 ? '−' : '+'}${text(Math.abs(change))}`;
}
