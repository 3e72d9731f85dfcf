// Which hosts there are, looked for once: to look is a seek for each of them in every tier.
// Invariant: it tells what is on the disk, or what was there while something was being dropped.
import { under } from '../key-parts.ts';
import { readMemoryKey, SPACE } from '../keys.ts';
import { TIERS } from '../tiers.ts';
import type { Database } from './database.ts';
import { hostsOf } from './records.ts';

interface Known {
  readonly names: Set<string>;
  /** Of `names`, when all of them are there. */
  sorted: readonly string[] | undefined;
  readonly read: Promise<void>;
}

export class KnownHosts {
  readonly #db: Database;
  #known: Known | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Hosts with windows or memory, in order. */
  async all(): Promise<readonly string[]> {
    const known = (this.#known ??= this.#begin());
    await known.read;
    return (known.sorted ??= [...known.names].sort());
  }

  /** After a write of something of these. */
  written(hosts: Iterable<string>): void {
    const known = this.#known;
    if (known === undefined) return;
    for (const host of hosts) {
      if (known.names.has(host)) continue;
      known.names.add(host);
      known.sorted = undefined;
    }
  }

  /** After something was dropped, or may have been. */
  forget(): void {
    this.#known = undefined;
  }

  #begin(): Known {
    const names = new Set<string>();
    const known: Known = { names, sorted: undefined, read: this.#read(names) };
    known.read.catch(() => { if (this.#known === known) this.#known = undefined; });
    return known;
  }

  async #read(names: Set<string>): Promise<void> {
    for (const tier of TIERS.keys()) for (const host of await hostsOf(this.#db, tier)) names.add(host);
    // By their keys alone: what is damaged there is no reason not to name its host.
    await this.#db.skim(under(Buffer.from([SPACE.memory])), (key) => {
      names.add(readMemoryKey(key));
      return Buffer.concat([key, Buffer.alloc(1)]);
    });
  }
}
