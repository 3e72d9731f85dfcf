// What keys are made of, and ranges of them: names and numbers as bytes whose order is theirs. No two different lists of
// parts share a key, whatever the names hold.

/** Longest name in a key, in UTF-8 bytes. */
export const MAX_NAME_BYTES = 1024;

const TERMINATOR = 0x00;
const ESCAPED_ZERO = 0xff;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Why a name cannot be part of a key, or undefined when it can. */
export function nameFault(name: string): string | undefined {
  if (LONE_SURROGATE.test(name)) return 'it holds half of a surrogate pair';
  if (name.length > MAX_NAME_BYTES || Buffer.byteLength(name) > MAX_NAME_BYTES) return `it is longer than ${MAX_NAME_BYTES} bytes`;
  return undefined;
}

export interface KeyRange {
  readonly gte: Buffer;
  readonly lt: Buffer;
}

/** Everything that begins with `prefix`. */
export function under(prefix: Buffer): KeyRange {
  return { gte: prefix, lt: after(prefix) };
}

/** The first key that is beyond everything that begins with `prefix`. */
export function after(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    const byte = end[i] ?? 0;
    if (byte === 0xff) continue;
    end[i] = byte + 1;
    return end.subarray(0, i + 1);
  }
  throw new RangeError('nothing lies beyond a prefix of 0xff bytes');
}

/** Zero bytes are escaped so that a name can end with one: shorter names come first, none is a prefix of another. */
export function text(value: string): Buffer {
  const plain = Buffer.from(value, 'utf8');
  if (!plain.includes(TERMINATOR)) return Buffer.concat([plain, Buffer.from([TERMINATOR, TERMINATOR])]);
  const out: number[] = [];
  for (const byte of plain) {
    out.push(byte);
    if (byte === TERMINATOR) out.push(ESCAPED_ZERO);
  }
  out.push(TERMINATOR, TERMINATOR);
  return Buffer.from(out);
}

export function readText(key: Buffer, from: number): [value: string, next: number] {
  let at = from;
  let escaped = false;
  for (;;) {
    const zero = key.indexOf(TERMINATOR, at);
    if (zero < 0) throw new RangeError('a key ends in the middle of a name');
    if (key[zero + 1] !== ESCAPED_ZERO) {
      const raw = key.subarray(from, zero);
      return [escaped ? unescape(raw) : raw.toString('utf8'), zero + 2];
    }
    escaped = true;
    at = zero + 2;
  }
}

function unescape(raw: Buffer): string {
  const out: number[] = [];
  for (let i = 0; i < raw.length; i++) {
    const byte = raw[i] ?? 0;
    out.push(byte);
    if (byte === TERMINATOR) i++;
  }
  return Buffer.from(out).toString('utf8');
}

/** Eight bytes, highest first. */
export function fixed(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE(Math.floor(value / 0x1_0000_0000), 0);
  bytes.writeUInt32BE(value % 0x1_0000_0000, 4);
  return bytes;
}

export function readFixed(key: Buffer, at: number): number {
  return key.readUInt32BE(at) * 0x1_0000_0000 + key.readUInt32BE(at + 4);
}
