// The thread that names frames. It answers batches in order and has no other life.
import { parentPort } from 'node:worker_threads';
import type { Bytes, Frame } from '../profile.ts';
import { nameFrames } from './resolve.ts';
import type { LineBlock } from './resolve.ts';

export interface Batch {
  readonly frames: readonly Frame[];
  readonly blocks: readonly LineBlock[];
  readonly root: string;
}

const LARGE_BYTES: Bytes = 8 * 2 ** 20;

parentPort?.on('message', ({ frames, blocks, root }: Batch) => {
  const named = nameFrames(frames, root, blocks);
  parentPort?.postMessage(named);
  // What a large file took would stay with the thread for long.
  if (named.bytes > LARGE_BYTES) process.exit();
});
