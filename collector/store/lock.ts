// The note beside the engine's own lock: which process holds the folder. The engine's lock decides; this only tells.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from './errors.ts';

const PID_FILE = 'liveprofiler.pid';

export async function noteHolder(folder: string): Promise<void> {
  await writeFile(join(folder, PID_FILE), `${process.pid}\n`, { mode: 0o600 });
}

export async function forgetHolder(folder: string): Promise<void> {
  await rm(join(folder, PID_FILE), { force: true });
}

export async function lockedError(folder: string, cause: unknown): Promise<StoreError> {
  const pid = Number.parseInt(await readFile(join(folder, PID_FILE), 'utf8').catch(() => ''), 10);
  const holder = Number.isSafeInteger(pid) && pid > 0 ? `the process with pid ${pid}` : 'another process';
  return new StoreError(
    'STORE_LOCKED',
    `The folder ${folder} is held by ${holder}. A folder belongs to one process at a time: stop that one, or give this one another dbpath.`,
    cause,
  );
}
