// The version of what is on disk. A folder of a newer version is refused with both numbers; what an older one needs
// to become current is done here, step by step.
import { StoreError } from './errors.ts';

export const FORMAT_VERSION = 1;

export function encodeFormat(): Buffer {
  return Buffer.from(JSON.stringify({ format: FORMAT_VERSION }));
}

/** Throws unless the record is of a version this code reads. */
export function checkFormat(folder: string, record: Buffer): void {
  const version = readVersion(record);
  if (version === undefined || version < 1) {
    throw new StoreError('STORE_DAMAGED', `The format record of ${folder} does not read as one. Restore the folder from a backup, or give another dbpath.`);
  }
  if (version > FORMAT_VERSION) {
    throw new StoreError(
      'STORE_NEWER_FORMAT',
      `The folder ${folder} has format ${version}, this liveprofiler reads up to format ${FORMAT_VERSION}. Install the version that wrote it, or give another dbpath.`,
    );
  }
}

function readVersion(record: Buffer): number | undefined {
  try {
    const value = JSON.parse(record.toString('utf8')) as unknown;
    if (typeof value !== 'object' || value === null || !('format' in value)) return undefined;
    return typeof value.format === 'number' && Number.isSafeInteger(value.format) ? value.format : undefined;
  } catch {
    return undefined;
  }
}
