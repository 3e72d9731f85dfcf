// Copies a store as one moment has it, while it goes on being written. The copy is a store to start on; one that was
// cut short does not open as one: its format is written last.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { encodeFormat } from '../format.ts';
import { formatKey } from '../keys.ts';
import { Database } from './database.ts';

/** @throws StoreError STORE_BAD_REQUEST when the folder holds something already, STORE_DAMAGED when a record is. */
export async function backup(db: Database, folder: string, onProgress: (entries: number) => void): Promise<{ readonly entries: number }> {
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0) throw new StoreError('STORE_BAD_REQUEST', `The folder ${folder} is not empty: name one that is, or that is not there yet.`);
  const snapshot = db.snapshot();
  let entries = 0;
  try {
    const copy = await Database.open(folder);
    try {
      for await (const batch of db.scan({ snapshot })) {
        const damaged = batch.find(({ value }) => value === undefined);
        if (damaged !== undefined) throw new StoreError('STORE_DAMAGED', `The record ${damaged.key.toString('hex').slice(0, 80)} is not as it was written, so that the copy would be damaged too. Stop the server and run liveprofiler repair first.`);
        await copy.putSealed(batch.filter(({ key }) => !key.equals(formatKey())));
        entries += batch.length;
        onProgress(entries);
      }
      await copy.write([{ type: 'put', key: formatKey(), value: encodeFormat() }]);
    } catch (error) {
      await copy.close();
      // What it has filled of the disk is given back.
      await rm(join(folder, 'leveldb'), { recursive: true });
      throw error;
    }
    await copy.close();
  } finally {
    await snapshot.close();
  }
  return { entries };
}
