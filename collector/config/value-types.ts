// The plain kinds of values: how each is written, what is allowed, and what it becomes. Pure.
import type { Bytes } from 'liveprofiler-sampler/wire';
import type { Spot } from './spot.ts';

export interface ValueType<T> {
  /** Such as `a duration from 1s to 1h, such as 10s`. */
  readonly allowed: string;
  /** The text is trimmed, not empty and free of control characters. Complains at `spot` whenever it returns undefined or less than all of it. */
  readonly parse: (text: string, spot: Spot) => T | undefined;
}

const MOST_LABELS = 100;
const DURATIONS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZES_BYTES = { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };

export interface DurationRules {
  readonly min: string;
  readonly max: string;
  readonly such: string;
  /** What a bare number means. */
  readonly bare: 's' | 'd';
  /** The unit of the result, of which it is a whole number. */
  readonly unit: 'ms' | 'us';
}

export function duration({ min, max, such, bare, unit }: DurationRules): ValueType<number> {
  const scale = unit === 'ms' ? 1 : 1000;
  const read = (text: string): number => {
    const [, digits = 'NaN', suffix = bare] = /^(\d+(?:\.\d+)?|\.\d+) ?(ms|[smhd])?$/.exec(text) ?? [];
    return Math.round(Number(digits) * DURATIONS_MS[suffix as keyof typeof DURATIONS_MS] * scale);
  };
  return {
    allowed: `a duration from ${min} to ${max} in ms, s, m, h or d, such as ${such}; a bare number means ${bare === 's' ? 'seconds' : 'days'}`,
    parse: (text, spot) => between(read(text), { least: read(min), most: read(max), what: 'a duration', bounds: [min, max] }, spot),
  };
}

export function size({ min, max }: { readonly min: string; readonly max: string }): ValueType<Bytes> {
  const read = (text: string): number => {
    const [, digits = 'NaN', suffix = ''] = /^(\d+(?:\.\d+)?) ?([kmg]i?b|b)?$/i.exec(text) ?? [];
    return Math.round(Number(digits) * SIZES_BYTES[suffix.toLowerCase() as keyof typeof SIZES_BYTES]);
  };
  return {
    allowed: `a size from ${min} to ${max}, such as 8MiB, 8MB or 1048576; a bare number means bytes`,
    parse: (text, spot) => between(read(text), { least: read(min), most: read(max), what: 'a size', bounds: [min, max] }, spot),
  };
}

export function wholeNumber(min: number, max: number): ValueType<number> {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    parse: (text, spot) => between(/^\d+$/.test(text) ? Number(text) : NaN, { least: min, most: max, what: 'a whole number', bounds: [String(min), String(max)] }, spot),
  };
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly what: string;
  readonly bounds: readonly [string, string];
}

function between(value: number, { least, most, what, bounds: [min, max] }: Bounds, spot: Spot): number | undefined {
  if (value >= least && value <= most) return value;
  spot.complain(Number.isNaN(value) ? `This is not ${what}.` : value < least ? `It is less than ${min}.` : `It is more than ${max}.`);
  return undefined;
}

/** The items of a list with commas, trimmed. Complains when there are more than `most`. */
export function listOf(text: string, most: number, spot: Spot): readonly string[] | undefined {
  const items = text.split(',', most + 1).map((item) => item.trim());
  if (items.length <= most) return items;
  spot.complain(`There are more than ${most} entries.`);
  return undefined;
}

const TRUTH: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

export const truth: ValueType<boolean> = {
  allowed: 'true or false',
  parse(text, spot) {
    const value = TRUTH.get(text.toLowerCase());
    if (value === undefined) spot.complain('This is neither true nor false.');
    return value;
  },
};

/** Any text; `path` and the like are no more than that until they are used. */
export function text(allowed: string): ValueType<string> {
  return { allowed, parse: (value) => value };
}

/** What can travel in a header unchanged. */
export const secret: ValueType<string> = {
  allowed: 'letters, digits and signs of ASCII, as the secret of the sampler at the host',
  parse(value, spot) {
    if (/^[\x20-\x7e]+$/.test(value)) return value;
    spot.complain('It holds a character outside ASCII, which HTTP headers do not carry.');
    return undefined;
  },
};

export const user: ValueType<string> = {
  allowed: 'a name without ":"',
  parse(value, spot) {
    if (!value.includes(':')) return value;
    spot.complain('A ":" ends the name when a browser sends it.');
    return undefined;
  },
};

export const labels: ValueType<ReadonlyMap<string, string>> = {
  allowed: 'name = value pairs separated by commas, such as region=eu, tier=web',
  parse(value, spot) {
    const items = listOf(value, MOST_LABELS, spot);
    const pairs = new Map<string, string>();
    for (const item of items ?? []) {
      const [, name = '', content = ''] = /^([^=]*)=(.*)$/.exec(item) ?? [];
      const [label, labelled] = [name.trim(), content.trim()];
      if (labelled === '') spot.complain(`${spot.show(item)} is not a pair such as region=eu.`);
      else if (!/^[A-Za-z_][\w.-]*$/.test(label) || label === '__proto__') spot.complain(`${spot.show(label)} is not a label name: it begins with a letter and holds letters, digits, "_", "-" and ".".`);
      else if (pairs.has(label)) spot.complain(`The label ${spot.show(label)} is there twice.`);
      else pairs.set(label, labelled);
    }
    return pairs.size === items?.length ? pairs : undefined;
  },
};
