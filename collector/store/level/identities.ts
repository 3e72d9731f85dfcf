// Which windows are kept, or were: what comes again is known for as long as anything holds it, also when the window
// itself went into a roll-up. Then neighbours share one entry, so that a year of them is small.
import type { Microseconds, WindowIdentity } from 'liveprofiler-sampler/wire';
import { under } from '../key-parts.ts';
import { identityKey, identityPrefix, SPACE } from '../keys.ts';
import { ByteReader, ByteWriter } from '../varint.ts';
import type { Database, Write } from './database.ts';

/** A window's identity among those of its host. */
export interface HostWindow extends WindowIdentity {
  readonly host: string;
}

type FirstSeq = Pick<HostWindow, 'host' | 'boot' | 'thread' | 'kind' | 'firstSeq'>;

export interface SeqSpan {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** It stands for windows that went into roll-ups. */
  readonly past: boolean;
}

/** Streams whose newest window is remembered, so that the next one is known to be new without a look at the disk. */
const MAX_STREAMS = 100_000;

export class Identities {
  readonly #db: Database;
  /** By stream: the highest sequence number on disk or on its way; -1 for none. */
  readonly #newest = new Map<string, number>();
  /** Of the write in the making. */
  readonly #fresh = new Map<string, SeqSpan[]>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** A kept identity that shares sequence numbers with this one. */
  async overlap(window: HostWindow): Promise<SeqSpan | undefined> {
    const { firstSeq, lastSeq } = window;
    const [prefix, past] = [identityPrefix(SPACE.identity, window), identityPrefix(SPACE.past, window)];
    const stream = prefix.toString('latin1');
    if (firstSeq > (this.#newest.get(stream) ?? (await this.#lookUp(stream, prefix, past)))) return undefined;
    const fresh = this.#fresh.get(stream)?.find((span) => span.firstSeq <= lastSeq && span.lastSeq >= firstSeq);
    if (fresh !== undefined) return fresh;
    for (const one of [prefix, past]) {
      // The first that does not end before this one begins.
      const found = await this.#db.first({ gte: identityKey(one, firstSeq), lt: under(one).lt });
      const span = found === undefined ? undefined : spanOf(found[0], found[1]);
      if (span !== undefined && span.firstSeq <= lastSeq) return span;
    }
    return undefined;
  }

  /** What keeps an identity. */
  add(window: HostWindow): Write {
    const { firstSeq, lastSeq } = window;
    const stream = identityPrefix(SPACE.identity, window).toString('latin1');
    const fresh = this.#fresh.get(stream) ?? [];
    this.#fresh.set(stream, fresh);
    fresh.push({ firstSeq, lastSeq, past: false });
    this.#newest.set(stream, Math.max(this.#newest.get(stream) ?? -1, lastSeq));
    return identityWrite(window);
  }

  /** These will not be written after all. */
  retract(windows: readonly HostWindow[]): void {
    for (const window of windows) {
      const stream = identityPrefix(SPACE.identity, window).toString('latin1');
      this.#fresh.set(stream, (this.#fresh.get(stream) ?? []).filter(({ lastSeq }) => lastSeq !== window.lastSeq));
    }
  }

  /** What deletes the identity of a window whose last sequence number is not known. */
  async forgetting(window: FirstSeq): Promise<Write[]> {
    const key = await this.#keyOf(window);
    return key === undefined ? [] : [{ type: 'del', key }];
  }

  /** The last sequence number of a window of which the first is known. */
  async lastSeqOf(window: FirstSeq): Promise<number | undefined> {
    const key = await this.#keyOf(window);
    return key === undefined ? undefined : lastSeqOf(key);
  }

  written(): void {
    this.#fresh.clear();
    if (this.#newest.size > MAX_STREAMS) this.#newest.clear();
  }

  /** After a write that failed. */
  forget(): void {
    this.#fresh.clear();
    this.#newest.clear();
  }

  /** What turns identities of windows that leave into past ones. `endUs`: when the last of them ended. */
  async bury(windows: readonly (HostWindow & { readonly endUs: Microseconds })[]): Promise<Write[]> {
    const writes: Write[] = [];
    const runs = new Map<string, { prefix: Buffer; runs: { firstSeq: number; lastSeq: number; endUs: number }[] }>();
    for (const window of [...windows].sort((a, b) => a.firstSeq - b.firstSeq)) {
      const { firstSeq, lastSeq, endUs } = window;
      writes.push({ type: 'del', key: identityKey(identityPrefix(SPACE.identity, window), lastSeq) });
      const prefix = identityPrefix(SPACE.past, window);
      const stream = prefix.toString('latin1');
      const entry = runs.get(stream) ?? { prefix, runs: [] };
      runs.set(stream, entry);
      const before = entry.runs.at(-1);
      if (before?.lastSeq === firstSeq - 1) Object.assign(before, { lastSeq, endUs: Math.max(before.endUs, endUs) });
      else entry.runs.push({ firstSeq, lastSeq, endUs });
    }
    for (const { prefix, runs: here } of runs.values()) {
      for (const run of here) writes.push(...(await this.#lengthen(prefix, run)));
    }
    return writes;
  }

  /** What deletes past identities of windows that ended before a moment. */
  async deletionsBefore(beforeUs: Microseconds): Promise<Write[]> {
    const writes: Write[] = [];
    for await (const entries of this.#db.batches(under(Buffer.from([SPACE.past])))) {
      for (const [key, value] of entries) if (readPast(value).endUs < beforeUs) writes.push({ type: 'del', key });
    }
    return writes;
  }

  async #lengthen(prefix: Buffer, run: { readonly firstSeq: number; readonly lastSeq: number; readonly endUs: number }): Promise<Write[]> {
    const before = run.firstSeq === 0 ? undefined : await this.#db.get(identityKey(prefix, run.firstSeq - 1));
    const { firstSeq, endUs } = before === undefined ? run : { firstSeq: readPast(before).firstSeq, endUs: Math.max(run.endUs, readPast(before).endUs) };
    const value = new ByteWriter(20);
    value.uint(firstSeq);
    value.uint(endUs);
    const put: Write = { type: 'put', key: identityKey(prefix, run.lastSeq), value: value.done() };
    return before === undefined ? [put] : [{ type: 'del', key: identityKey(prefix, run.firstSeq - 1) }, put];
  }

  async #keyOf(window: FirstSeq): Promise<Buffer | undefined> {
    const prefix = identityPrefix(SPACE.identity, window);
    const found = await this.#db.first({ gte: identityKey(prefix, window.firstSeq), lt: under(prefix).lt });
    return found !== undefined && spanOf(found[0], found[1]).firstSeq === window.firstSeq ? found[0] : undefined;
  }

  async #lookUp(stream: string, ...prefixes: readonly Buffer[]): Promise<number> {
    let newest = -1;
    for (const prefix of prefixes) {
      const last = await this.#db.first(under(prefix), { reverse: true });
      if (last !== undefined) newest = Math.max(newest, lastSeqOf(last[0]));
    }
    this.#newest.set(stream, newest);
    return newest;
  }
}

export function identityWrite(window: HostWindow): Write {
  return { type: 'put', key: identityKey(identityPrefix(SPACE.identity, window), window.lastSeq), value: Buffer.from(String(window.firstSeq), 'latin1') };
}

function spanOf(key: Buffer, value: Buffer): SeqSpan {
  const past = key[0] === SPACE.past;
  return { firstSeq: past ? readPast(value).firstSeq : Number(value.toString('latin1')), lastSeq: lastSeqOf(key), past };
}

function lastSeqOf(key: Buffer): number {
  return Number(key.readBigUInt64BE(key.length - 8));
}

function readPast(value: Buffer): { readonly firstSeq: number; readonly endUs: Microseconds } {
  const input = new ByteReader(value);
  return { firstSeq: input.uint(), endUs: input.uint() };
}
