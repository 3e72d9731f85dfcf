// Reads JSON from a file byte by byte, never more than a piece of it at once. It blocks: whoever reads has a process of
// its own.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SnapshotError } from './fault.ts';

const PIECE_BYTES = 1_048_576;
const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE, ZERO, NINE] = [0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d, 0x30, 0x39] as const;
const DEEPEST = 64;

export interface ByteReader {
  readonly sizeBytes: number;
  /** The next byte that is not white space, without taking it. */
  peek(): number;
  /** @throws SnapshotError when the next byte that is not white space is another. */
  expect(sign: string): void;
  /** The bytes between the quotes, escapes as they are; cut after `most` bytes, never within an escape. Valid until the next call. */
  string(most: number): Buffer;
  /** The next of an array of whole numbers from 0 on; -1 at its end. Call `expect('[')` before the first. */
  number(): number;
  /** Any value, as text of at most `most` bytes; without `most` it is passed over. */
  value(most?: number): string;
  close(): void;
}

/** @throws SnapshotError SNAPSHOT_UNREADABLE */
export function openBytes(path: string, read: (doneBytes: number) => void): ByteReader {
  const { file, sizeBytes } = open(path);
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let [at, end, done] = [0, 0, 0];
  let scratch = Buffer.allocUnsafe(4096);

  function fill(): void {
    end = readSync(file, piece, 0, PIECE_BYTES, null);
    at = 0;
    if (end === 0) throw new SnapshotError('SNAPSHOT_CUT_SHORT', `The snapshot ends after ${done} bytes, in the middle of itself: it was not written to its end. Take it again.`);
    done += end;
    read(done);
  }

  function next(): number {
    if (at === end) fill();
    return piece[at++] ?? 0;
  }

  function peek(): number {
    for (;;) {
      if (at === end) fill();
      const byte = piece[at] ?? 0;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      at++;
    }
  }

  function refuse(wanted: string): never {
    throw new SnapshotError('SNAPSHOT_NOT_ONE', `This is no heap snapshot of V8: ${wanted} was expected at byte ${done - end + at}. Take one with v8.writeHeapSnapshot().`);
  }

  function expect(sign: string): void {
    if (peek() !== sign.charCodeAt(0)) refuse(JSON.stringify(sign));
    at++;
  }

  function string(most: number): Buffer {
    expect('"');
    if (scratch.length < most) scratch = Buffer.allocUnsafe(most);
    let length = 0;
    for (;;) {
      const byte = next();
      if (byte === QUOTE) return scratch.subarray(0, length);
      if (byte < 0x20) refuse('a text without control characters');
      if (byte !== BACKSLASH) {
        if (length < most) scratch[length++] = byte;
        continue;
      }
      const escaped = next();
      const more = escaped === 0x75 ? 4 : 0;
      // What does not fit whole ends the text there.
      const fits = length + 2 + more <= most;
      if (fits) {
        scratch[length++] = byte;
        scratch[length++] = escaped;
      } else most = length;
      for (let digit = 0; digit < more; digit++) {
        const one = next();
        if (fits) scratch[length++] = one;
      }
    }
  }

  function number(): number {
    let byte = peek();
    if (byte === COMMA) {
      at++;
      byte = peek();
    } else if (byte === CLOSE) {
      at++;
      return -1;
    }
    if (byte < ZERO || byte > NINE) refuse('a number from 0 on');
    let value = 0;
    do {
      value = value * 10 + byte - ZERO;
      at++;
      if (at === end) fill();
      byte = piece[at] ?? 0;
    } while (byte >= ZERO && byte <= NINE);
    if (value > Number.MAX_SAFE_INTEGER) throw new SnapshotError('SNAPSHOT_INVALID', `The snapshot holds the number ${value}, which nothing in a heap can be.`);
    if (byte !== COMMA && byte !== CLOSE && peek() !== COMMA && peek() !== CLOSE) refuse('a comma or the end of the numbers');
    return value;
  }

  function value(most = 0): string {
    let text = '';
    let depth = 0;
    for (;;) {
      const byte = peek();
      const [opens, closes] = [byte === OPEN || byte === OPEN_BRACE, byte === CLOSE || byte === CLOSE_BRACE];
      if (depth === 0 && (closes || byte === COMMA)) refuse('a value');
      if (byte === QUOTE) {
        const part = string(most);
        if (most > 0) text += `"${part.toString()}"`;
      } else {
        at++;
        if (most > 0) text += String.fromCharCode(byte);
      }
      depth += Number(opens) - Number(closes);
      if (depth > DEEPEST || text.length > most) throw new SnapshotError('SNAPSHOT_UNKNOWN_FORMAT', `The snapshot has a value of more than ${most} bytes, or ${DEEPEST} levels, where V8 writes none like that.`);
      if (depth > 0) continue;
      // A number or a word goes on to the next comma or bracket.
      if (byte === QUOTE || closes || isEnd(peek())) return text;
    }
  }

  return { sizeBytes, peek, expect, string, number, value, close: () => { closeSync(file); } };
}

function isEnd(byte: number): boolean {
  return byte === COMMA || byte === CLOSE || byte === CLOSE_BRACE;
}

function open(path: string): { readonly file: number; readonly sizeBytes: number } {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error('it is no file');
    return { file, sizeBytes: stat.size };
  } catch (cause) {
    if (file !== undefined) closeSync(file);
    throw new SnapshotError('SNAPSHOT_UNREADABLE', `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, cause);
  }
}
