// What reading, writing and upkeep share: the database, the names at hand, the marks, and the one line in which
// writes stand. After a write that failed, memory is made what the disk is.
import { Database } from './database.ts';
import { Dictionaries } from './dictionaries.ts';
import { Identities } from './identities.ts';
import { KnownHosts } from './known-hosts.ts';
import { Marks } from './marks.ts';
import type { Room } from './room.ts';

export class Engine {
  readonly db: Database;
  readonly dictionaries: Dictionaries;
  readonly marks: Marks;
  readonly identities: Identities;
  readonly hosts: KnownHosts;
  readonly #room: Room;
  #line: Promise<void> = Promise.resolve();
  /** Memory may know what the disk does not. */
  #stale = false;

  private constructor(db: Database, dictionaries: Dictionaries, marks: Marks, room: Room) {
    this.db = db;
    this.dictionaries = dictionaries;
    this.marks = marks;
    this.identities = new Identities(db);
    this.hosts = new KnownHosts(db);
    this.#room = room;
  }

  /** `prefixes`: see Dictionaries.open. */
  static async over(db: Database, room: Room, { prefixes = false }: { readonly prefixes?: boolean } = {}): Promise<Engine> {
    return new Engine(db, await Dictionaries.open(db, prefixes), await Marks.open(db), room);
  }

  /** Runs when no write is on its way; writes wait until it is done. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#line.then(work);
    this.#line = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** Resolves when what stands in line now is done. */
  quiet(): Promise<void> {
    return this.#line;
  }

  /** @throws StoreError STORE_FULL when the disk has no room for more. */
  async checkRoom(): Promise<void> {
    await this.#room.check();
  }

  /** After a write that failed: what memory knows beyond the disk is forgotten. To be called while alone. */
  async recover(): Promise<void> {
    this.identities.forget();
    this.hosts.forget();
    this.#stale = true;
    await this.ready().catch(() => undefined);
  }

  /**
   * Before a write: memory is as the disk is. While the disk is full nothing is opened again, so that reads go on.
   * @throws StoreError STORE_FULL
   */
  async ready(): Promise<void> {
    if (!this.#isStale) return;
    await this.#room.check({ anew: true });
    await this.#refresh();
  }

  /**
   * Like `alone`, for work that only deletes: that frees room, and may go on when there is none for more.
   * @throws StoreError STORE_FULL when there is not even enough to open the database again.
   */
  aloneToDrop<T>(work: () => Promise<T>): Promise<T> {
    return this.alone(async () => {
      if (this.#isStale) {
        await this.#room.check({ anew: true, toDrop: true });
        await this.#refresh();
      }
      return work();
    });
  }

  get #isStale(): boolean {
    return this.#stale || this.db.isBroken;
  }

  async #refresh(): Promise<void> {
    await this.db.reopenIfBroken();
    await this.dictionaries.reload();
    await this.marks.reload();
    this.#stale = false;
  }
}
