// What can go wrong in the store, told by a stable code and a sentence that says the way out.

export type StoreErrorCode =
  /** Another process holds the folder. */
  | 'STORE_LOCKED'
  /** A newer liveprofiler wrote the folder. */
  | 'STORE_NEWER_FORMAT'
  /** A record does not read as it was written. */
  | 'STORE_DAMAGED'
  /** What was asked cannot be answered: a wrong range, step or name. */
  | 'STORE_BAD_REQUEST'
  /** The folder holds no store, and none was to be made. */
  | 'STORE_MISSING'
  | 'STORE_CLOSED'
  /** No room on the disk: nothing was kept, and it goes on by itself when there is some. */
  | 'STORE_FULL'
  /** The folder cannot be made or opened, or the disk refused a read or write. */
  | 'STORE_IO';

/** Whether a record did not read. */
export function isDamage(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'STORE_DAMAGED';
}

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

/** The code of whatever was thrown, where it has one. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
