// Whole numbers from 0 to 2^53 - 1 in seven-bit groups, lowest first; strings with their length in front.
// A reader never runs past its bytes: what is cut short or too large throws.

/** The largest number of a record: it can be told with either sign, and the sum of two stays exact. */
export const MOST: number = 2 ** 52 - 1;

const LOW_BITS = 0x7f;
const MORE = 0x80;
/** Above this, shifts lose bits and division takes over. */
const SHIFTABLE = 0x0fff_ffff;

export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  uint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a whole number of 0 or more`);
    this.#reserve(8);
    let rest = value;
    while (rest > SHIFTABLE) {
      this.#bytes[this.#length++] = (rest % 128) | MORE;
      rest = Math.floor(rest / 128);
    }
    while (rest > LOW_BITS) {
      this.#bytes[this.#length++] = (rest & LOW_BITS) | MORE;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  all(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#length += bytes.copy(this.#bytes, this.#length);
  }

  /** Small numbers of either sign stay small: 0, -1, 1, -2, 2, … Up to `MOST` from zero. */
  int(value: number): void {
    this.uint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.uint(size);
    this.#reserve(size);
    this.#bytes.write(value, this.#length, 'utf8');
    this.#length += size;
  }

  /** Eight bytes, IEEE 754. */
  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** The bytes so far, as a copy of their own. */
  done(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Bytes read so far. */
  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  uint(): number {
    const bytes = this.#bytes;
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[this.#at++];
      if (byte === undefined) throw new RangeError('a record ends in the middle of a number');
      if (byte < MORE) {
        value += byte * scale;
        if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a record holds a number above 2^53');
        return value;
      }
      value += (byte & LOW_BITS) * scale;
      scale *= 128;
    }
  }

  int(): number {
    return signed(this.uint());
  }

  /** The next `length` numbers; most take one byte or two, and the short way. */
  uints(into: Float64Array, length: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < length; i++) {
      const byte = bytes[at] ?? MORE;
      const next = bytes[at + 1] ?? MORE;
      if (byte < MORE) {
        into[i] = byte;
        at++;
      } else if (next < MORE) {
        into[i] = (byte & LOW_BITS) | (next << 7);
        at += 2;
      } else {
        this.#at = at;
        into[i] = this.uint();
        at = this.#at;
      }
    }
    this.#at = at;
  }

  ints(into: Float64Array, length: number): void {
    this.uints(into, length);
    for (let i = 0; i < length; i++) {
      into[i] = signed(into[i] ?? 0);
    }
  }

  bytes(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new RangeError('a record ends in the middle of a column');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** How many entries follow, each of at least `entryBytes`: a hostile length is refused before memory is taken. */
  length(entryBytes = 1): number {
    const value = this.uint();
    if (value * entryBytes > this.#bytes.length - this.#at) throw new RangeError('a record tells a length beyond its end');
    return value;
  }

  double(): number {
    if (this.#at + 8 > this.#bytes.length) throw new RangeError('a record ends in the middle of a number');
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  text(): string {
    const size = this.length();
    const start = this.#at;
    this.#at += size;
    return this.#bytes.toString('utf8', start, this.#at);
  }
}

/** 0, 1, 2, 3, 4, … as 0, -1, 1, -2, 2, … */
export function signed(value: number): number {
  if (value <= SHIFTABLE) return (value >>> 1) ^ -(value & 1);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
