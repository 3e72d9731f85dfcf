// What stands behind a key: a value, and a checksum over it and its key. What the disk changed is told as STORE_DAMAGED,
// never handed on.
import { crc32 } from 'node:zlib';
import { StoreError } from '../errors.ts';

const CHECKSUM_BYTES = 4;

export function withChecksum(key: Buffer, value: Buffer): Buffer {
  const sealed = Buffer.allocUnsafe(value.length + CHECKSUM_BYTES);
  value.copy(sealed);
  sealed.writeUInt32LE(crc32(value, crc32(key)), value.length);
  return sealed;
}

export function isSound(key: Buffer, sealed: Buffer): boolean {
  const length = sealed.length - CHECKSUM_BYTES;
  return length >= 0 && sealed.readUInt32LE(length) === crc32(sealed.subarray(0, length), crc32(key));
}

export function checked(key: Buffer, sealed: Buffer): Buffer {
  if (!isSound(key, sealed)) {
    throw new StoreError('STORE_DAMAGED', `The record ${key.toString('hex').slice(0, 80)} is not as it was written. Run liveprofiler repair, or restore the folder from a backup.`);
  }
  return bare(sealed);
}

export function bare(sealed: Buffer): Buffer {
  return sealed.subarray(0, sealed.length - CHECKSUM_BYTES);
}
