// The only file of this room that opens files: bounded, as UTF-8, and with a sentence for what can go wrong.
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

const MOST_BYTES = 2 ** 20;

/** @throws with a `code` of node:fs, or EFBIG above 1 MiB, or EILSEQ for what is not UTF-8. */
export function readText(path: string): string {
  return decoded(readBounded(path));
}

/** The same, while the process goes on; of plain files alone, as a pipe may never end. @throws as `readText`, EINVAL too. */
export async function readTextLater(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw failure('EINVAL');
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) read = (await file.read(bytes, length, bytes.length - length, length)).bytesRead;
    if (length > MOST_BYTES) throw failure('EFBIG');
    return decoded(bytes.subarray(0, length));
  } finally {
    await file.close();
  }
}

/** One or two sentences, without the path. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR': return 'There is no such file: check its path.';
    case 'EACCES':
    case 'EPERM': return 'The file may not be read by the user who runs this: change its permissions.';
    case 'EISDIR': return 'This is a folder: name a file in it.';
    case 'EINVAL': return 'This is not a plain file.';
    case 'EFBIG': return 'The file is larger than 1 MiB.';
    case 'EILSEQ': return 'The file is not UTF-8: save it as such.';
    default: return `The file cannot be read (${code}).`;
  }
}

/** Devices and pipes tell no size, so the bytes are counted as they come. */
function readBounded(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) read = readSync(file, bytes, length, bytes.length - length, null);
    if (length > MOST_BYTES) throw failure('EFBIG');
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw failure('EILSEQ', cause);
  }
}

function failure(code: string, cause?: unknown): Error {
  return Object.assign(new Error(code, { cause }), { code });
}
