// Retaining paths and classes in words. Pure.
import type { ClassRow, Holder, ObjectRow, Reference, RetainingPath } from '../snapshot/answers.ts';
import { bytes } from './units.ts';

/** Their value is a name. */
const V8S_OWN = new Set(['synthetic', 'hidden', 'array', 'code']);

/** As it would stand in a program, where it could; V8's own references in brackets. */
export function referenceText({ type, name }: Reference): string {
  switch (type) {
    case 'property': return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    case 'element': return `[${name}]`;
    case 'context': return `variable ${name}`;
    case 'shortcut': return '';
    case 'hidden': return `(hidden ${name})`;
    default: return `(${name})`;
  }
}

export function objectText({ className, value = '', type, id }: ObjectRow): string {
  const number = type === 'synthetic' ? '' : ` @${id}`;
  if (value === '') return className + number;
  if (V8S_OWN.has(type)) return value + number;
  return `${className} ${type === 'string' || type.endsWith(' string') ? JSON.stringify(value) : value}${number}`;
}

/** A line for each step, the root first. */
export function pathLines(path: RetainingPath): string[] {
  return path.map(({ by, object }, index) => {
    const size = index === path.length - 1 ? `, keeps ${bytes(object.retained)}` : '';
    return [by === undefined ? '' : referenceText(by), `${objectText(object)}${size}`].filter((part) => part !== '').join(' → ');
  });
}

/** How something is kept, whichever of its kind it is: the same in every snapshot of a program. */
export function pathKey(path: RetainingPath): string {
  return JSON.stringify(path.map(({ by, object }) => [by?.type, by === undefined || by.type === 'element' || by.type === 'hidden' || /^\d/.test(by.name) ? '' : by.name, object.className]));
}

export function holdsText({ holds }: Holder): string {
  return holds.slice(0, 3).map(({ className, count, retained }) => `${count.toLocaleString('en')} × ${className} (${bytes(retained)})`).join(', ');
}

export type Standing = 'new' | 'gone' | 'grown' | 'shrunk' | 'same';

export interface ClassChange {
  readonly name: string;
  readonly before: Omit<ClassRow, 'name'>;
  readonly after: Omit<ClassRow, 'name'>;
  readonly standing: Standing;
}

const NONE = { count: 0, shallow: 0, retained: 0 };

/** Of every class of either snapshot, those that grew most first. */
export function changesOf(before: readonly ClassRow[], after: readonly ClassRow[]): ClassChange[] {
  const known = new Map(before.map((row) => [row.name, row]));
  const changes = after.map((row) => changeOf(row.name, known.get(row.name), row));
  const still = new Set(after.map(({ name }) => name));
  for (const row of before) if (!still.has(row.name)) changes.push(changeOf(row.name, row, undefined));
  return changes.sort((a, b) => growthOf(b) - growthOf(a) || (b.after.count - b.before.count) - (a.after.count - a.before.count));
}

export function growthOf({ before, after }: ClassChange): number {
  return after.retained - before.retained;
}

function changeOf(name: string, before: ClassRow | undefined, after: ClassRow | undefined): ClassChange {
  const [from, to] = [before ?? NONE, after ?? NONE];
  const growth = to.count - from.count || to.shallow - from.shallow || to.retained - from.retained;
  const standing = before === undefined ? 'new' : after === undefined ? 'gone' : growth === 0 ? 'same' : growth > 0 ? 'grown' : 'shrunk';
  return { name, before: from, after: to, standing };
}
