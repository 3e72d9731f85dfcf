// How what is kept is compressed, and with which bounds it is made long again.
import { brotliCompress, brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { BrotliOptions } from 'node:zlib';
import { promisify } from 'node:util';
import type { Bytes } from 'liveprofiler-sampler/wire';

const compress = promisify(brotliCompress);
const QUALITY = 5;
/** Below this, a compressed text is hardly shorter. */
export const WORTH_BYTES: Bytes = 128;
/** Up to here, handing it to another thread takes longer than doing it. */
const AT_ONCE_BYTES = 16 * 1024;
/** No record is so long: what claims to be is refused before memory is taken. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Most records inflate in one piece of so many times their length, which takes no copy. */
const CHUNK_SHARE = 6;
const [MIN_CHUNK_BYTES, MAX_CHUNK_BYTES] = [16 * 1024, 1024 * 1024];

/** @throws RangeError for what is longer than any record may be. */
export async function squeezed(plain: Buffer): Promise<Buffer> {
  return plain.length <= AT_ONCE_BYTES ? squeezedNow(plain) : compress(plain, optionsFor(plain));
}

function squeezedNow(plain: Buffer): Buffer {
  return brotliCompressSync(plain, optionsFor(plain));
}

export function expanded(packed: Buffer): Buffer {
  return brotliDecompressSync(packed, { maxOutputLength: MAX_BYTES, chunkSize: Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, CHUNK_SHARE * packed.length)) });
}

function optionsFor({ length }: Buffer): BrotliOptions {
  if (length > MAX_BYTES) throw new RangeError(`a record of ${length} bytes is longer than any may be`);
  return { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: length } };
}
