// One write in the making: records, and the names they need. Everything of it reaches the disk, or nothing.
import type { Database, Write } from './database.ts';
import type { Dictionaries, NumberedDictionary, Scope } from './dictionaries.ts';
import { pageWrites } from './dictionaries.ts';

export class Batch {
  readonly #db: Database;
  readonly #dictionaries: Dictionaries;
  readonly #writes: Write[] = [];
  readonly #used = new Map<number, NumberedDictionary>();

  constructor(db: Database, dictionaries: Dictionaries) {
    this.#db = db;
    this.#dictionaries = dictionaries;
  }

  get size(): number {
    return this.#writes.length;
  }

  push(writes: readonly Write[]): void {
    for (const write of writes) this.#writes.push(write);
  }

  async dictionaryOf(scope: Scope): Promise<NumberedDictionary> {
    const { numbered, writes } = await this.#dictionaries.forScope(scope);
    this.push(writes);
    this.#used.set(numbered.id, numbered);
    return numbered;
  }

  /** Durable when it resolves. When it rejects, the dictionaries must be reloaded: they hold numbers the disk has not. */
  async write(): Promise<void> {
    if (this.#writes.length === 0) return;
    const pages = await Promise.all([...this.#used.values()].map(async (numbered) => ({ numbered, writes: await pageWrites(numbered) })));
    await this.#db.write([...this.#writes, ...pages.flatMap(({ writes }) => writes)]);
    for (const { numbered, writes } of pages) {
      numbered.dictionary.pageWritten();
      numbered.pages += writes.length;
    }
    this.#dictionaries.release();
  }
}
