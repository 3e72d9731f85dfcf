// The texts of a snapshot: names, values, whole sources of scripts. Each is kept as the start of its bytes and decoded when
// it is looked at.
import { SnapshotError } from './fault.ts';

/** Of one text. What is longer is a value, or the source of a script. */
export const MOST_TEXT_BYTES = 600;

export interface Texts {
  readonly count: number;
  /** Cut; never longer than MOST_TEXT_BYTES. */
  text(index: number): string;
  /** Length as it is kept. */
  bytes(index: number): number;
  /** First byte of the text; 0 for an empty one. */
  firstByte(index: number): number;
}

export interface TextsBuilder {
  add(bytes: Buffer): void;
  finished(): Texts;
}

export function createTexts(mostBytes: number): TextsBuilder {
  let kept = Buffer.allocUnsafe(1_048_576);
  let starts = new Uint32Array(65_536);
  let [count, used] = [0, 0];
  return {
    add(bytes) {
      if (used + bytes.length > mostBytes) throw new SnapshotError('SNAPSHOT_TOO_LARGE', `The texts of the snapshot take more than ${mostBytes} bytes, cut as they are: more than may be held here.`);
      if (used + bytes.length > kept.length) kept = Buffer.concat([kept.subarray(0, used)], Math.min(2 ** 32 - 1, kept.length * 2));
      if (count + 1 >= starts.length) {
        const longer = new Uint32Array(starts.length * 2);
        longer.set(starts);
        starts = longer;
      }
      bytes.copy(kept, used);
      used += bytes.length;
      starts[++count] = used;
    },
    finished: () => ({
      count,
      text: (index) => decoded(kept.subarray(starts[index] ?? 0, starts[index + 1] ?? 0)),
      bytes: (index) => (starts[index + 1] ?? 0) - (starts[index] ?? 0),
      firstByte: (index) => (starts[index] === starts[index + 1] ? 0 : (kept[starts[index] ?? 0] ?? 0)),
    }),
  };
}

function decoded(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    // An escape that is none: the text as it stands says more than nothing.
    return text;
  }
}
