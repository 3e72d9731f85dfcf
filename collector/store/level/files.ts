// LevelDB's files as they lie on the disk, looked at while it does not have them open.
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, StoreError } from '../errors.ts';
import { damagedPlaces } from './log-check.ts';
import { damagedIn, NO_BLOCK } from './table-check.ts';

export async function filesOf(folder: string): Promise<string[]> {
  return readdir(join(folder, 'leveldb')).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return [];
    throw new StoreError('STORE_IO', `The folder ${folder} cannot be read: ${String(cause)}.`, cause);
  });
}

/** Places in the log that do not read. */
export async function logDamage(folder: string): Promise<number> {
  let places = 0;
  for (const file of await filesOf(folder)) if (file.endsWith('.log')) places += damagedPlaces(await readFile(join(folder, 'leveldb', file)).catch(() => Buffer.alloc(0)));
  return places;
}

/** Places in tables that do not read: LevelDB can end the process over them. */
export async function tableDamage(folder: string): Promise<number> {
  let places = 0;
  for await (const { damaged } of damagedTables(folder)) places += damaged.length;
  return places;
}

/** The same, and they are marked as such, for `mend` to leave out. What is sound is not touched. */
export async function markTables(folder: string): Promise<number> {
  let places = 0;
  for await (const { path, damaged } of damagedTables(folder)) {
    places += damaged.length;
    const table = await open(path, 'r+');
    try {
      for (const at of damaged) await table.write(NO_BLOCK, 0, NO_BLOCK.length, at);
      await table.sync();
    } finally {
      await table.close();
    }
  }
  return places;
}

async function* damagedTables(folder: string): AsyncGenerator<{ readonly path: string; readonly damaged: readonly number[] }, void, void> {
  for (const file of await filesOf(folder)) {
    if (!/\.(ldb|sst)$/.test(file)) continue;
    const path = join(folder, 'leveldb', file);
    const damaged = damagedIn(await readFile(path));
    if (damaged.length > 0) yield { path, damaged };
  }
}
