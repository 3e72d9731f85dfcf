// Copies a store as one moment has it, while it goes on being written. The copy is a store to start on.
import { readdir } from 'node:fs/promises';
import { StoreError } from '../errors.ts';
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
      for await (const batch of db.scan(snapshot)) {
        const damaged = batch.find(({ sound }) => !sound);
        if (damaged !== undefined) throw new StoreError('STORE_DAMAGED', `The record ${damaged.key.toString('hex').slice(0, 80)} is not as it was written, so that the copy would be damaged too. Stop the server and run liveprofiler repair first.`);
        await copy.putSealed(batch);
        entries += batch.length;
        onProgress(entries);
      }
    } finally {
      await copy.close();
    }
  } finally {
    await snapshot.close();
  }
  return { entries };
}
