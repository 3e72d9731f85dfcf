// Appends: whatever waits while one write is on its way to the disk goes in the next one, so that a sync serves all
// of it. One write at a time; each is whole or not there.
import { windowFault } from '../check.ts';
import type { AppendReport, HostMemory, Window } from '../contract.ts';
import { StoreError } from '../errors.ts';
import { identityKey, identityPrefix, memoryKey, nameFault, RAW_TIER, SPACE, under, windowKey } from '../keys.ts';
import { encodeHeader, encodePayload, totalsOf } from '../record.ts';
import type { Database, Write } from './database.ts';
import type { Dictionaries, NumberedDictionary } from './dictionaries.ts';
import { pageWrites } from './dictionaries.ts';

interface Job {
  readonly windows: readonly Window[];
  readonly memories: ReadonlyMap<string, HostMemory>;
  resolve(report: AppendReport): void;
  reject(error: unknown): void;
}

interface Span {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export class Writer {
  readonly #db: Database;
  readonly #dictionaries: Dictionaries;
  #waiting: Job[] = [];
  #chain: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(db: Database, dictionaries: Dictionaries) {
    this.#db = db;
    this.#dictionaries = dictionaries;
  }

  append(windows: readonly Window[], memories: ReadonlyMap<string, HostMemory>): Promise<AppendReport> {
    if (this.#closed) return Promise.reject(closedError());
    // Told here, before it shares a write with what others bring.
    const fault = [...memories.keys()].map(nameFault).find((found) => found !== undefined);
    if (fault !== undefined) return Promise.reject(new StoreError('STORE_BAD_REQUEST', `The host's name cannot be kept: ${fault}.`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ windows, memories, resolve, reject });
      if (this.#waiting.length === 1) void this.alone(() => this.#flush());
    });
  }

  /** Runs when no write is on its way; writes wait until it is done. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#chain.then(work);
    this.#chain = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#chain;
  }

  async #flush(): Promise<void> {
    const jobs = this.#waiting;
    this.#waiting = [];
    try {
      const batch = new Batch(this.#db, this.#dictionaries);
      const reports: AppendReport[] = [];
      for (const job of jobs) reports.push(await batch.add(job));
      await batch.write();
      jobs.forEach((job, index) => {
        job.resolve(reports[index] ?? { appended: 0, duplicates: 0, refused: [] });
      });
    } catch (error) {
      // Numbers given for what did not reach the disk must not be used again.
      await this.#dictionaries.reload().catch(() => undefined);
      for (const job of jobs) job.reject(error);
    }
  }
}

export function closedError(): StoreError {
  return new StoreError('STORE_CLOSED', 'The store is closed.');
}

class Batch {
  readonly #db: Database;
  readonly #dictionaries: Dictionaries;
  readonly #writes: Write[] = [];
  readonly #used = new Map<number, NumberedDictionary>();
  /** Identities of this batch, which the database does not show yet. */
  readonly #spans = new Map<string, Span[]>();

  constructor(db: Database, dictionaries: Dictionaries) {
    this.#db = db;
    this.#dictionaries = dictionaries;
  }

  async add({ windows, memories }: Pick<Job, 'windows' | 'memories'>): Promise<AppendReport> {
    let appended = 0;
    let duplicates = 0;
    const refused: { window: Window; why: string }[] = [];
    for (const window of windows) {
      const fault = windowFault(window);
      const overlap = fault === undefined ? await this.#overlap(window) : undefined;
      if (fault !== undefined) refused.push({ window, why: fault });
      else if (overlap === undefined) {
        await this.#put(window);
        appended++;
      } else if (overlap.firstSeq === window.firstSeq && overlap.lastSeq === window.lastSeq) duplicates++;
      else refused.push({ window, why: `its sequence numbers ${window.firstSeq} to ${window.lastSeq} overlap the window ${overlap.firstSeq} to ${overlap.lastSeq}, which is kept already` });
    }
    for (const [host, memory] of memories) this.#remember(host, memory);
    return { appended, duplicates, refused };
  }

  async write(): Promise<void> {
    if (this.#writes.length === 0) return;
    const pages = [...this.#used.values()].map((numbered) => ({ numbered, writes: pageWrites(numbered) }));
    await this.#db.write([...this.#writes, ...pages.flatMap(({ writes }) => writes)]);
    for (const { numbered, writes } of pages) {
      numbered.dictionary.pageWritten();
      numbered.pages += writes.length;
    }
  }

  #remember(host: string, memory: HostMemory): void {
    this.#writes.push({ type: 'put', key: memoryKey(host), value: Buffer.from(JSON.stringify(memory)) });
  }

  async #overlap(window: Window): Promise<Span | undefined> {
    const prefix = identityPrefix(window.boot, window.thread, window.kind);
    const fresh = this.#spans.get(prefix.toString('latin1'))?.find((span) => span.firstSeq <= window.lastSeq && span.lastSeq >= window.firstSeq);
    if (fresh !== undefined) return fresh;
    // The first kept window that does not end before this one begins.
    const found = await this.#db.first({ gte: identityKey(prefix, window.firstSeq), lt: under(prefix).lt });
    if (found === undefined) return undefined;
    const [key, value] = found;
    const span = { firstSeq: Number(value.toString('latin1')), lastSeq: Number(key.readBigUInt64BE(key.length - 8)) };
    return span.firstSeq <= window.lastSeq ? span : undefined;
  }

  async #put(window: Window): Promise<void> {
    const { numbered, writes } = await this.#dictionaryOf(window);
    const { dictionary } = numbered;
    const rows = dictionary.rows(window.profile);
    const key = { tier: RAW_TIER, ...window };
    const header = encodeHeader({
      dictionary: numbered.id,
      durationUs: window.endUs - window.startUs,
      epoch: window.epoch,
      seqSpan: window.lastSeq - window.firstSeq,
      processLabels: dictionary.labels(window.processLabels),
      threadName: dictionary.text(window.threadName),
      idle: window.idle,
      dropped: window.dropped,
      processCpuUs: window.processCpuUs,
      threadCpuUs: window.threadCpuUs,
      totals: totalsOf(rows),
    });
    const prefix = identityPrefix(window.boot, window.thread, window.kind);
    this.#writes.push(
      ...writes,
      { type: 'put', key: windowKey(SPACE.header, key), value: header },
      { type: 'put', key: windowKey(SPACE.payload, key), value: encodePayload({ rows, sections: window.sections }) },
      { type: 'put', key: identityKey(prefix, window.lastSeq), value: Buffer.from(String(window.firstSeq), 'latin1') },
    );
    const stream = prefix.toString('latin1');
    this.#spans.set(stream, [...(this.#spans.get(stream) ?? []), window]);
  }

  async #dictionaryOf({ host, startUs }: Window): ReturnType<Dictionaries['forWindow']> {
    const { numbered, writes } = await this.#dictionaries.forWindow(host, startUs);
    // Kept for the length of the batch: another copy would give the same numbers to other names.
    const used = this.#used.get(numbered.id) ?? numbered;
    this.#used.set(used.id, used);
    return { numbered: used, writes };
  }
}
