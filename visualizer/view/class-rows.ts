// The classes that a service tracks: what lies on top of each other over time, and the table of one moment against
// another. Pure.
import type { ClassesAnswer, TrackedClass } from '../api.ts';
import { LINE_COLOURS } from './lines.ts';

export type ClassMeasure = 'count' | 'bytes';

export interface ClassStep {
  readonly atMs: number;
  readonly step: number;
}

export interface ClassRow {
  readonly name: string;
  /** Undefined where nothing was told; bytes of classes whose size nobody knows never are. */
  readonly before: { readonly count: number | undefined; readonly bytes: number | undefined };
  readonly after: { readonly count: number | undefined; readonly bytes: number | undefined };
  /** Of all that are told at the later moment, by bytes where those are known of any. */
  readonly share: number;
}

export interface StackedLine {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** With all that lies under it. */
  readonly drawn: readonly (number | null)[];
}

/** Steps at which anything was told. */
export function momentsOf({ fromMs, stepMs, classes }: ClassesAnswer): ClassStep[] {
  const steps = classes[0]?.count.length ?? 0;
  return Array.from({ length: steps }, (_, step) => ({ step, atMs: fromMs + step * stepMs })).filter(({ step }) => classes.some(({ count, bytes }) => (count[step] ?? bytes[step] ?? null) !== null));
}

/** The nearest moment that there is; the fallback when none is wanted. */
export function nearest(moments: readonly ClassStep[], wantedMs: number | undefined, fallback: ClassStep | undefined): ClassStep | undefined {
  if (wantedMs === undefined) return fallback;
  return [...moments].sort((a, b) => Math.abs(a.atMs - wantedMs) - Math.abs(b.atMs - wantedMs))[0];
}

export function measuresOf({ classes }: ClassesAnswer): readonly ClassMeasure[] {
  return classes.some(({ bytes }) => bytes.some((value) => value !== null)) ? ['count', 'bytes'] : ['count'];
}

/** The largest by what is measured, the rest as one; the topmost first, so that each is drawn over the one before it. */
export function stackedOf({ classes }: ClassesAnswer, of: ClassMeasure): StackedLine[] {
  const sorted = classes.filter((one) => one[of].some((value) => value !== null)).sort((a, b) => peak(b[of]) - peak(a[of]));
  const shown = sorted.slice(0, sorted.length > LINE_COLOURS ? LINE_COLOURS - 1 : LINE_COLOURS).map((one) => ({ name: one.name, values: one[of] }));
  const rest = sorted.slice(shown.length);
  if (rest.length > 0) shown.push({ name: `${rest.length} others`, values: (rest[0]?.[of] ?? []).map((_, step) => sumAt(rest, of, step)) });
  let under: readonly (number | null)[] = [];
  const stacked = shown.map(({ name, values }) => {
    const below = under;
    const drawn = values.map((value, step) => (value === null && (below[step] ?? null) === null ? null : (value ?? 0) + (below[step] ?? 0)));
    under = drawn;
    return { name, values, drawn };
  });
  return stacked.reverse();
}

export function classRows({ classes }: ClassesAnswer, before: number, after: number): ClassRow[] {
  const known = classes.some(({ bytes }) => (bytes[after] ?? null) !== null);
  const of: ClassMeasure = known ? 'bytes' : 'count';
  const whole = sumAt(classes, of, after) ?? 0;
  const at = ({ count, bytes }: TrackedClass, step: number): ClassRow['before'] => ({ count: count[step] ?? undefined, bytes: bytes[step] ?? undefined });
  return classes.map((one) => ({ name: one.name, before: at(one, before), after: at(one, after), share: whole === 0 ? 0 : (one[of][after] ?? 0) / whole })).sort((a, b) => b.share - a.share || (b.after.count ?? 0) - (a.after.count ?? 0));
}

function sumAt(classes: readonly TrackedClass[], of: ClassMeasure, step: number): number | null {
  return classes.reduce<number | null>((sum, one) => (one[of][step] === null || one[of][step] === undefined ? sum : (sum ?? 0) + one[of][step]), null);
}

function peak(column: readonly (number | null)[]): number {
  return column.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}
