// A worker of workers.ts, at the work that its name tells.
import { setImmediate as turn } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { compressArchive, renderPage, reportAsJson, searchText, sortCatalogue } from '../example/work.ts';
import { compileRooms } from './store/programs/compiler.ts';

const WORKS: Readonly<Record<string, () => Promise<unknown>>> = {
  compiler: () => compileRooms(() => turn(), ['example']),
  example: () => turn([reportAsJson(), renderPage(), searchText('sku'), compressArchive(), sortCatalogue()]),
};

const work = WORKS[String(workerData)];
if (work === undefined) throw new Error(`there is no work ${String(workerData)}`);
for (;;) await work();
