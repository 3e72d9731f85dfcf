// Damages a store that nobody has open: flips bits of the values under some keys. Resolves to how many.
import { join } from 'node:path';
import { Level } from 'level';

export async function flip(path: string, wanted: (key: Buffer) => boolean): Promise<number> {
  const level = new Level<Buffer, Buffer>(join(path, 'leveldb'), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  let flipped = 0;
  for await (const [key, value] of level.iterator()) {
    if (!wanted(key)) continue;
    value[0] = (value[0] ?? 0) ^ 0x55;
    await level.put(key, value);
    flipped++;
  }
  await level.close();
  return flipped;
}
