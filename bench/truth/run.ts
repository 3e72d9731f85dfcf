// Starts programs of known answers as processes of their own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Told } from './child.ts';
import type { ProgramName } from './programs.ts';

/** @throws when it ends before it has told. */
export async function told(program: ProgramName, seconds: number, intervalUs: number): Promise<Told> {
  const child = fork(fileURLToPath(new URL('child.js', import.meta.url)), [program, String(seconds), String(intervalUs)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then((how: unknown[]) => Promise.reject(new Error(`the program ${program} ended: ${how.join(' ')}`)));
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Told];
  await ended.catch(() => undefined);
  return answer;
}
