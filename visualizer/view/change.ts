// A share of one profile against the share of another, and what chance alone may make of it. Pure; server, page and
// command share it.
import type { Range } from '../../collector/store/contract.ts';
import type { FlameAnswer, FrameKey, HostDamage, Origin } from '../api.ts';
import type { Selection } from '../selection.ts';
import type { Sorting } from './sorting.ts';
import { sense } from './sorting.ts';
import { nameOf } from './words.ts';

/** Shares of the whole, 0 to 1. */
export interface Change {
  readonly before: number;
  readonly after: number;
  /** What the difference may be off by, because both were sampled. */
  readonly error: number;
}

export interface Named {
  readonly name: string;
  readonly url: string;
  readonly line: number;
  readonly origin: Origin;
  readonly frame?: FrameKey;
}

/** A function. Its total counts each stack once, however often it is on it. */
export interface DiffRow extends Named {
  readonly self: Change;
  readonly total: Change;
}

/** A node of the differential flame graph. `cut`: nodes it stands for, that were left out. */
export interface DiffNode extends Named {
  readonly self: Change;
  readonly total: Change;
  readonly cut?: number;
  readonly c: readonly DiffNode[];
}

/** `hostNames`, `threads` and `labels`: to choose from. */
export interface DiffSide extends Pick<FlameAnswer, 'threads' | 'labels'> {
  readonly hostNames: readonly string[];
  readonly selection: Selection;
  readonly title: string;
  readonly asked: Range;
  readonly covered?: Range;
  readonly windows: number;
  readonly threadCount: number;
  readonly samples: number;
  readonly busyUs: number;
  /** Thread time that windows cover: busy, idle and what could not be sampled. */
  readonly coveredUs: number;
  /** Hosts left out because a record of theirs is damaged. */
  readonly damaged?: readonly HostDamage[];
}

export const BY = ['total', 'duration'] as const;
/** What shares are shares of: all busy time, or all thread time covered. */
export type By = (typeof BY)[number];

export const WITH = ['before', 'day', 'week', 'version'] as const;
/** What B is compared with when A is not chosen: the period before, the same time a day or a week ago, another version. */
export type With = (typeof WITH)[number];

/** `GET /api/diff?a.<selection>&a.from=&a.until=&b.…&by=&limit=`, or with `with=` instead of a side A. */
export interface DiffAnswer {
  readonly by: By;
  readonly a: DiffSide;
  readonly b: DiffSide;
  /** Distinct functions of both; `rows` holds the largest changes. */
  readonly functions: number;
  /** The largest change of self first. */
  readonly rows: readonly DiffRow[];
  readonly root: DiffNode;
  /** With `by=duration`, of kinds in bytes: what a share of 1 is, of either side, in bytes or in bytes a second. */
  readonly wholeBytes?: number;
}

/** Standard errors: chance alone goes beyond that once in 370 times. */
const STANDARD_ERRORS = 3;

/** Of `part` samples among `all`, on either side. Agresti and Caffo's adjustment keeps it honest for few samples. */
export function errorOf(a: { readonly part: number; readonly all: number }, b: { readonly part: number; readonly all: number }): number {
  return Math.min(1, STANDARD_ERRORS * Math.sqrt(varianceOf(a) + varianceOf(b)));
}

function varianceOf({ part, all }: { readonly part: number; readonly all: number }): number {
  const share = Math.min(1, (part + 1) / (all + 2));
  return (share * (1 - share)) / (all + 2);
}

export function differenceOf({ before, after }: Change): number {
  return after - before;
}

/** Chance alone may have made it. */
export function isWithinError({ before, after, error }: Change): boolean {
  return Math.abs(after - before) <= error;
}

export function standingOf({ total }: { readonly total: Change }): 'new' | 'gone' | 'both' {
  if (total.before === 0 && total.after > 0) return 'new';
  return total.after === 0 && total.before > 0 ? 'gone' : 'both';
}

export const DIFF_ORDERS = ['change', 'name', 'before', 'after', 'error'] as const;
export type DiffOrder = (typeof DIFF_ORDERS)[number];

/** In the order of a column: the largest first, names from A to Z; turned, the other way round. */
export function sortedRows(rows: readonly DiffRow[], of: 'self' | 'total', { order, turned }: Sorting<DiffOrder>): DiffRow[] {
  const way = sense({ turned });
  const largest = byChange(rows, of);
  if (order === 'change') return turned ? largest.reverse() : largest;
  if (order === 'name') return largest.sort((x, y) => way * nameOf(x).localeCompare(nameOf(y)));
  return largest.sort((x, y) => way * (y[of][order] - x[of][order]));
}

/** The largest change first, by self or by total. */
export function byChange<R extends { readonly self: Change; readonly total: Change }>(rows: readonly R[], of: 'self' | 'total'): R[] {
  const other = of === 'self' ? 'total' : 'self';
  const size = (row: R, key: 'self' | 'total'): number => Math.abs(differenceOf(row[key]));
  return [...rows].sort((x, y) => size(y, of) - size(x, of) || size(y, other) - size(x, other));
}
