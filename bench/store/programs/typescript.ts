// The TypeScript compiler at work, for ever.
import { compileRooms } from './compiler.ts';
import { breathe, sampled } from './sampled.ts';

await sampled('typescript');
for (;;) await compileRooms(breathe);
