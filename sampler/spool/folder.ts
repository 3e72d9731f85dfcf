// The folder that the processes of one service share: private to one user, named by service and secret, under the
// temporary folder. Its files' names say whose they are.
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir, uptime, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Bytes, Milliseconds } from '../profile.ts';

export interface SpoolFile {
  readonly path: string;
  readonly boot: string;
  readonly pid: number;
  /** Processes of one cluster have one; all others have their own. */
  readonly group: number;
  readonly segment: number;
  readonly bytes: Bytes;
  readonly modifiedMs: Milliseconds;
}

const NAME = /^([0-9a-f]{1,32})\.(\d{1,10})\.(\d{1,10})\.(\d{1,9})\.windows$/;
const MOST_BYTES: Bytes = 64 * 2 ** 20;
const MOST_AGE_MS: Milliseconds = 24 * 3_600_000;
/** What a cursor can tell apart: of more, some would be told again at every question. */
const MOST_BOOTS = 80;

/** @throws where the folder cannot be made, or is not ours alone. */
export function openFolder(service: string, secrets: readonly string[]): string {
  const { uid, username } = userInfo();
  const own = join(tmpdir(), `liveprofiler-${uid < 0 ? digest([username]) : uid}`);
  // Whoever knows one secret is told nothing of who has another.
  const folder = join(own, digest([service, ...secrets]));
  ensureFolder(folder);
  return folder;
}

/** Makes it anew where somebody removed it. @throws as `openFolder` does. */
export function ensureFolder(folder: string): void {
  const { uid } = userInfo();
  for (const path of [dirname(folder), folder]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const found = lstatSync(path);
    if (!found.isDirectory() || (uid >= 0 && (found.uid !== uid || (found.mode & 0o077) !== 0))) throw new Error(`${path} is not a folder of this user alone`);
  }
}

export function fileName({ boot, pid, group, segment }: Pick<SpoolFile, 'boot' | 'pid' | 'group' | 'segment'>): string {
  return `${boot}.${pid}.${group}.${segment}.windows`;
}

/** Oldest segment of each boot first. What is from before the machine started has times of another clock: it is left out. */
export function listFiles(folder: string): SpoolFile[] {
  const startedMs = Date.now() - uptime() * 1000;
  return readdirSync(folder).flatMap((name): SpoolFile[] => {
    const [, boot = '', pid, group, segment] = NAME.exec(name) ?? [];
    if (boot === '') return [];
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.mtimeMs < startedMs) return [];
    return [{ path, boot, pid: Number(pid), group: Number(group), segment: Number(segment), bytes: found.size, modifiedMs: found.mtimeMs }];
  }).sort((a, b) => a.segment - b.segment);
}

/** Removes what nobody will ask for: what is a day old, and the oldest of what is too much, as where a service crashes in a loop. */
export function tidy(folder: string): void {
  const known = new Set<string>();
  const gone = new Set<string>();
  let bytes = 0;
  for (const file of listFiles(folder).sort((a, b) => b.modifiedMs - a.modifiedMs)) {
    bytes += file.bytes;
    const tooMany = known.size >= MOST_BOOTS && !known.has(file.boot);
    if (!tooMany && bytes <= MOST_BYTES && Date.now() - file.modifiedMs <= MOST_AGE_MS) known.add(file.boot);
    else {
      rmSync(file.path, { force: true });
      gone.add(file.boot);
    }
  }
  for (const name of readdirSync(folder)) {
    const [boot = ''] = name.split('.', 1);
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    if (!known.has(boot) && found !== undefined && (gone.has(boot) || Date.now() - found.mtimeMs > MOST_AGE_MS)) rmSync(join(folder, name), { force: true });
  }
}

export function digest(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
}
