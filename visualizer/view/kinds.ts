// What each kind of profile is called, and how its weights are told: time, bytes, or a number. Pure; server, page and command share
// it. Fields of answers that end in `Us` hold the unit of their kind.
import { KINDS } from 'liveprofiler-sampler/wire';
import type { KindDeclaration } from 'liveprofiler-sampler/wire';
import { bytes, duration, samples } from './units.ts';

export interface KindWords {
  readonly name: string;
  /** In a sentence: what its weights are. */
  readonly did: string;
  /** What shares are shares of. */
  readonly whole: string;
  /** Over its lines. */
  readonly lines: string;
}

const WORDS: Readonly<Record<string, KindWords>> = {
  cpu: { name: 'CPU', did: 'busy', whole: 'all busy time', lines: 'Busy over time' },
  'heap-live': { name: 'Heap held', did: 'held on average', whole: 'all bytes held', lines: 'Held over time' },
  'heap-alloc': { name: 'Heap allocated', did: 'allocated', whole: 'all bytes allocated', lines: 'Allocated per second over time' },
  instances: { name: 'Instances', did: 'alive on average', whole: 'all instances', lines: 'Instances over time' },
};

/** By kind, those that the page offers. */
export const KIND_NAMES: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(WORDS).map(([kind, { name }]) => [kind, name]));

export function wordsOf(kind: string): KindWords {
  return (Object.hasOwn(WORDS, kind) ? WORDS[kind] : undefined) ?? { name: kind, did: kind, whole: `all of ${kind}`, lines: `${kind} over time` };
}

export function inBytes(kind: string): boolean {
  return unitOf(kind) === 'bytes';
}

/** So are kinds that nobody declared. */
export function inTime(kind: string): boolean {
  return unitOf(kind) === 'microseconds';
}

export function unitOf(kind: string): KindDeclaration['unit'] {
  return declared(kind)?.unit ?? 'microseconds';
}

/** Whether its weights are levels, averaged over time. */
export function isLevel(kind: string): boolean {
  return declared(kind)?.over === 'average';
}

/** Of weights, or of samples, as `weight` says. */
export function amount(value: number, weight: 'us' | 'count', kind: string): string {
  if (weight === 'count') return samples(value);
  if (inTime(kind)) return duration(value);
  return inBytes(kind) ? bytes(value) : Math.round(value).toLocaleString('en');
}

function declared(kind: string): KindDeclaration | undefined {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
}
