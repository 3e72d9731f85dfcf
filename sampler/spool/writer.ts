// Appends each finished window of this process to its own file, one after the other, and begins a new file when one is
// full, or was removed: readers remember a file by its name. A record is its sequence number and length on a line, then
// that many bytes.
import { existsSync, rmSync } from 'node:fs';
import { appendFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '../profile.ts';
import type { SpoolFile } from './folder.ts';
import { fileName, tidy } from './folder.ts';

export interface SpoolWriter {
  /** `record` is made when it is its turn, and may wait. Resolves when it is written, or could not be. */
  readonly append: (seq: number, record: () => Promise<string>) => Promise<void>;
  /** Records that could not be written. */
  readonly failed: () => number;
}

const KEPT_SEGMENTS = 2;
/** Of a disk that hangs, memory would fill with what waits for it. */
const MOST_WAITING = 200;

export function createWriter(folder: string, own: Pick<SpoolFile, 'boot' | 'pid' | 'group'>, maxBytes: Bytes): SpoolWriter {
  const pathOf = (segment: number): string => join(folder, fileName({ ...own, segment }));
  let segment = 0;
  let bytes = 0;
  let failed = 0;
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  async function write(seq: number, record: () => Promise<string>): Promise<void> {
    const body = Buffer.from(await record());
    if (bytes > maxBytes / KEPT_SEGMENTS || (bytes > 0 && !existsSync(pathOf(segment)))) {
      segment++;
      bytes = 0;
      rmSync(pathOf(segment - KEPT_SEGMENTS), { force: true });
      tidy(folder);
    }
    const whole = Buffer.concat([Buffer.from(`${seq} ${body.length}\n`), body]);
    try {
      await appendFile(pathOf(segment), whole, { mode: 0o600 });
    } catch (error) {
      // The disk may have had room for a part, and what follows a part would be taken for its rest.
      await truncate(pathOf(segment), bytes);
      throw error;
    }
    bytes += whole.length;
  }

  return {
    append(seq, record) {
      if (waiting >= MOST_WAITING) {
        failed++;
        return last;
      }
      waiting++;
      last = last.then(() => write(seq, record)).catch(() => { failed++; }).finally(() => { waiting--; });
      return last;
    },
    failed: () => failed,
  };
}
