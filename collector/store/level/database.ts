// The only file that touches LevelDB. Nothing that it gives has changed on the disk: every value carries a checksum.
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import type { Bytes } from 'liveprofiler-sampler/wire';
import { codeOf, StoreError } from '../errors.ts';
import type { KeyRange } from '../key-parts.ts';
import { lockedError } from '../lock.ts';
import { bare, checked, isSound, withChecksum } from './checked-value.ts';
import { filesOf, logDamage, tableDamage } from './files.ts';

const READ_AHEAD = 1000;
/** A batch ends where it reaches this: rows of an hour alone would fill LevelDB's own measure, and each would be a read. */
const READ_AHEAD_BYTES = 1024 * 1024;
const CACHE_BYTES = 32 * 1024 * 1024;
/** What is in memory and the log before it becomes a table: larger ones are merged less often. */
const WRITE_BUFFER_BYTES = 16 * 1024 * 1024;

export type Write = { readonly type: 'put'; readonly key: Buffer; readonly value: Buffer } | { readonly type: 'del'; readonly key: Buffer };
export type Entry = readonly [key: Buffer, value: Buffer];
export interface Scanned {
  readonly key: Buffer;
  /** With its checksum. */
  readonly sealed: Buffer;
  readonly value: Buffer | undefined;
}

/** Under Node `level` is LevelDB, which knows this. */
const AHEAD: object = { highWaterMarkBytes: READ_AHEAD_BYTES };

type Db = Level<Buffer, Buffer>;
/** A view of the database that later writes do not change. Close it. */
export type Snapshot = ReturnType<Db['snapshot']>;

export interface ReadOptions {
  readonly snapshot?: Snapshot;
  readonly reverse?: boolean;
  readonly limit?: number;
}

export interface OpenOptions {
  /** Whether a store is made where there is none. */
  readonly create?: boolean;
  /** Damage of the log is told, not left out. */
  readonly checkLog?: boolean;
  /** All tables are read, and their damage is told: LevelDB can end the process over it. */
  readonly checkTables?: boolean;
}

export class Database {
  readonly #db: Db;
  readonly #location: string;
  /** LevelDB takes no write after one that failed, until it is opened again. */
  #broken = false;
  #closed = false;

  private constructor(db: Db, location: string) {
    this.#db = db;
    this.#location = location;
  }

  static async open(folder: string, { create = true, checkLog = true, checkTables = false }: OpenOptions = {}): Promise<Database> {
    const files = await filesOf(folder);
    if (!create && files.length === 0) throw new StoreError('STORE_MISSING', `There is no store in ${folder}: give the folder that liveprofiler serve writes to.`);
    // LevelDB would begin anew, and remove what is there.
    const headless = !files.includes('CURRENT') && files.some((file) => /\.(ldb|sst|log)$/.test(file));
    const damage = headless ? 'its file CURRENT is gone' : await damageOf(folder, checkLog, checkTables);
    if (damage !== undefined) {
      throw new StoreError('STORE_DAMAGED', `The store in ${folder} is damaged: ${damage}. Run liveprofiler repair, or restore it from a backup.`);
    }
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
      throw new StoreError('STORE_IO', `The folder ${folder} cannot be made: ${String(cause)}. Give a dbpath that this user may write.`, cause);
    });
    const location = join(folder, 'leveldb');
    await makePrivate(location);
    const db: Db = new Level(location, { keyEncoding: 'buffer', valueEncoding: 'buffer', cacheSize: CACHE_BYTES, writeBufferSize: WRITE_BUFFER_BYTES });
    try {
      await db.open();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      if (codeOf(cause) === 'LEVEL_LOCKED') throw await lockedError(folder, error);
      if (codeOf(cause) === 'LEVEL_CORRUPTION') {
        throw new StoreError('STORE_DAMAGED', `The store in ${folder} is damaged and does not open: ${String(cause)}. Run liveprofiler repair, or restore it from a backup.`, error);
      }
      throw new StoreError('STORE_IO', `The store in ${folder} does not open: ${String(cause)}.`, error);
    }
    return new Database(db, location);
  }

  /** LevelDB's own repair of files that do not open: what it cannot read is put aside in a folder `lost`. */
  static async mend(folder: string): Promise<void> {
    if (!canRepair(Level)) return;
    await Level.repair(join(folder, 'leveldb'));
  }

  snapshot(): Snapshot {
    return this.#begun(() => this.#db.snapshot());
  }

  async get(key: Buffer, snapshot?: Snapshot): Promise<Buffer | undefined> {
    // abstract-level's types promise a value; since its third version a missing key gives undefined.
    const value: Buffer | undefined = await this.#telling(this.#db.get(key, snapshot === undefined ? {} : { snapshot }));
    return value === undefined ? undefined : checked(key, value);
  }

  /** All writes or none; on the disk itself when it resolves. */
  async write(writes: readonly Write[]): Promise<void> {
    const operations = writes.map((write) => (write.type === 'put' ? { ...write, value: withChecksum(write.key, write.value) } : write));
    try {
      await this.#telling(this.#db.batch(operations, { sync: true }));
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  /** A write failed: no other is taken until the database is opened again. */
  get isBroken(): boolean {
    return this.#broken;
  }

  async reopenIfBroken(): Promise<void> {
    if (!this.#broken || this.#closed) return;
    await this.#telling(this.#db.close());
    await this.#telling(this.#db.open());
    this.#broken = false;
  }

  /** Entries of a range, a batch at a time. */
  async *batches(range: KeyRange, options: ReadOptions = {}): AsyncGenerator<readonly Entry[], void, void> {
    const iterator = this.#begun(() => this.#db.iterator({ ...range, ...options, ...AHEAD }));
    try {
      for (;;) {
        const entries = await this.#telling(iterator.nextv(Math.min(options.limit ?? READ_AHEAD, READ_AHEAD)));
        if (entries.length === 0) return;
        yield entries.map(([key, value]) => [key, checked(key, value)]);
      }
    } finally {
      await iterator.close();
    }
  }

  async first(range: KeyRange, options: ReadOptions = {}): Promise<Entry | undefined> {
    for await (const [entry] of this.batches(range, { ...options, limit: 1 })) return entry;
    return undefined;
  }

  async isEmpty(): Promise<boolean> {
    for await (const entries of this.scan()) return entries.length === 0;
    return true;
  }

  /** The first key of a range, whatever its value. */
  async firstKey(range: KeyRange): Promise<Buffer | undefined> {
    let first: Buffer | undefined;
    await this.skim(range, (key) => {
      first ??= key;
      return range.lt;
    });
    return first;
  }

  /** The first key of a range, then the first at or after what `next` makes of it, and so on: one seek each. */
  async skim(range: KeyRange, next: (key: Buffer) => Buffer): Promise<void> {
    const iterator = this.#begun(() => this.#db.keys(range));
    try {
      for (;;) {
        const key = await this.#telling(iterator.next());
        if (key === undefined) return;
        iterator.seek(next(key));
      }
    } finally {
      await iterator.close();
    }
  }

  /** Gives the space of what was deleted in a range back to the disk. */
  async compact({ gte, lt }: KeyRange): Promise<void> {
    if (canCompact(this.#db)) await this.#telling(this.#db.compactRange(gte, lt));
  }

  /** Every entry, or those of a range, as it stands on disk; one that is not as it was written has no value. */
  async *scan(options: Partial<KeyRange> & Pick<ReadOptions, 'snapshot'> = {}): AsyncGenerator<readonly Scanned[], void, void> {
    const iterator = this.#begun(() => this.#db.iterator({ ...options, ...AHEAD }));
    try {
      for (;;) {
        const entries = await this.#telling(iterator.nextv(READ_AHEAD));
        if (entries.length === 0) return;
        yield entries.map(([key, sealed]) => ({ key, sealed, value: isSound(key, sealed) ? bare(sealed) : undefined }));
      }
    } finally {
      await iterator.close();
    }
  }

  /** Puts entries as `scan` gave them. */
  async putSealed(entries: readonly { readonly key: Buffer; readonly sealed: Buffer }[]): Promise<void> {
    await this.#telling(this.#db.batch(entries.map(({ key, sealed }) => ({ type: 'put', key, value: sealed })), { sync: true }));
  }

  /** About what a range takes on disk; what is in LevelDB's log does not count. */
  async sizeOf({ gte, lt }: KeyRange): Promise<Bytes> {
    return canCompact(this.#db) ? this.#telling(this.#db.approximateSize(gte, lt)) : 0;
  }

  /** What all files take. */
  async bytes(): Promise<Bytes> {
    let bytes = 0;
    for (const file of await readdir(this.#location)) bytes += await stat(join(this.#location, file)).then(({ size }) => size, () => 0);
    return bytes;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#db.close();
  }

  #begun<T>(begin: () => T): T {
    try {
      return begin();
    } catch (cause) {
      throw this.#told(cause);
    }
  }

  async #telling<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      throw this.#told(cause);
    }
  }

  #told(cause: unknown): StoreError {
    const code = codeOf(cause);
    const notOpen = code === 'LEVEL_DATABASE_NOT_OPEN' || code === 'LEVEL_ITERATOR_NOT_OPEN';
    if (notOpen && !this.#broken) return new StoreError('STORE_CLOSED', 'The store is closed.', cause);
    if (notOpen) return new StoreError('STORE_IO', 'The store is being opened again after the disk refused a write: ask again in a moment.', cause);
    if (code === 'LEVEL_CORRUPTION') return new StoreError('STORE_DAMAGED', `LevelDB says that its files are damaged: ${String(cause)}. Run liveprofiler repair, or restore the folder from a backup.`, cause);
    if (/no space left/i.test(String(cause))) return new StoreError('STORE_FULL', `The disk is full: ${String(cause)}. Make room; collecting goes on by itself.`, cause);
    return new StoreError('STORE_IO', `LevelDB could not read or write: ${String(cause)}.`, cause);
  }
}

async function damageOf(folder: string, checkLog: boolean, checkTables: boolean): Promise<string | undefined> {
  if (checkLog && (await logDamage(folder)) > 0) return 'its log is not as it was written';
  const places = checkTables ? await tableDamage(folder) : 0;
  return places === 0 ? undefined : `${places === 1 ? '1 place' : `${places} places`} of its tables ${places === 1 ? 'is' : 'are'} not as written`;
}

/** `level` declares what browsers have too; under Node it is always LevelDB. */
function canCompact(db: object): db is { compactRange(start: Buffer, end: Buffer): Promise<void>; approximateSize(start: Buffer, end: Buffer): Promise<number> } {
  return 'compactRange' in db;
}

function canRepair(engine: object): engine is { repair(location: string): Promise<void> } {
  return 'repair' in engine;
}

/** LevelDB makes its files for all to read, and the folder around may be one that others made. Where this fails, LevelDB tells why. */
async function makePrivate(location: string): Promise<void> {
  await mkdir(location, { mode: 0o700 }).catch(() => undefined);
  await chmod(location, 0o700).catch(() => undefined);
}
