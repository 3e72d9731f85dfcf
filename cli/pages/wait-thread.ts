// The thread that waits for the page's word while the main thread stands still.
import { get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

export interface Waiting {
  /** Of the page, with its token. */
  readonly url: string;
  /** One number: 1 lets the main thread go on. */
  readonly shared: SharedArrayBuffer;
}

const { url, shared } = workerData as Waiting;

const release = (): void => {
  const go = new Int32Array(shared);
  Atomics.store(go, 0, 1);
  Atomics.notify(go, 0);
};

get(url.replace('?', 'api/held/wait?'), (response) => {
  parentPort?.postMessage('waiting');
  response.on('close', release);
  response.resume();
}).on('error', release);
