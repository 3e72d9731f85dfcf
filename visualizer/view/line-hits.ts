// The lines of a function as a table: which rows, and what is to be said about them. Pure.
import type { LinesOfFunction } from '../api.ts';
import { clockTime, percent, samples } from './units.ts';

export interface LineRow {
  readonly line: number;
  readonly count: number;
  /** Of what the function itself did. */
  readonly share: number;
  /** Of the line with most hits. */
  readonly bar: number;
}

export function lineRows({ lines, selfCount }: LinesOfFunction): LineRow[] {
  const most = lines.reduce((largest, { count }) => Math.max(largest, count), 0);
  return lines.map(({ line, count }) => ({ line, count, share: count / selfCount, bar: count / most }));
}

/** What the rows are about, or why there are none. */
export function lineWords({ frame: [, , line], url, lines, selfCount, windows, covered }: LinesOfFunction, { kind, utc }: { readonly kind: string; readonly utc: boolean }): string {
  if (kind !== 'cpu') return 'Lines are told of CPU time alone.';
  if (windows === 0 || covered === undefined) return 'No window of this time is here.';
  if (line === 0) return 'V8 tells no lines of native code and of its own work.';
  if (selfCount === 0) return 'All its time was in what it called: see the callees.';
  const when = `${clockTime(covered.fromMs, utc)} to ${clockTime(covered.untilMs, utc)}`;
  const rest = selfCount - lines.reduce((sum, { count }) => sum + count, 0);
  if (lines.length === 0) return `None of its ${samples(selfCount)} from ${when} has a line. V8 tells none of code that is bundled into one line; samplers of older versions and of other makers tell none at all.`;
  return `${url}, ${when}: lines are kept in steps of five minutes. ${samples(selfCount)}${rest === 0 ? '' : `, ${percent(rest / selfCount)} of them without a line`}.`;
}
