// Why a snapshot is refused: a stable code, and a sentence with the way out.

export type SnapshotFault =
  | 'SNAPSHOT_UNREADABLE'
  | 'SNAPSHOT_NOT_ONE'
  | 'SNAPSHOT_CUT_SHORT'
  | 'SNAPSHOT_UNKNOWN_FORMAT'
  | 'SNAPSHOT_INVALID'
  | 'SNAPSHOT_TOO_LARGE'
  | 'SNAPSHOT_NO_OBJECT'
  | 'SNAPSHOT_ENDED';

export class SnapshotError extends Error {
  readonly code: SnapshotFault;
  constructor(code: SnapshotFault, sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? {} : { cause });
    this.name = 'SnapshotError';
    this.code = code;
  }
}
