// Damages a store that nobody has open.
import { join } from 'node:path';
import { Level } from 'level';

/** Works on the records as they stand on disk, checksums and all. */
export async function changing<T>(path: string, work: (level: Level<Buffer, Buffer>) => Promise<T>): Promise<T> {
  const level = new Level<Buffer, Buffer>(join(path, 'leveldb'), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  try {
    return await work(level);
  } finally {
    await level.close();
  }
}

/** Flips bits of the values under some keys. Resolves to how many. */
export function flip(path: string, wanted: (key: Buffer) => boolean): Promise<number> {
  return changing(path, async (level) => {
    let flipped = 0;
    for await (const [key, value] of level.iterator()) {
      if (!wanted(key)) continue;
      value[0] = (value[0] ?? 0) ^ 0x55;
      await level.put(key, value);
      flipped++;
    }
    return flipped;
  });
}
