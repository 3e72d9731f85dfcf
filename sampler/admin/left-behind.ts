// What a process that was killed while V8 wrote a heap snapshot left in the temporary folder: removed before the next one,
// where it is this user's and nobody writes it any more. The names of the folders say whose they are.
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../alive.ts';
import type { Milliseconds } from '../profile.ts';

/** V8 writes for a minute at most. Processes of another container cannot be seen, though they may share the folder. */
const WRITTEN_MS: Milliseconds = 600_000;
const NAME = /^liveprofiler-heap-(\d{1,10})-[^.]+$/;

export function folderPrefix(pid: number): string {
  return `liveprofiler-heap-${pid}-`;
}

/** What bears the number of this process is of one before it: this one takes one snapshot at a time. */
export function sweepLeft(folder: string): void {
  const { uid } = userInfo();
  for (const name of namesIn(folder)) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (!(pid > 0) || (pid !== process.pid && isAlive(pid))) continue;
    const path = join(folder, name);
    try {
      const found = lstatSync(path);
      if (found.isDirectory() && (uid < 0 || found.uid === uid) && Date.now() - found.mtimeMs > WRITTEN_MS) rmSync(path, { recursive: true, force: true });
    } catch {
      // Somebody else removed it, or may not: it is tried again at the next snapshot.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
