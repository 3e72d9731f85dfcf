// Whether LevelDB's tables are as they were written: it does not look at their checksums itself, and what it makes of
// damaged bytes can end the process. Format of a table: blocks of bytes, a type and a checksum each; an index of them; a
// footer that says where the index is.
import { checksum } from './checksum.ts';

const FOOTER_BYTES = 48;
const MAGIC = 0xdb47_7524_8b80_fb57n;
const TYPE_BYTES = 1;
const TRAILER_BYTES = 5;
const RESTART_BYTES = 4;
/** Written over a byte, it is a type that no block has: LevelDB itself tells that block as damaged then, and no other. */
export const NO_BLOCK: Uint8Array = Uint8Array.of(0xff);
const COMPRESSED = 1;

interface Block {
  readonly at: number;
  readonly length: number;
}

/** Where `NO_BLOCK` makes LevelDB leave out what is damaged: the type of a block, or the end of the table. */
export function damagedIn(table: Buffer): number[] {
  const end = table.length - FOOTER_BYTES;
  // LevelDB looks at this itself.
  if (end < 0 || table.readBigUInt64LE(table.length - 8) !== MAGIC) return [];
  try {
    const footer = new Cursor(table, end);
    const [names, index] = [footer.block(), footer.block()];
    if (!isSound(table, index) || names.at + names.length + TRAILER_BYTES !== index.at) return [table.length - 1];
    // LevelDB does without filters that it cannot read, and keeps the table: what was left out once is not told again.
    const filters = [names, ...(isSound(table, names) ? blocksIn(table, names) : [])].filter(({ at, length }) => table[at + length] !== NO_BLOCK[0]);
    const blocks = [...blocksIn(table, index), ...filters];
    return blocks.filter((block) => !isSound(table, block)).map(({ at, length }) => at + length).filter((at) => at < end);
  } catch {
    // Without its index the table is lost.
    return [table.length - 1];
  }
}

function isSound(table: Buffer, { at, length }: Block): boolean {
  const trailer = at + length;
  return trailer + TRAILER_BYTES <= table.length && table.readUInt32LE(trailer + TYPE_BYTES) === checksum(table, at, trailer + TYPE_BYTES);
}

/** Where the blocks are that an index names. */
function blocksIn(table: Buffer, { at, length }: Block): Block[] {
  const stored = table.subarray(at, at + length);
  const index = table[at + length] === COMPRESSED ? inflated(stored) : stored;
  const end = index.length - RESTART_BYTES * (1 + index.readUInt32LE(index.length - RESTART_BYTES));
  const blocks: Block[] = [];
  const cursor = new Cursor(index, 0);
  while (cursor.at < end) {
    cursor.number();
    const keyBytes = cursor.number();
    const valueBytes = cursor.number();
    cursor.at += keyBytes;
    const next = cursor.at + valueBytes;
    blocks.push(cursor.block());
    cursor.at = next;
  }
  return blocks;
}

class Cursor {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes.readUInt8(this.at++);
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
  }

  block(): Block {
    return { at: this.number(), length: this.number() };
  }
}

/** Snappy's format: lengths of literals, and copies of what came before. */
function inflated(bytes: Buffer): Buffer {
  const cursor = new Cursor(bytes, 0);
  const out = Buffer.alloc(cursor.number());
  let written = 0;
  while (cursor.at < bytes.length) {
    const tag = bytes.readUInt8(cursor.at++);
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const length = 1 + (extra === 0 ? tag >> 2 : bytes.readUIntLE(cursor.at, extra));
      cursor.at += extra;
      written += bytes.copy(out, written, cursor.at, cursor.at + length);
      cursor.at += length;
    } else {
      const length = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
      const offset = kind === 1 ? ((tag >> 5) << 8) | bytes.readUInt8(cursor.at) : bytes.readUIntLE(cursor.at, kind === 2 ? 2 : 4);
      cursor.at += kind === 1 ? 1 : kind === 2 ? 2 : 4;
      // Byte by byte: a copy may reach into what it writes.
      for (let i = 0; i < length; i++, written++) out[written] = out[written - offset] ?? 0;
    }
  }
  return out;
}
