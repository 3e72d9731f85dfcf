// Whether LevelDB's log is as it was written: LevelDB itself leaves out in silence what is damaged there. Its format:
// blocks of 32 kB; records of a masked CRC-32C over type and bytes, their length in two bytes, a type, and the bytes.
import { checksum } from './checksum.ts';

const BLOCK_BYTES = 32 * 1024;
const HEADER_BYTES = 7;
const TYPE_AT = 6;
const LAST_TYPE = 4;

/** How many places do not read. What a write in the making left at the end when its process ended is none. */
export function damagedPlaces(log: Buffer): number {
  let damaged = 0;
  for (let at = 0; at + HEADER_BYTES <= log.length; ) {
    const blockEnd = at - (at % BLOCK_BYTES) + BLOCK_BYTES;
    if (blockEnd - at < HEADER_BYTES) at = blockEnd;
    else if (isRecord(log, at, Math.min(blockEnd, log.length))) at += HEADER_BYTES + log.readUInt16LE(at + 4);
    else if (isTail(log, at, blockEnd)) return damaged;
    else {
      damaged++;
      // As LevelDB goes on: where the next record begins is told by what does not read.
      at = blockEnd;
    }
  }
  return damaged;
}

function isRecord(log: Buffer, at: number, end: number): boolean {
  const [type = 0, length] = [log[at + TYPE_AT], log.readUInt16LE(at + 4)];
  return type > 0 && type <= LAST_TYPE && at + HEADER_BYTES + length <= end && log.readUInt32LE(at) === checksum(log, at + TYPE_AT, at + HEADER_BYTES + length);
}

/** A record that was not written to its end, and nothing behind it. */
function isTail(log: Buffer, at: number, blockEnd: number): boolean {
  if (log.subarray(at).every((byte) => byte === 0)) return true;
  const cut = log.length < blockEnd && at + HEADER_BYTES + log.readUInt16LE(at + 4) > log.length;
  // All of it there, and its length damaged.
  if (!cut || log.readUInt32LE(at) === checksum(log, at + TYPE_AT, log.length)) return false;
  for (let next = at + 1; next + HEADER_BYTES <= log.length; next++) if (isRecord(log, next, log.length)) return false;
  return true;
}
