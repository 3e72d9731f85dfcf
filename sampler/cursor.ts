// What a reader has already: boot → last sequence number, in an opaque text that the reader hands back. Entries of
// boots that are not at hand are kept for whoever else answers behind the same address; unseen for a day, they go.
import { Buffer } from 'node:buffer';
import type { Milliseconds } from './profile.ts';
import { MAX_CURSOR_LENGTH } from './wire-read.ts';

interface Seen {
  readonly seq: number;
  readonly minute: number;
}

export type Cursor = ReadonlyMap<string, Seen>;

const MINUTE_MS = 60_000;
const FORGET_MINUTES = 24 * 60;
const BOOT = /^[0-9a-f]{1,32}$/;

/** undefined when the text is no cursor. The empty text is the empty cursor. */
export function parseCursor(text: string): Cursor | undefined {
  if (text === '') return new Map();
  if (text.length > MAX_CURSOR_LENGTH) return undefined;
  const seen = new Map<string, Seen>();
  for (const entry of Buffer.from(text, 'base64url').toString('latin1').split(' ')) {
    const [boot = '', seq = '', minute = '', ...rest] = entry.split('.');
    if (!BOOT.test(boot) || !/^\d{1,15}$/.test(seq) || !/^\d{1,10}$/.test(minute) || rest.length > 0) return undefined;
    seen.set(boot, { seq: Number(seq), minute: Number(minute) });
  }
  return seen;
}

/** The cursor after an answer that brought each boot up to a sequence number. */
export function advance(cursor: Cursor, brought: readonly (readonly [boot: string, seq: number])[], nowMs: Milliseconds): string {
  const now = Math.floor(nowMs / MINUTE_MS);
  const entries = [...cursor]
    .filter(([other, { minute }]) => !brought.some(([boot]) => boot === other) && now - minute < FORGET_MINUTES)
    .sort(([, a], [, b]) => b.minute - a.minute);
  let text = '';
  let encoded = '';
  for (const [name, seen] of [...brought.map(([boot, seq]) => [boot, { seq, minute: now }] as const), ...entries]) {
    text += `${text === '' ? '' : ' '}${name}.${seen.seq}.${seen.minute}`;
    const longer = Buffer.from(text, 'latin1').toString('base64url');
    if (longer.length > MAX_CURSOR_LENGTH) break;
    encoded = longer;
  }
  return encoded;
}

export function seqOf(cursor: Cursor, boot: string): number {
  return cursor.get(boot)?.seq ?? 0;
}
