// The TypeScript compiler at work; it serves nobody.
import { setImmediate as turn } from 'node:timers/promises';
import { compileRooms } from '../../store/programs/compiler.ts';

export function work(): Promise<undefined> {
  void forEver();
  return Promise.resolve(undefined);
}

async function forEver(): Promise<void> {
  for (;;) await compileRooms(() => turn());
}
