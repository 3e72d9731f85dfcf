// The thread that names frames. It answers batches in order and has no other life.
import { parentPort } from 'node:worker_threads';
import type { Frame } from '../profile.ts';
import { nameFrames } from './resolve.ts';

export interface Batch {
  readonly frames: readonly Frame[];
  readonly root: string;
}

parentPort?.on('message', ({ frames, root }: Batch) => {
  parentPort?.postMessage(nameFrames(frames, root));
});
