// The worker thread of the example: it shrinks pictures. Where no flag loads it, the first line has this thread sampled too.
import 'liveprofiler-sampler/register';
import { parentPort } from 'node:worker_threads';
import { shrinkPicture } from './work.ts';

parentPort?.on('message', () => parentPort?.postMessage(shrinkPicture().length));
