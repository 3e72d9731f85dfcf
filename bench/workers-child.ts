// A worker of workers.ts: the TypeScript compiler at work, one file after the other.
import { setImmediate as turn } from 'node:timers/promises';
import { compileRooms } from './store/programs/compiler.ts';

for (;;) await compileRooms(() => turn(), ['example']);
