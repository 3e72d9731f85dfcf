// A heap snapshot for whoever knows the admin secret. V8 writes it to a private file, because what Node calls a stream of it
// is all of it in memory; the file has no name any more before the first byte is sent. One at a time in a process.
import { createReadStream, fstatSync, mkdtempSync, openSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8';
import { createGzip } from 'node:zlib';
import type { Bytes, Milliseconds } from '../profile.ts';
import { folderPrefix, sweepLeft } from './left-behind.ts';

/** What is to be expected of a snapshot taken now. */
export interface SnapshotPlan {
  readonly heapUsedBytes: Bytes;
  /** Above it none is taken. */
  readonly maxHeapBytes: Bytes;
  /** The service does nothing else meanwhile. */
  readonly expectedPauseMs: Milliseconds;
  /** Why none can be taken now, in words. */
  readonly refused?: string;
}

export interface Snapshot {
  readonly pauseMs: Milliseconds;
  readonly bytes: Bytes;
  /** Ends when all was sent, or the other side went away; either frees everything. */
  send(to: Writable, zipped: boolean): Promise<void>;
}

/** By measurement, until one was taken in this process. */
const MS_PER_MIB: Milliseconds = 60;
/** A reader that takes nothing for so long is gone. */
const PATIENCE_MS: Milliseconds = 60_000;
const MIB: Bytes = 1024 * 1024;

let taking = false;
let msPerMib = MS_PER_MIB;

export function planSnapshot(maxHeapBytes: Bytes): SnapshotPlan & { readonly status: 200 | 409 | 429 | 507 } {
  const heapUsedBytes = getHeapStatistics().used_heap_size;
  const plan = { heapUsedBytes, maxHeapBytes, expectedPauseMs: Math.ceil((heapUsedBytes / MIB) * msPerMib) };
  if (taking) return { ...plan, status: 429, refused: 'A heap snapshot is being taken or sent: ask again when it is done.' };
  if (heapUsedBytes > maxHeapBytes) return { ...plan, status: 409, refused: `The heap holds ${Math.ceil(heapUsedBytes / MIB)} MiB, and snapshots are taken up to ${Math.floor(maxHeapBytes / MIB)} MiB (maxSnapshotHeapBytes).` };
  const { bavail, bsize } = statfsSync(tmpdir());
  // The text of a snapshot is about as long as the heap, at most.
  if (bavail * bsize < heapUsedBytes * 1.5) return { ...plan, status: 507, refused: `${tmpdir()} has no room for a snapshot of ${Math.ceil(heapUsedBytes / MIB)} MiB.` };
  return { ...plan, status: 200 };
}

/** Pauses the service while V8 writes. @throws where the temporary folder cannot be written. */
export function takeSnapshot(): Snapshot {
  taking = true;
  let folder: string | undefined;
  try {
    sweepLeft(tmpdir());
    const sizeMib = getHeapStatistics().used_heap_size / MIB;
    folder = mkdtempSync(join(tmpdir(), folderPrefix(process.pid)));
    const startMs = performance.now();
    const path = writeHeapSnapshot(join(folder, 'snapshot'));
    const pauseMs = performance.now() - startMs;
    if (sizeMib > 0) msPerMib = pauseMs / sizeMib;
    const file = openSync(path, 'r');
    const made = folder;
    remove(made);
    return {
      pauseMs,
      bytes: fstatSync(file).size,
      async send(to, zipped) {
        // It closes the file, however it ends; closed twice, the number could be another file's by then.
        const from = createReadStream('', { fd: file, highWaterMark: MIB / 4 });
        const closed = new Promise<void>((resolve) => { from.once('close', () => { resolve(); }); });
        try {
          await sendAll(from, to, zipped);
        } finally {
          from.destroy();
          await closed;
          // Where open files cannot be removed.
          remove(made);
          taking = false;
        }
      },
    };
  } catch (error) {
    if (folder !== undefined) remove(folder);
    taking = false;
    throw error;
  }
}

async function sendAll(from: Readable, to: Writable, zipped: boolean): Promise<void> {
  const gone = new AbortController();
  const timer = setTimeout(() => { gone.abort(); }, PATIENCE_MS).unref();
  from.on('data', () => timer.refresh());
  try {
    if (zipped) await pipeline(from, createGzip({ level: 1 }), to, { signal: gone.signal });
    else await pipeline(from, to, { signal: gone.signal });
  } finally {
    clearTimeout(timer);
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It is tried again when all is sent.
  }
}
