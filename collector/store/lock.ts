// The note beside the engine's own lock: which process holds the folder. The engine's lock decides; this only tells.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, StoreError } from './errors.ts';

const PID_FILE = 'liveprofiler.pid';
/** Of /proc/PID/stat, behind the name. */
const FIELDS_TO_START = 19;

export async function noteHolder(folder: string): Promise<void> {
  await writeFile(join(folder, PID_FILE), `${process.pid} ${(await startOf(process.pid)) ?? ''}\n`, { mode: 0o600 });
}

export async function forgetHolder(folder: string): Promise<void> {
  await rm(join(folder, PID_FILE), { force: true });
}

/** Whether the last process that held the folder ended without closing it. */
export async function wasAbandoned(folder: string): Promise<boolean> {
  const { pid, start } = await holderOf(folder);
  // Where every process is the first of its container, they all have one number.
  if (pid === undefined || pid === process.pid || !isAlive(pid)) return pid !== undefined;
  // Numbers are given again: what is alive may be another process by now.
  const startNow = await startOf(pid);
  return start !== undefined && startNow !== undefined && startNow !== start;
}

export async function lockedError(folder: string, cause: unknown): Promise<StoreError> {
  const { pid } = await holderOf(folder);
  const holder = pid === undefined ? 'another process' : `the process with pid ${pid}`;
  return new StoreError(
    'STORE_LOCKED',
    `The folder ${folder} is held by ${holder}. A folder belongs to one process at a time: stop that one, or give this one another dbpath.`,
    cause,
  );
}

interface Holder {
  readonly pid?: number;
  /** As `startOf` tells it. */
  readonly start?: string | undefined;
}

async function holderOf(folder: string): Promise<Holder> {
  const [number = '', start = ''] = (await readFile(join(folder, PID_FILE), 'utf8').catch(() => '')).trim().split(' ');
  const pid = Number.parseInt(number, 10);
  return Number.isSafeInteger(pid) && pid > 0 ? { pid, start: start === '' ? undefined : start } : {};
}

/** When a process began, in a unit of the system's own; undefined where the system does not tell. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name before it can hold spaces and brackets.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[FIELDS_TO_START];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
