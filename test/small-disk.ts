// A disk that can be filled: in memory, of a known size, taken down with the test.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Skips the test, and gives undefined, where this user may not mount one. */
export async function smallDisk(t: TestContext, megabytes: number): Promise<string | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    await rm(path, { recursive: true });
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    t.skip(`no small disk can be mounted here: ${said === '' ? String(error) : said}`);
    return undefined;
  }
  t.after(async () => {
    execFileSync('umount', ['-l', path]);
    await rm(path, { recursive: true });
  });
  return path;
}

/** As another program would; what it returns makes the room again. */
export async function fill(disk: string): Promise<() => Promise<void>> {
  const ballast = join(disk, 'ballast');
  const { bavail, bsize } = await statfs(disk);
  await writeFile(ballast, Buffer.alloc((bavail - 4) * bsize)).catch((error: unknown) => {
    // Whoever else writes meanwhile fills it as well.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  });
  return () => rm(ballast);
}
