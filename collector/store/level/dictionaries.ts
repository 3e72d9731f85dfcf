// Dictionaries at hand, by number: read from their pages once, shared by whoever reads and writes, let go when there
// are many. A day of one host has one; its key says when it may go.
import type { Write } from './database.ts';
import type { Database } from './database.ts';
import { Dictionary } from '../dictionary.ts';
import { StoreError } from '../errors.ts';
import { dictionaryKey, pageKey, pagePrefix, RAW_TIER, readDictionaryKey, SPACE, under } from '../keys.ts';

const STRETCH_US = 24 * 3600 * 1_000_000;
/** Entries kept in memory over all dictionaries: some hundred MB at the most. */
const MAX_ENTRIES = 2_000_000;

export interface NumberedDictionary {
  readonly id: number;
  readonly dictionary: Dictionary;
  /** Pages on disk. */
  pages: number;
}

export class Dictionaries {
  readonly #db: Database;
  readonly #byId = new Map<number, Promise<NumberedDictionary>>();
  /** `host` and day → number. */
  readonly #ids = new Map<string, number>();
  #nextId = 1;
  #entries = 0;

  private constructor(db: Database) {
    this.#db = db;
  }

  static async open(db: Database): Promise<Dictionaries> {
    const all = new Dictionaries(db);
    for await (const entries of db.batches(under(Buffer.from([SPACE.dictionary])))) {
      for (const [key] of entries) {
        const { fromUs, scope, id } = readDictionaryKey(key);
        all.#ids.set(nameOf(scope, fromUs), id);
        all.#nextId = Math.max(all.#nextId, id + 1);
      }
    }
    return all;
  }

  /** @throws StoreError STORE_DAMAGED when its pages do not read. */
  get(id: number): Promise<NumberedDictionary> {
    const known = this.#byId.get(id);
    if (known !== undefined) {
      // Moved to the end: the first entries are those not asked for longest.
      this.#byId.delete(id);
      this.#byId.set(id, known);
      return known;
    }
    const loading = this.#load(id);
    this.#byId.set(id, loading);
    loading.then(
      ({ dictionary }) => {
        this.#entries += dictionary.size;
        this.#letGo();
      },
      () => this.#byId.delete(id),
    );
    return loading;
  }

  /** The one for a host at a moment, made when there is none; `writes` is what makes it. */
  async forWindow(host: string, startUs: number): Promise<{ readonly numbered: NumberedDictionary; readonly writes: readonly Write[] }> {
    const fromUs = Math.floor(startUs / STRETCH_US) * STRETCH_US;
    const name = nameOf(host, fromUs);
    const known = this.#ids.get(name);
    if (known !== undefined) return { numbered: await this.get(known), writes: [] };
    const id = this.#nextId++;
    const numbered = { id, dictionary: new Dictionary(), pages: 0 };
    this.#ids.set(name, id);
    this.#byId.set(id, Promise.resolve(numbered));
    const key = dictionaryKey({ tier: RAW_TIER, fromUs, untilUs: fromUs + STRETCH_US, scope: host, id });
    return { numbered, writes: [{ type: 'put', key, value: Buffer.alloc(0) }] };
  }

  /** After a write that failed: what memory holds beyond the disk is forgotten. */
  async reload(): Promise<void> {
    const fresh = await Dictionaries.open(this.#db);
    this.#byId.clear();
    this.#entries = 0;
    this.#ids.clear();
    for (const [name, id] of fresh.#ids) this.#ids.set(name, id);
  }

  /** What deletes the dictionaries whose stretch ended at or before `untilUs`. */
  async deletionsBefore(untilUs: number): Promise<Write[]> {
    const writes: Write[] = [];
    for await (const entries of this.#db.batches(under(Buffer.from([SPACE.dictionary, RAW_TIER])))) {
      for (const [key] of entries) {
        const found = readDictionaryKey(key);
        if (found.untilUs > untilUs) return writes;
        writes.push({ type: 'del', key });
        for await (const pages of this.#db.batches(under(pagePrefix(found.id)))) for (const [page] of pages) writes.push({ type: 'del', key: page });
        this.#ids.delete(nameOf(found.scope, found.fromUs));
        this.#byId.delete(found.id);
      }
    }
    return writes;
  }

  async #load(id: number): Promise<NumberedDictionary> {
    const dictionary = new Dictionary();
    let pages = 0;
    for await (const entries of this.#db.batches(under(pagePrefix(id)))) {
      for (const [, page] of entries) {
        try {
          dictionary.readPage(page);
        } catch (cause) {
          throw new StoreError('STORE_DAMAGED', `Page ${pages} of dictionary ${id} does not read as one. Restore the folder from a backup.`, cause);
        }
        pages++;
      }
    }
    return { id, dictionary, pages };
  }

  #letGo(): void {
    for (const id of this.#byId.keys()) {
      if (this.#entries <= MAX_ENTRIES || this.#byId.size <= 1) return;
      const gone = this.#byId.get(id);
      this.#byId.delete(id);
      void gone?.then(({ dictionary }) => {
        this.#entries -= dictionary.size;
      });
    }
  }
}

/** What brings a dictionary's disk up to date; call `pageWritten` when it is there. */
export function pageWrites({ id, dictionary, pages }: NumberedDictionary): Write[] {
  const page = dictionary.nextPage();
  return page === undefined ? [] : [{ type: 'put', key: pageKey(id, pages), value: page }];
}

function nameOf(scope: string, fromUs: number): string {
  return `${fromUs} ${scope}`;
}
