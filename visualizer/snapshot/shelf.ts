// The snapshots at hand: files in a folder that only this user can open. Bounded in number and bytes: the oldest leave for
// a new one. Invariant: no name that is asked for leads out of the folder.
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HttpError } from '../http-error.ts';
import type { SnapshotFile } from './answers.ts';

export interface Shelf {
  /** The newest first. */
  list(): Promise<SnapshotFile[]>;
  /** @throws HttpError UNKNOWN_SNAPSHOT */
  pathOf(name: string): Promise<string>;
  /**
   * Has a new file written and takes it in, dropping the oldest beyond the bounds; resolves to its name. A file that is not
   * written to its end is gone.
   */
  add(title: string, write: (path: string) => Promise<void>): Promise<string>;
  /** From somebody's upload. @throws HttpError SNAPSHOT_TOO_BIG */
  receive(title: string, from: Readable): Promise<string>;
  /** @throws HttpError UNKNOWN_SNAPSHOT */
  remove(name: string): Promise<void>;
}

export interface ShelfOptions {
  readonly folder: string;
  readonly mostFiles?: number;
  readonly mostBytes?: number;
  readonly wallMs?: () => number;
}

const ENDING = '.heapsnapshot';
const UNFINISHED = '.part';
const MOST_FILES = 10;
const MOST_BYTES = 8 * 2 ** 30;
const MOST_TITLE = 60;

export function createShelf({ folder, mostFiles = MOST_FILES, mostBytes = MOST_BYTES, wallMs = Date.now }: ShelfOptions): Shelf {
  const writing = new Set<string>();
  void sweep();

  /** What a process that was killed left unfinished. One process alone has the folder. */
  async function sweep(): Promise<void> {
    const left = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ENDING + UNFINISHED) && !writing.has(name));
    await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
  }

  async function list(): Promise<SnapshotFile[]> {
    const names = await readdir(folder).catch(() => []);
    const files = await Promise.all(names.filter((name) => name.endsWith(ENDING)).map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found?.isFile() === true ? [{ name, bytes: found.size, takenMs: Math.round(found.mtimeMs) }] : [];
    }));
    return files.flat().sort((a, b) => b.takenMs - a.takenMs || (a.name < b.name ? 1 : -1));
  }

  async function pathOf(name: string): Promise<string> {
    if ((await list()).some((file) => file.name === name)) return join(folder, name);
    throw new HttpError(404, 'UNKNOWN_SNAPSHOT', `There is no snapshot ${JSON.stringify(name.slice(0, 200))} here, or not any more. /snapshots/ lists those at hand.`);
  }

  async function add(title: string, write: (path: string) => Promise<void>): Promise<string> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const name = nameFor(title, wallMs());
    const path = join(folder, name);
    writing.add(name + UNFINISHED);
    await sweep();
    try {
      await write(path + UNFINISHED);
      await chmod(path + UNFINISHED, 0o600);
      await rename(path + UNFINISHED, path);
    } catch (error) {
      await rm(path + UNFINISHED, { force: true });
      throw error;
    } finally {
      writing.delete(name + UNFINISHED);
    }
    await dropBeyond(name);
    return name;
  }

  async function dropBeyond(kept: string): Promise<void> {
    let [count, bytes] = [0, 0];
    for (const file of await list()) {
      count++;
      bytes += file.bytes;
      if (file.name !== kept && (count > mostFiles || bytes > mostBytes)) await rm(join(folder, file.name), { force: true });
    }
  }

  return {
    list,
    pathOf,
    add,
    receive: (title, from) => add(title, (path) => pipeline(from, bounded(mostBytes), createWriteStream(path, { mode: 0o600 }))),
    remove: async (name) => rm(await pathOf(name), { force: true }),
  };
}

/** Sorts by time, and holds nothing that a file system or a shell takes amiss. */
function nameFor(title: string, nowMs: number): string {
  const fitting = title.replace(/\.heapsnapshot$/, '').replace(/[^\w.-]+/g, '_').replace(/^\.+/, '').slice(0, MOST_TITLE);
  return `${fitting === '' ? 'heap' : fitting}_${new Date(nowMs).toISOString().replace(/[-:]/g, '')}${ENDING}`;
}

function bounded(mostBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      if (bytes > mostBytes) done(new HttpError(413, 'SNAPSHOT_TOO_BIG', `A snapshot may take ${mostBytes} bytes here. liveprofiler heap FILE reads larger ones.`));
      else done(null, piece);
    },
  });
}
