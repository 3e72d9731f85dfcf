// The commands that look after the store: pin, pins, unpin, rebuild, backup, repair. They run in the process that holds
// the folder, or, where none does, here.
import { resolve } from 'node:path';
import type { LevelStore } from '../collector/store/index.ts';
import { openStore, repairStore, StoreError } from '../collector/store/index.ts';
import { parseWhen } from '../visualizer/dates.ts';
import { askHolder } from './control.ts';
import type { Request, Tell } from './control.ts';
import { readConfig } from './config.ts';

export interface UpkeepCall {
  readonly command: (typeof UPKEEP_COMMANDS)[number];
  readonly config: string;
  readonly operand?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly note?: string | undefined;
}

export const UPKEEP_COMMANDS = ['pin', 'pins', 'unpin', 'rebuild', 'backup', 'repair'] as const;

const PROGRESS_EVERY_MS = 1000;

/** Resolves to the exit code. The answer is on stdout, progress and faults on stderr. */
export async function upkeep(call: UpkeepCall): Promise<number> {
  const config = readConfig(call.config);
  if (config === undefined) return 2;
  const request = requestOf(call);
  if (typeof request === 'string') return failed(request, 2);
  const tell: Tell = (progress) => void process.stderr.write(`${progress}\n`);
  try {
    if (call.command === 'repair') return said(await repair(config.dbpath, tell));
    const held = await askHolder(config.dbpath, request, tell);
    if (held !== undefined) return held.ok ? said(held.text) : failed(held.text, 1);
    const store = await openStore({ path: config.dbpath, create: false, retention: config.retention, maxBytes: config.maxBytes });
    try {
      return said(await runUpkeep(store, request, tell));
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof StoreError) return failed(error.message, 1);
    throw error;
  }
}

/** What a request does to an open store; resolves to what to say. */
export async function runUpkeep(store: LevelStore, { command, args }: Request, tell: Tell): Promise<string> {
  const [first = '', second = '', note = ''] = args;
  if (command === 'pin') {
    const pin = await store.pin({ fromMs: Number(first), untilMs: Number(second) }, note);
    return `${pin.id}  ${spanOf(pin)}  ${pin.note}`;
  }
  if (command === 'pins') return (await store.pins()).map((pin) => `${pin.id}  ${spanOf(pin)}  ${pin.note}`).join('\n');
  if (command === 'unpin') {
    if (await store.unpin(first)) return `${first} is no longer pinned; what is past its retention goes with the next turn.`;
    throw new StoreError('STORE_BAD_REQUEST', `There is no pin ${first}: liveprofiler pins lists them.`);
  }
  if (command === 'rebuild') return `${(await store.rebuild(Date.now())).rollups} roll-ups made anew.`;
  if (command === 'backup') {
    const { entries } = await store.backup(first, seldom((copied) => { tell(`${copied} records copied …`); }));
    return `${entries} records copied to ${first}. To restore them, start liveprofiler with that folder as dbpath.`;
  }
  throw new StoreError('STORE_BAD_REQUEST', `${command} is nothing that a store does.`);
}

async function repair(path: string, tell: Tell): Promise<string> {
  const report = await repairStore(path, seldom((seen) => { tell(`${seen} records looked at …`); }));
  const { damaged, windowsLost, windowsCoarser, rollupsLost, rollupsCoarser, rollupsRemade } = report;
  if (Object.values(report).every((count) => count === 0)) return 'Nothing is damaged.';
  return [
    `${damaged} damaged records dropped.`,
    `${windowsCoarser} windows are known by a coarser roll-up alone from now on; ${windowsLost} are lost.`,
    `${rollupsRemade} roll-ups are made anew when the server runs, those of five minutes without hits per line; ${rollupsCoarser} are known by a coarser one; ${rollupsLost} are lost.`,
  ].join('\n');
}

/** A sentence when the call is wrong. Dates become milliseconds, paths absolute: who runs it may be elsewhere. */
function requestOf({ command, operand, from, until, note = '' }: UpkeepCall): Request | string {
  if (command === 'pin') {
    const nowMs = Date.now();
    const [fromMs, untilMs] = [from === undefined ? undefined : parseWhen(from, nowMs), until === undefined ? nowMs : parseWhen(until, nowMs)];
    if (fromMs === undefined) return from === undefined ? 'pin needs --from DATE.' : `--from ${from} is no date: write 2026-11-20T14:00Z, epoch seconds, or words such as -2h or yesterday 14:00.`;
    if (untilMs === undefined) return `--until ${until ?? ''} is no date: write 2026-11-20T14:00Z, epoch seconds, or words such as -2h or yesterday 14:00.`;
    if (untilMs <= fromMs) return `The range ends at ${new Date(untilMs).toISOString()}, not after its start at ${new Date(fromMs).toISOString()}.`;
    return { command, args: [String(fromMs), String(untilMs), note] };
  }
  if (command === 'unpin') return operand === undefined ? 'unpin needs the id of a pin: liveprofiler pins lists them.' : { command, args: [operand] };
  if (command === 'backup') return operand === undefined ? 'backup needs a folder to copy to.' : { command, args: [resolve(operand)] };
  return { command, args: [] };
}

function spanOf({ fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number }): string {
  return `${new Date(fromMs).toISOString()} – ${new Date(untilMs).toISOString()}`;
}

function seldom(tell: (count: number) => void): (count: number) => void {
  let nextMs = performance.now() + PROGRESS_EVERY_MS;
  return (count) => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + PROGRESS_EVERY_MS;
    tell(count);
  };
}

function said(text: string): number {
  if (text !== '') process.stdout.write(`${text}\n`);
  return 0;
}

function failed(sentence: string, code: number): number {
  process.stderr.write(`liveprofiler: ${sentence}\n`);
  return code;
}
