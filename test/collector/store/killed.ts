// A program that is killed while it works on a store.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** Runs it until some time after it first said something; resolves to all that it said once it is dead. */
export async function killed(program: string, args: readonly string[], afterMs: number): Promise<readonly unknown[]> {
  const child = fork(program, args);
  const said: unknown[] = [];
  child.on('message', (word) => said.push(word));
  await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => assert.fail(`the child ended with ${code} before it said anything`))]);
  await pause(afterMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return said;
}
