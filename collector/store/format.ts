// The version of what is on disk. A folder of a newer version is refused with both numbers; one of an older version
// is brought up to date step by step.
import { StoreError } from './errors.ts';

/**
 * 1: windows alone, names per host and day.
 * 2: roll-ups beside them, marks that say which are due, names per service.
 * 3: hits per line in them, where there are any.
 * 4: named numbers by names of the dictionary, in as few bytes as they need.
 * 5: named numbers in blocks once they are sealed, and pages of dictionaries compressed.
 */
export const FORMAT_VERSION = 5;

export function encodeFormat(version: number = FORMAT_VERSION): Buffer {
  return Buffer.from(JSON.stringify({ format: version }));
}

/** The version of a folder. Throws unless it is one that this code reads. */
export function readFormat(folder: string, record: Buffer): number {
  const version = versionOf(record);
  if (version === undefined || version < 1) {
    throw new StoreError('STORE_DAMAGED', `The format record of ${folder} does not read as one. Run liveprofiler repair, restore the folder from a backup, or give another dbpath.`);
  }
  if (version > FORMAT_VERSION) {
    throw new StoreError(
      'STORE_NEWER_FORMAT',
      `The folder ${folder} has format ${version}, this liveprofiler reads up to format ${FORMAT_VERSION}. Install the version that wrote it, or give another dbpath.`,
    );
  }
  return version;
}

function versionOf(record: Buffer): number | undefined {
  try {
    const value = JSON.parse(record.toString('utf8')) as unknown;
    if (typeof value !== 'object' || value === null || !('format' in value)) return undefined;
    return typeof value.format === 'number' && Number.isSafeInteger(value.format) ? value.format : undefined;
  } catch {
    return undefined;
  }
}
