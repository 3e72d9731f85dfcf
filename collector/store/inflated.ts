// What was inflated last: who looks at a day again and again, a little later each time, mostly means the same records.
import { crc32 } from 'node:zlib';
import type { Bytes } from 'liveprofiler-sampler/wire';

/** Of both what was packed and what came out. */
const MOST_BYTES: Bytes = 24 * 1024 * 1024;
/** Shorter ones are windows, of which there are too many. */
const LEAST_BYTES: Bytes = 8 * 1024;

interface Pair {
  readonly packed: Buffer;
  readonly plain: Buffer;
}

export class Inflated {
  readonly #inflate: (packed: Buffer) => Buffer;
  /** By checksum, those asked for last at the end. */
  readonly #pairs = new Map<number, Pair>();
  #bytes = 0;

  constructor(inflate: (packed: Buffer) => Buffer) {
    this.#inflate = inflate;
  }

  /** Not to be written to. */
  of(packed: Buffer): Buffer {
    if (packed.length < LEAST_BYTES) return this.#inflate(packed);
    const sum = crc32(packed);
    const known = this.#pairs.get(sum);
    const pair = known?.packed.equals(packed) === true ? known : { packed: Buffer.from(packed), plain: this.#inflate(packed) };
    this.#forget(sum);
    this.#pairs.set(sum, pair);
    this.#bytes += sizeOf(pair);
    for (const [oldest] of this.#pairs) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#forget(oldest);
    }
    return pair.plain;
  }

  #forget(sum: number): void {
    const pair = this.#pairs.get(sum);
    if (pair === undefined) return;
    this.#pairs.delete(sum);
    this.#bytes -= sizeOf(pair);
  }
}

/** A piece of a larger buffer holds all of it. */
function sizeOf({ packed, plain }: Pair): Bytes {
  return packed.length + plain.buffer.byteLength;
}
