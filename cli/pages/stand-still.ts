// Holds the thread it is called on until the page lets it go on. A thread of its own waits for the page's word, since this
// one cannot; when the page's process is gone, nobody can give it, and the program goes on too.
import { Worker } from 'node:worker_threads';
import type { Waiting } from './wait-thread.ts';

/** `told` is on stderr before the thread stands still: what is written to a pipe waits for a thread that runs. */
export async function standStill(url: string, told: string): Promise<void> {
  const shared = new SharedArrayBuffer(4);
  const worker = new Worker(new URL('./wait-thread.js', import.meta.url), { workerData: { url, shared } satisfies Waiting, execArgv: [], env: {} });
  // Its first word says that it waits; without one it has ended, and said in `shared` that there is nothing to wait for.
  await new Promise<void>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('exit', resolve);
    worker.once('error', reject);
  });
  await new Promise<void>((resolve) => { process.stderr.write(told, () => { resolve(); }); });
  Atomics.wait(new Int32Array(shared), 0, 0);
  await worker.terminate();
}
