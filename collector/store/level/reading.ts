// What a record that does not read as one is told as, whoever reads it.
import { StoreError } from '../errors.ts';

/** What a record reads as. @throws StoreError STORE_DAMAGED when it does not. */
export function reading<T>(key: Buffer, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new StoreError('STORE_DAMAGED', `The record ${key.toString('hex').slice(0, 80)} does not read as one. Run liveprofiler repair, or restore the folder from a backup.`, cause);
  }
}
