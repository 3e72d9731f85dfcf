// Checks on values from outside. Each takes the value and where it stands, and returns it typed or throws Malformed.

export type Members = Readonly<Record<string, unknown>>;

/** Entries of one list: some times what a sampler puts into one answer. */
const MAX_ENTRIES = 250_000;

/** A value is not what its place asks for; the message names the place. */
export class Malformed extends Error {
  constructor(at: string, what: string) {
    super(`${at} ${what}`);
    this.name = 'Malformed';
  }
}

/** A plain object; members are read by own key only. */
export function object(value: unknown, at: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(at, 'is not an object');
  return value as Members;
}

/** A whole number from 0 to 2^53 − 1. */
export function count(value: unknown, at: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Malformed(at, 'is not a whole number of 0 or more');
  return value as number;
}

export function truth(value: unknown, at: string): boolean {
  if (typeof value !== 'boolean') throw new Malformed(at, 'is neither true nor false');
  return value;
}

export function text(value: unknown, at: string, maxLength: number): string {
  if (typeof value !== 'string') throw new Malformed(at, 'is not a text');
  if (value.length > maxLength) throw new Malformed(at, `is longer than ${maxLength} characters`);
  return value;
}

export function oneOf<T extends string>(value: unknown, at: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw new Malformed(at, `is none of ${allowed.join(', ')}`);
  return found;
}

export function arrayOf<T>(value: unknown, at: string, read: (item: unknown, at: string) => T, most?: number): T[] {
  if (!Array.isArray(value)) throw new Malformed(at, 'is not a list');
  return atMost(value as unknown[], at, most).map((item, index) => read(item, `${at}[${index}]`));
}

export function atMost<T extends ArrayLike<unknown>>(items: T, at: string, most: number = MAX_ENTRIES): T {
  if (items.length > most) throw new Malformed(at, `holds ${items.length} entries, and ${most} are allowed`);
  return items;
}

/** Keys become own properties whatever they are called, `__proto__` included. */
export function recordOf<T>(value: unknown, at: string, read: (item: unknown, at: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object(value, at)).map(([key, item]) => [key, read(item, `${at}.${JSON.stringify(key.slice(0, 64))}`)]));
}

/** `{ [key]: read(...) }` where the key is there, `{}` where it is not. */
export function optional<K extends string, T>(members: Members, key: K, at: string, read: (item: unknown, at: string) => T): Partial<Record<K, T>> {
  if (!Object.hasOwn(members, key)) return {};
  return { [key]: read(members[key], `${at}.${key}`) } as Partial<Record<K, T>>;
}

/** Columns of counts, lists or typed ones, all of one length; a column in `below` holds indices below that number. */
export function columnsOf<K extends string>(value: unknown, at: string, names: readonly K[], below: Partial<Record<K, number>>): Record<K, number[]> {
  const members = object(value, at);
  const columns = {} as Record<K, number[]>;
  let length: number | undefined;
  for (const name of names) {
    const column = members[name];
    if (!isColumn(column)) throw new Malformed(`${at}.${name}`, 'is not a list');
    length ??= column.length;
    if (column.length !== length) throw new Malformed(`${at}.${name}`, `has ${column.length} entries where its neighbour has ${length}`);
    const limit = below[name] ?? Number.MAX_SAFE_INTEGER;
    const wrong = column instanceof Uint32Array ? firstFrom(column, limit) : firstWrong(column, limit);
    if (wrong < column.length) throw new Malformed(`${at}.${name}[${wrong}]`, `is not a whole number from 0 to below ${limit}`);
    columns[name] = column as number[];
  }
  return columns;
}

/** What such a column holds is a count, whatever it is. */
function firstFrom(column: Uint32Array, limit: number): number {
  if (limit >= 2 ** 32) return column.length;
  let index = 0;
  while (index < column.length && (column[index] ?? 0) < limit) index++;
  return index;
}

function firstWrong(column: ArrayLike<unknown>, limit: number): number {
  let index = 0;
  for (; index < column.length; index++) {
    const number = column[index];
    if (!Number.isSafeInteger(number) || (number as number) < 0 || (number as number) >= limit) break;
  }
  return index;
}

function isColumn(value: unknown): value is ArrayLike<unknown> {
  // Shared memory could change after it was checked.
  return Array.isArray(value) || ((value instanceof Uint32Array || value instanceof Float64Array) && value.buffer instanceof ArrayBuffer);
}
