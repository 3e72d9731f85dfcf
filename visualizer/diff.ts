// Two call trees against each other: per function and per stack, as shares of their wholes. Pure.
import type { CallTree, QueryAnswer } from '../collector/store/contract.ts';
import { named } from './flame.ts';
import type { Matched } from './match.ts';
import { matchFrames } from './match.ts';
import { diffTree } from './diff-tree.ts';
import { share } from './share.ts';
import type { Sums } from './top.ts';
import { sumsOf } from './top.ts';
import type { By, Change, DiffNode, DiffRow } from './view/change.ts';
import { byChange, errorOf } from './view/change.ts';
import { inTime, isLevel } from './view/kinds.ts';

/** A whole tree, nothing cut, and the thread time that its windows cover. */
export interface DiffInput extends Pick<QueryAnswer, 'tree' | 'idle' | 'windows' | 'threads'> {
  readonly kind: string;
  readonly coveredUs: number;
}

/** What turns weights and counts of both sides into a change. */
export type Weigh = (before: Part, after: Part) => Change;

export interface Part {
  readonly count: number;
  readonly us: number;
}

export interface Diff {
  readonly functions: number;
  readonly rows: readonly DiffRow[];
  readonly root: DiffNode;
  /** What a share of 1 is in bytes, or in bytes a second, where shares are of both sides' larger one. */
  readonly wholeBytes?: number;
}

export interface DiffOptions {
  readonly by: By;
  /** Nodes, at most about this many, and half as many functions. */
  readonly limit: number;
}

const SAMPLE_US = 10_000;

export function diffOf(a: DiffInput, b: DiffInput, { by, limit }: DiffOptions): Diff {
  const { functions, ofA, ofB } = matchFrames(a.tree.frames, b.tree.frames);
  const before = over(a.tree, functions, ofA);
  const after = over(b.tree, functions, ofB);
  const larger = Math.max(rateOf(a), rateOf(b));
  const [wholeA, wholeB] = [wholeOf(a, by, larger), wholeOf(b, by, larger)];
  const weigh = weighOf(wholeA, wholeB);
  const rows = rowsOf(functions, sumsOf(before), sumsOf(after), weigh);
  return { functions: rows.length, rows: largest(rows, Math.ceil(limit / 2)), root: diffTree(before, after, weigh, { limit, nameOf: (frame) => named(functions[frame]), wholeUs: { a: wholeA.us, b: wholeB.us } }), ...(by === 'duration' && !inTime(b.kind) ? { wholeBytes: larger } : {}) };
}

interface Whole {
  readonly us: number;
  readonly samples: number;
  /** How often each sample was counted. */
  readonly repeats: number;
}

/** What is held or alive, or was allocated in a second of the time covered. */
function rateOf({ kind, tree, coveredUs }: DiffInput): number {
  const total = tree.totalWeight[0] ?? 0;
  return isLevel(kind) ? total : coveredUs === 0 ? 0 : (total / coveredUs) * 1e6;
}

function wholeOf(input: DiffInput, by: By, larger: number): Whole {
  const { kind, tree, idle, coveredUs } = input;
  const [busyUs, busyCount] = [tree.totalWeight[0] ?? 0, tree.totalCount[0] ?? 0];
  const repeats = repeatsOf(input);
  if (by === 'total') return { us: busyUs, samples: busyCount / repeats, repeats };
  if (!inTime(kind)) {
    const rate = rateOf(input);
    const scale = rate === 0 ? 1 : larger / rate;
    return { us: busyUs === 0 ? larger : busyUs * scale, samples: Math.max(1, busyCount / repeats) * scale, repeats };
  }
  const seen = busyCount + idle.count;
  // Samples that were chosen by a label of their own have no idle time beside them: so many would cover the time.
  const sampleUs = seen === 0 ? SAMPLE_US : (busyUs + idle.weight) / seen;
  return { us: coveredUs, samples: sampleUs === 0 ? 0 : coveredUs / sampleUs, repeats };
}

/** What is held is seen again in every window: that makes it no surer. */
function repeatsOf({ kind, windows, threads }: DiffInput): number {
  return isLevel(kind) ? Math.max(1, windows / Math.max(1, threads)) : 1;
}

function weighOf(a: Whole, b: Whole): Weigh {
  return (before, after) => ({
    before: rounded(share(before.us, a.us)),
    after: rounded(share(after.us, b.us)),
    error: rounded(errorOf({ part: before.count / a.repeats, all: a.samples }, { part: after.count / b.repeats, all: b.samples })),
  });
}

/** The same tree with frames of another table. */
function over(tree: CallTree, frames: CallTree['frames'], places: readonly number[]): CallTree {
  return { ...tree, frames, frame: tree.frame.map((frame) => (frame < 0 ? frame : (places[frame] ?? frame))) };
}

function rowsOf(functions: Matched['functions'], before: readonly Sums[], after: readonly Sums[], weigh: Weigh): DiffRow[] {
  const pairs = new Map<number, { a?: Sums; b?: Sums }>();
  for (const a of before) pairs.set(a.frame, { a });
  for (const b of after) pairs.set(b.frame, { ...pairs.get(b.frame), b });
  return [...pairs].map(([frame, { a, b }]) => ({ ...named(functions[frame]), self: weigh(selfOf(a), selfOf(b)), total: weigh(totalOf(a), totalOf(b)) }));
}

/** Half of them by self, the rest by total. */
function largest(rows: readonly DiffRow[], limit: number): DiffRow[] {
  const sorted = byChange(rows, 'self');
  if (rows.length <= limit) return sorted;
  const kept = new Set(sorted.slice(0, Math.ceil(limit / 2)));
  for (const row of byChange(rows, 'total')) {
    if (kept.size >= limit) break;
    kept.add(row);
  }
  return sorted.filter((row) => kept.has(row));
}

function selfOf(sums: Sums | undefined): Part {
  return { count: sums?.selfCount ?? 0, us: sums?.selfUs ?? 0 };
}

function totalOf(sums: Sums | undefined): Part {
  return { count: sums?.totalCount ?? 0, us: sums?.totalUs ?? 0 };
}

/** More digits tell nothing and take room on the way. */
function rounded(part: number): number {
  return Math.round(part * 1e8) / 1e8;
}
