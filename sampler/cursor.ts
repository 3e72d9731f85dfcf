// What a reader has already: boot → last sequence number, and what is missing before it, in an opaque text that the reader
// hands back. Entries of boots that are not at hand are kept for whoever else answers behind the same address; unseen for a
// day, they go.
import { Buffer } from 'node:buffer';
import type { Milliseconds } from './profile.ts';
import { MAX_CURSOR_LENGTH } from './wire-read.ts';

/** Sequence numbers from the first to the last. */
export type Span = readonly [first: number, last: number];

/** Which windows of one boot a reader has. */
export interface Seen {
  /** The last one. */
  readonly seq: number;
  /** Those before it that it was not told. Ascending. */
  readonly holes: readonly Span[];
}

export type Cursor = ReadonlyMap<string, Seen & { readonly minute: number }>;

/** More are not remembered: who has the windows of the oldest one counts them, as read by nobody. */
const MOST_HOLES = 4;

const MINUTE_MS = 60_000;
const FORGET_MINUTES = 24 * 60;
const BOOT = /^[0-9a-f]{1,32}$/;

/** undefined when the text is no cursor. The empty text is the empty cursor. */
export function parseCursor(text: string): Cursor | undefined {
  if (text === '') return new Map();
  if (text.length > MAX_CURSOR_LENGTH) return undefined;
  const seen = new Map<string, Seen & { readonly minute: number }>();
  for (const entry of Buffer.from(text, 'base64url').toString('latin1').split(' ')) {
    const [boot = '', seq = '', minute = '', ...rest] = entry.split('.');
    if (!BOOT.test(boot) || !/^\d{1,15}$/.test(seq) || !/^\d{1,10}$/.test(minute)) return undefined;
    if (rest.length > MOST_HOLES || !rest.every((hole) => /^\d{1,15}-\d{1,15}$/.test(hole))) return undefined;
    seen.set(boot, { seq: Number(seq), minute: Number(minute), holes: rest.map((hole) => hole.split('-').map(Number) as [number, number]) });
  }
  return seen;
}

/** The cursor after an answer, by which the reader has so much of each boot. */
export function advance(cursor: Cursor, brought: readonly (readonly [boot: string, seen: Seen])[], nowMs: Milliseconds): string {
  const now = Math.floor(nowMs / MINUTE_MS);
  const entries = [...cursor]
    .filter(([other, { minute }]) => !brought.some(([boot]) => boot === other) && now - minute < FORGET_MINUTES)
    .sort(([, a], [, b]) => b.minute - a.minute);
  let text = '';
  let encoded = '';
  for (const [name, seen] of [...brought.map(([boot, has]) => [boot, { ...has, minute: now }] as const), ...entries]) {
    text += `${text === '' ? '' : ' '}${[name, seen.seq, seen.minute, ...seen.holes.slice(-MOST_HOLES).map((hole) => hole.join('-'))].join('.')}`;
    const longer = Buffer.from(text, 'latin1').toString('base64url');
    if (longer.length > MAX_CURSOR_LENGTH) break;
    encoded = longer;
  }
  return encoded;
}

export function seenOf(cursor: Cursor, boot: string): Seen {
  return cursor.get(boot) ?? NOTHING;
}

export function isMissing({ seq, holes }: Seen, one: number): boolean {
  return one > seq || isIn(holes, one);
}

export function isIn(spans: readonly Span[], one: number): boolean {
  return spans.some(([first, last]) => first <= one && one <= last);
}

/** What a reader has that was told these then: what lies between them their owner may still hold. */
export function followed({ seq, holes }: Seen, spans: readonly Span[]): Seen {
  let last = seq;
  const more: Span[] = [];
  for (const [from, until] of spans) {
    if (from > last + 1) more.push([last + 1, from - 1]);
    last = until;
  }
  return { seq: last, holes: [...holes, ...more] };
}

const NOTHING: Seen = { seq: 0, holes: [] };
