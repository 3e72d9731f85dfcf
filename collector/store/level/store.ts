// The embedded engine: windows in a LevelDB folder that belongs to one process.
import type { Bytes } from 'liveprofiler-sampler/wire';
import type { Store } from '../contract.ts';
import { StoreError } from '../errors.ts';
import { forgetHolder, noteHolder, wasAbandoned } from '../lock.ts';
import { backup } from './backup.ts';
import { Database } from './database.ts';
import { Engine } from './engine.ts';
import { Generations } from './generations.ts';
import { deletePin, writePin } from './pins.ts';
import { Reader } from './reader.ts';
import { roomOf } from './room.ts';
import { formatOf, markAll, upgrade } from './upgrade.ts';
import { Upkeep } from './upkeep.ts';
import type { Retention } from './upkeep.ts';
import { closedError, Writer } from './writer.ts';

export interface StoreOptions {
  /** The folder; made when it is not there. */
  readonly path: string;
  /** False: only a store that is there is opened. */
  readonly create?: boolean;
  readonly retention?: Retention;
  /** What the folder may take on disk; without it, what its retention makes of it. */
  readonly maxBytes?: Bytes | undefined;
}

const DAY_MS = 24 * 3_600_000;
export const DEFAULT_RETENTION: Retention = { rawMs: 2 * DAY_MS, minutesMs: 30 * DAY_MS, hoursMs: 400 * DAY_MS, daysMs: 400 * DAY_MS };

/** What only this engine can do. */
export interface LevelStore extends Store {
  /** What its files take on disk. */
  bytes(): Promise<Bytes>;
  /** Makes all roll-ups anew of what is under them. */
  rebuild(nowMs: number): Promise<{ readonly rollups: number }>;
  /** Copies the store as it is now into an empty folder, while it goes on. `onProgress` tells entries copied so far. */
  backup(folder: string, onProgress?: (entries: number) => void): Promise<{ readonly entries: number }>;
}

/**
 * @throws StoreError STORE_LOCKED when another process holds the folder, STORE_NEWER_FORMAT when a newer version
 * wrote it, STORE_MISSING when there is none and none is to be made, STORE_DAMAGED or STORE_IO when it does not open.
 */
export async function openStore({ path, create = true, retention = DEFAULT_RETENTION, maxBytes }: StoreOptions): Promise<LevelStore> {
  // What ended the last holder may have been a damaged table: it would end this one too.
  const db = await Database.open(path, { create, checkTables: await wasAbandoned(path) });
  try {
    await noteHolder(path);
    const format = await formatOf(db, path);
    const engine = await Engine.over(db, roomOf(path));
    await upgrade(engine, format);
    return storeOver(engine, path, retention, maxBytes);
  } catch (error) {
    await db.close();
    await forgetHolder(path);
    throw error;
  }
}

function storeOver(engine: Engine, path: string, retention: Retention, maxBytes: Bytes | undefined): LevelStore {
  const writer = new Writer(engine);
  const reader = new Reader(engine);
  const generations = new Generations();
  /** Also after a failure: nobody knows then how far it came. */
  const changed = (): void => {
    generations.changed();
    engine.hosts.forget();
  };
  const changing = async <T>(work: () => Promise<T>, isOther: (result: T) => boolean): Promise<T> => {
    try {
      const result = await work();
      if (isOther(result)) changed();
      return result;
    } catch (error) {
      changed();
      throw error;
    }
  };
  let closing: Promise<void> | undefined;
  const isOpen = (): boolean => closing === undefined;
  const whileOpen = <T>(work: () => Promise<T>): Promise<T> => (isOpen() ? work() : Promise.reject(closedError()));
  const reads = new Set<Promise<unknown>>();
  const read = <T>(work: () => Promise<T>): Promise<T> =>
    whileOpen(() => {
      const running = work();
      const forget = (): void => void reads.delete(running);
      reads.add(running);
      running.then(forget, forget);
      return running;
    });
  const upkeep = new Upkeep({ engine, retention, maxBytes, isOpen, readsEnded: () => Promise.allSettled(reads) });
  /** One at a time: two would do the same work twice. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const running = turn.then(() => whileOpen(work));
    turn = running.catch(() => undefined);
    return running;
  };
  return {
    append: (windows, memories) => changing(async () => {
      const report = await writer.append(windows, memories);
      if (report.appended > 0) generations.appended(windows);
      return report;
    }, () => false),
    generation: (range) => generations.of(range),
    memory: (host) => read(() => reader.memory(host)),
    query: (selector, range, options) => read(() => reader.query(selector, range, options)),
    lines: (selector, range, of) => read(() => reader.lines(selector, range, of)),
    timeline: (selector, range, stepMs, by) => read(() => reader.timeline(selector, range, stepMs, by)),
    numbers: (selector, range, stepMs, by) => read(() => reader.numbers(selector, range, stepMs, by)),
    labels: (range, hosts) => read(() => reader.labels(range, hosts)),
    extent: (host) => read(() => reader.extent(host)),
    hosts: () => read(() => reader.hosts()),
    pins: () => read(() => reader.pins()),
    pin: (range, note) => whileOpen(() => engine.alone(() => writePin(engine.db, range, note))),
    unpin: (id) => whileOpen(() => engine.alone(() => deletePin(engine.db, id))),
    rollUp: (nowMs) => inTurn(() => changing(() => upkeep.rollUp(timeOf(nowMs)), ({ rollups }) => rollups > 0)),
    // It rolls up first, and does not tell how much of that.
    prune: (nowMs) => inTurn(() => changing(() => upkeep.prune(timeOf(nowMs)), () => true)),
    rebuild: (nowMs) =>
      inTurn(() => changing(async () => {
        await engine.alone(() => markAll(engine));
        return upkeep.rollUp(timeOf(nowMs));
      }, () => true)),
    bytes: () => read(() => engine.db.bytes()),
    backup: (folder, onProgress = () => undefined) => read(() => backup(engine.db, folder, onProgress)),
    close() {
      writer.close();
      closing ??= engine.quiet().then(async () => {
        await turn;
        await engine.quiet();
        await engine.db.close();
        await forgetHolder(path);
      });
      return closing;
    },
  };
}

function timeOf(nowMs: number): number {
  if (!Number.isFinite(nowMs)) throw new StoreError('STORE_BAD_REQUEST', `${nowMs} is no time to tidy up at.`);
  return nowMs;
}
