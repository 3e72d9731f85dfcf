// Whether the disk has room: writing ends while some is left, so that LevelDB can still tidy up and free more.
import { statfs } from 'node:fs/promises';
import type { Bytes, Milliseconds } from 'liveprofiler-sampler/wire';
import { StoreError } from '../errors.ts';

const RESERVE_BYTES = 64 * 1024 * 1024;
/** Of a small disk a share is left free instead. */
const RESERVE_SHARE = 1 / 16;
/** Of what must stay free: with so much of it, LevelDB opens again and frees more. */
const DROP_SHARE = 1 / 2;
const LOOK_EVERY_MS = 1000;

export interface Room {
  /** @throws StoreError STORE_FULL when less is free than must stay so; to drop something, half of that does. */
  check(options?: { readonly anew?: boolean; readonly toDrop?: boolean }): Promise<void>;
}

export function roomOf(folder: string): Room {
  let lookedMs = Number.NEGATIVE_INFINITY;
  let full: { readonly freeBytes: Bytes; readonly reserveBytes: Bytes } | undefined;
  return {
    async check({ anew = false, toDrop = false } = {}) {
      const nowMs: Milliseconds = performance.now();
      // A full disk is looked at each time: who waits for room goes on as soon as there is some.
      if (anew || full !== undefined || nowMs - lookedMs >= LOOK_EVERY_MS) {
        const { bavail, blocks, bsize } = await statfs(folder);
        const [freeBytes, reserveBytes] = [bavail * bsize, Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE)];
        full = freeBytes < reserveBytes ? { freeBytes, reserveBytes } : undefined;
        lookedMs = nowMs;
      }
      if (full === undefined || (toDrop && full.freeBytes >= full.reserveBytes * DROP_SHARE)) return;
      throw new StoreError('STORE_FULL', `The disk of ${folder} has ${megabytes(full.freeBytes)} MB free, and ${megabytes(full.reserveBytes)} MB must stay so. Make room, or set a max_size or a shorter retention; collecting goes on by itself.`);
    },
  };
}

function megabytes(bytes: Bytes): string {
  return (bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0);
}
