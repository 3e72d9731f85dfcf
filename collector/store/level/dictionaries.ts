// Dictionaries at hand, by number: read from their pages once, shared by whoever reads and writes, let go when there
// are many. Numbers count from page to page: what lies behind a page that is lost is never read. One serves the windows of one service over one stretch of time; its key says when it may go.
import type { Microseconds } from 'liveprofiler-sampler/wire';
import { CommonStacks } from '../common.ts';
import { Dictionary } from '../dictionary.ts';
import { isDamage, StoreError } from '../errors.ts';
import { after, under } from '../key-parts.ts';
import { dictionaryKey, pageKey, pagePrefix, readDictionaryKey, readPageKey, SPACE } from '../keys.ts';
import type { DictionaryKey } from '../keys.ts';
import { RAW_TIER } from '../tiers.ts';
import type { Write } from './database.ts';
import type { Database } from './database.ts';

const DAY_US = 24 * 3600 * 1_000_000;
/** The finest tier that a dictionary serves, and the length of its stretch; it serves the tiers up to the next one. */
const STRETCHES = [
  { tier: RAW_TIER, lengthUs: DAY_US },
  { tier: 2, lengthUs: 30 * DAY_US },
] as const;
/** Entries kept in memory over all dictionaries: some hundred bytes each. */
const MAX_ENTRIES = 1_500_000;
/**
 * Above this, what is new goes into another one: names without end cost no single dictionary more. Far above what a busy
 * program meets in a day: a dictionary that is begun anew tells once more all that is still met.
 */
const MAX_ENTRIES_OF_ONE = 800_000;

/** Above this, the common numbers are given anew: those of dictionaries that were let go are never asked for again. */
const MAX_COMMON = 2_000_000;

export interface NumberedDictionary {
  readonly id: number;
  readonly dictionary: Dictionary;
  /** Pages on disk. */
  pages: number;
}

/** Whose windows share a dictionary. */
export interface Scope {
  readonly tier: number;
  readonly service: string;
  readonly atUs: Microseconds;
}

export class Dictionaries {
  readonly #db: Database;
  readonly #prefixes: boolean;
  readonly #byId = new Map<number, Promise<NumberedDictionary>>();
  readonly #loaded = new Map<number, NumberedDictionary>();
  /** Being written: while one is held, there must be no second copy of it. */
  readonly #held = new Set<number>();
  /** Scope and stretch → the one that takes what is new. */
  readonly #ids = new Map<string, number>();
  #nextId = 1;
  #common = new CommonStacks();

  private constructor(db: Database, prefixes: boolean) {
    this.#db = db;
    this.#prefixes = prefixes;
  }

  /** `prefixes`: of a damaged dictionary, the pages before the damage are all there is of it; else it does not read. */
  static async open(db: Database, prefixes: boolean): Promise<Dictionaries> {
    const all = new Dictionaries(db, prefixes);
    await all.reload();
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
      (numbered) => {
        if (this.#byId.get(id) === loading) this.#loaded.set(id, numbered);
        this.#letGo();
      },
      () => this.#byId.delete(id),
    );
    return loading;
  }

  /** What answers add up in: to be asked for once per answer. */
  common(): CommonStacks {
    if (this.#common.length > MAX_COMMON) this.#common = new CommonStacks();
    return this.#common;
  }

  /** The one that takes what is new of a scope, made when there is none; `writes` is what makes it. Hold it until it is written. */
  async forScope({ tier, service, atUs }: Scope): Promise<{ readonly numbered: NumberedDictionary; readonly writes: readonly Write[] }> {
    const stretch = STRETCHES.findLast((one) => one.tier <= tier) ?? STRETCHES[0];
    const fromUs = Math.floor(atUs / stretch.lengthUs) * stretch.lengthUs;
    const name = nameOf({ tier: stretch.tier, scope: service, fromUs });
    const known = this.#ids.get(name);
    if (known !== undefined) {
      this.#held.add(known);
      const numbered = await this.get(known).catch((error: unknown) => {
        if (!isDamage(error)) throw error;
        // What comes is collected in another one.
        this.#held.delete(known);
        return undefined;
      });
      if (numbered !== undefined && numbered.dictionary.size < MAX_ENTRIES_OF_ONE) return { numbered, writes: [] };
    }
    const id = this.#nextId++;
    const numbered = { id, dictionary: new Dictionary(), pages: 0 };
    this.#ids.set(name, id);
    this.#held.add(id);
    this.#byId.set(id, Promise.resolve(numbered));
    this.#loaded.set(id, numbered);
    const key = dictionaryKey({ tier: stretch.tier, fromUs, untilUs: fromUs + stretch.lengthUs, scope: service, id });
    return { numbered, writes: [{ type: 'put', key, value: Buffer.alloc(0) }] };
  }

  /** What was written is on disk: any copy read from there is the same. */
  release(): void {
    this.#held.clear();
    this.#letGo();
  }

  /** As the disk has it: after a write that failed, what memory holds beyond it is forgotten. */
  async reload(): Promise<void> {
    this.#held.clear();
    this.#byId.clear();
    this.#loaded.clear();
    this.#ids.clear();
    for (const key of await this.all()) {
      this.#ids.set(nameOf(key), Math.max(key.id, this.#ids.get(nameOf(key)) ?? 0));
      this.#nextId = Math.max(this.#nextId, key.id + 1);
    }
    const pages = under(Buffer.from([SPACE.page]));
    // A number whose pages are there is taken, also when the record that says whose it is got lost.
    await this.#db.skim(pages, (key) => {
      const { dictionary } = readPageKey(key);
      this.#nextId = Math.max(this.#nextId, dictionary + 1);
      return after(pagePrefix(dictionary));
    });
  }

  async all(): Promise<DictionaryKey[]> {
    const keys: DictionaryKey[] = [];
    for await (const entries of this.#db.batches(under(Buffer.from([SPACE.dictionary])))) for (const [key] of entries) keys.push(readDictionaryKey(key));
    return keys;
  }

  /** What deletes a dictionary that nothing points at any more. */
  async deletions(key: DictionaryKey): Promise<Write[]> {
    const writes: Write[] = [{ type: 'del', key: dictionaryKey(key) }];
    for await (const pages of this.#db.batches(under(pagePrefix(key.id)))) for (const [page] of pages) writes.push({ type: 'del', key: page });
    if (this.#ids.get(nameOf(key)) === key.id) this.#ids.delete(nameOf(key));
    this.#byId.delete(key.id);
    this.#loaded.delete(key.id);
    return writes;
  }

  async #load(id: number): Promise<NumberedDictionary> {
    const dictionary = new Dictionary();
    let pages = 0;
    for await (const entries of this.#db.batches(under(pagePrefix(id)))) {
      for (const [key, page] of entries) {
        try {
          if (readPageKey(key).page !== pages) throw new RangeError(`the page after it is ${readPageKey(key).page}`);
          dictionary.readPage(page);
        } catch (cause) {
          if (this.#prefixes) return { id, dictionary, pages };
          throw new StoreError('STORE_DAMAGED', `Page ${pages} of dictionary ${id} does not read as one. Run liveprofiler repair, or restore the folder from a backup.`, cause);
        }
        pages++;
      }
    }
    return { id, dictionary, pages };
  }

  #letGo(): void {
    let entries = 0;
    for (const { dictionary } of this.#loaded.values()) entries += dictionary.size;
    for (const id of this.#byId.keys()) {
      if (entries <= MAX_ENTRIES) return;
      const gone = this.#loaded.get(id);
      if (gone === undefined || this.#held.has(id)) continue;
      entries -= gone.dictionary.size;
      this.#byId.delete(id);
      this.#loaded.delete(id);
    }
  }
}

/** What brings a dictionary's disk up to date; call `pagesWritten` when it is there. */
export async function pageWrites({ id, dictionary, pages }: NumberedDictionary): Promise<Write[]> {
  const page = await dictionary.nextPage();
  return page === undefined ? [] : [{ type: 'put', key: pageKey(id, pages), value: page }];
}

function nameOf({ tier, scope, fromUs }: Pick<DictionaryKey, 'tier' | 'scope' | 'fromUs'>): string {
  return `${tier} ${fromUs} ${scope}`;
}
