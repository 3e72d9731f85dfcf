// Colours of changes: blue for less, orange for more, told apart by the colour-blind; grey for what is no change. Pure.
import type { Change, DiffAnswer } from './change.ts';
import { differenceOf, isWithinError } from './change.ts';
import { amount, isLevel } from './kinds.ts';
import { percent } from './units.ts';

/** By class of colour, as the legend tells it; from less to more. */
export const STEPS: Readonly<Record<string, string>> = {
  'less-3': '−50 % or less',
  'less-2': '−20 % to −50 %',
  'less-1': 'up to −20 %',
  same: 'same, or within the sampling error',
  'more-1': 'up to +25 %',
  'more-2': '+25 % to +100 %',
  'more-3': 'more than double, or new',
};

/** Of the share itself: 2 % that became 3 % are +50 %. */
export function stepOf(change: Change): string {
  const { before, after } = change;
  if (isWithinError(change) || before === after) return 'same';
  const ratio = before === 0 ? Number.POSITIVE_INFINITY : after / before;
  if (ratio < 1) return ratio <= 0.5 ? 'less-3' : ratio <= 0.8 ? 'less-2' : 'less-1';
  return ratio > 2 ? 'more-3' : ratio > 1.25 ? 'more-2' : 'more-1';
}

/** How shares of an answer are told: as they are, or as the bytes or numbers that they stand for. */
export function tellerOf({ wholeBytes, b }: Pick<DiffAnswer, 'wholeBytes' | 'b'>): (share: number) => string {
  if (wholeBytes === undefined) return percent;
  return (share) => `${amount(share * wholeBytes, 'us', b.selection.kind)}${isLevel(b.selection.kind) ? '' : '/s'}`;
}

export function signed(change: Change, told: (share: number) => string): string {
  const difference = differenceOf(change);
  return `${difference < 0 ? '−' : '+'}${told(Math.abs(difference))}`;
}
