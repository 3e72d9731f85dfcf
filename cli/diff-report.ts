// What changed, as a table, and whether a build may go on.
import type { Writable } from 'node:stream';
import type { Change, DiffAnswer, DiffRow, DiffSide } from '../visualizer/view/change.ts';
import { differenceOf, isWithinError, standingOf } from '../visualizer/view/change.ts';
import { damageWords } from '../visualizer/view/damage.ts';
import { amount, inTime, wordsOf } from '../visualizer/view/kinds.ts';
import { signed, tellerOf } from '../visualizer/view/palette.ts';
import { clockTime, percent, samples } from '../visualizer/view/units.ts';
import { fit, placed, table } from './table.ts';

export interface ReportOptions {
  readonly rows: number;
  /** Share of the whole by which no function may have grown. */
  readonly failAbove: number | undefined;
  readonly out: Writable;
  readonly err: Writable;
}

/** 1 when there is nothing to compare, 3 when a function grew by more than is allowed. */
export function diffReport(answer: DiffAnswer, { rows: most, failAbove, out, err }: ReportOptions): 0 | 1 | 3 {
  const { by, a, b, rows, wholeBytes } = answer;
  const { kind } = b.selection;
  const told = tellerOf(answer);
  for (const [name, side] of [['A', a], ['B', b]] as const) {
    if (side.damaged !== undefined) err.write(`liveprofiler: ${fit(damageWords(side.damaged))}\n`);
    if (side.windows > 0 && (by === 'duration' || side.samples > 0)) continue;
    err.write(`liveprofiler: Nothing was sampled for ${name}, ${fit(described(side))}: there is nothing to compare.\n`);
    return 1;
  }
  const changed = rows.filter(({ self, total }) => !isWithinError(self) || !isWithinError(total));
  const whole = by === 'total' ? wordsOf(kind).whole.replace(/^all /, '') : inTime(kind) ? 'time covered' : 'the larger side';
  out.write(fit(`A: ${described(a)}`) + '\n' + fit(`B: ${described(b)}`) + '\n');
  out.write(changed.length === 0 ? 'Nothing changed beyond the sampling error.\n' : table([
    ['self A', 'B', 'change', '± error', 'total A', 'B', 'change', '± error', wholeBytes === undefined ? `shares of ${whole}` : wordsOf(kind).did],
    ...changed.slice(0, most).map((row) => [...cells(row.self, told), ...cells(row.total, told), `${placed(row)}${mark(row)}`]),
  ]));
  if (changed.length > most) out.write(`${changed.length - most} more functions changed.\n`);
  const grown = failAbove === undefined ? [] : rows.filter(({ self, total }) => [self, total].some((change) => !isWithinError(change) && differenceOf(change) > failAbove));
  if (failAbove === undefined || grown.length === 0) return 0;
  err.write(`liveprofiler: ${grown.length} ${grown.length === 1 ? 'function' : 'functions'} grew by more than ${percent(failAbove)} of ${whole}: ${fit(grown.slice(0, 5).map(({ name }) => name).join(', '))}${grown.length > 5 ? ', …' : ''}.\n`);
  return 3;
}

function described({ selection: { kind }, title, asked, covered, samples: count, busyUs }: DiffSide): string {
  const { fromMs, untilMs } = covered ?? asked;
  return `${title}, ${clockTime(fromMs, true)} to ${clockTime(untilMs, true)}, ${samples(count)}, ${amount(busyUs, 'us', kind)} ${wordsOf(kind).did}`;
}

function cells(change: Change, told: (share: number) => string): string[] {
  return [told(change.before), told(change.after), signed(change, told), told(change.error)];
}

function mark(row: DiffRow): string {
  const standing = standingOf(row);
  return standing === 'both' ? '' : `  (${standing})`;
}
