// The note beside the engine's own lock: which process holds the folder. The engine's lock decides; this only tells.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, StoreError } from './errors.ts';

const PID_FILE = 'liveprofiler.pid';

export async function noteHolder(folder: string): Promise<void> {
  await writeFile(join(folder, PID_FILE), `${process.pid}\n`, { mode: 0o600 });
}

export async function forgetHolder(folder: string): Promise<void> {
  await rm(join(folder, PID_FILE), { force: true });
}

/** Whether the last process that held the folder ended without closing it. */
export async function wasAbandoned(folder: string): Promise<boolean> {
  const pid = await holderOf(folder);
  // Where every process is the first of its container, they all have one number.
  return pid !== undefined && (pid === process.pid || !isAlive(pid));
}

export async function lockedError(folder: string, cause: unknown): Promise<StoreError> {
  const pid = await holderOf(folder);
  const holder = pid === undefined ? 'another process' : `the process with pid ${pid}`;
  return new StoreError(
    'STORE_LOCKED',
    `The folder ${folder} is held by ${holder}. A folder belongs to one process at a time: stop that one, or give this one another dbpath.`,
    cause,
  );
}

async function holderOf(folder: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(join(folder, PID_FILE), 'utf8').catch(() => ''), 10);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
