// Reads what other processes of the service spooled. Of each file it remembers where its records begin, so that only what
// is new is looked at. A record that is half written is no record yet.
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Span } from '../cursor.ts';
import type { Bytes } from '../profile.ts';
import type { SpoolFile } from './folder.ts';

export interface SpoolReader {
  /** Records after `seq`, in order, up to about `most` bytes but at least one, and which they are. */
  read(files: readonly SpoolFile[], afterSeq: number, most: Bytes): Promise<Read>;
  /** Of these records those that are still there, by sequence number. */
  pick(files: readonly SpoolFile[], seqs: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** Remembers nothing of other files than these. */
  keepOnly(files: readonly SpoolFile[]): void;
}

export interface Read {
  readonly records: readonly string[];
  /** What left the folder before, or could not be written, lies between them. */
  readonly spans: readonly Span[];
  /** Some were left out. */
  readonly more: boolean;
}

interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly bytes: Bytes;
}

interface Index {
  entries: Entry[];
  until: number;
}

const HEADER_BYTES = 40;

export function createReader(): SpoolReader {
  const indices = new Map<string, Index>();
  let last: Promise<unknown> = Promise.resolve();

  /** Two that look at new bytes at the same time would take them for two records. */
  async function inTurn<T>(read: () => Promise<T>): Promise<T> {
    const mine = last.then(read);
    last = mine.catch(() => undefined);
    return mine;
  }

  async function indexOf(file: SpoolFile, handle: FileHandle): Promise<Index> {
    const index = indices.get(file.path) ?? { entries: [], until: 0 };
    indices.set(file.path, index);
    const header = Buffer.alloc(HEADER_BYTES);
    const { size } = await handle.stat();
    while (index.until < size) {
      const { bytesRead } = await handle.read(header, 0, HEADER_BYTES, index.until);
      const [line, seq, length] = /^(\d{1,15}) (\d{1,9})\n/.exec(header.toString('latin1', 0, bytesRead)) ?? [];
      if (line === undefined || index.until + line.length + Number(length) > size) break;
      index.entries.push({ seq: Number(seq), at: index.until + line.length, bytes: Number(length) });
      index.until += line.length + Number(length);
    }
    return index;
  }

  async function recordAt(handle: FileHandle, { at, bytes }: Entry): Promise<string> {
    return (await handle.read(Buffer.alloc(bytes), 0, bytes, at)).buffer.toString();
  }

  async function pick(files: readonly SpoolFile[], seqs: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const picked = new Map<number, string>();
    for (const file of files) {
      const handle = await open(file.path).catch(() => undefined);
      if (handle === undefined) continue;
      try {
        for (const entry of (await indexOf(file, handle)).entries) if (seqs.includes(entry.seq)) picked.set(entry.seq, await recordAt(handle, entry));
      } finally {
        await handle.close();
      }
    }
    return picked;
  }

  async function read(files: readonly SpoolFile[], afterSeq: number, most: Bytes): Promise<Read> {
    const records: string[] = [];
    const spans: Span[] = [];
    let [bytes, lastSeq] = [0, afterSeq];
    for (const file of files) {
      let handle: FileHandle | undefined;
      try {
        handle = await open(file.path);
        for (const entry of (await indexOf(file, handle)).entries) {
          if (entry.seq <= lastSeq) continue;
          if (bytes > 0 && bytes + entry.bytes > most) return { records, spans, more: true };
          records.push(await recordAt(handle, entry));
          bytes += entry.bytes;
          const before = spans.at(-1);
          if (before?.[1] === entry.seq - 1) spans[spans.length - 1] = [before[0], entry.seq];
          else spans.push([entry.seq, entry.seq]);
          lastSeq = entry.seq;
        }
      } catch {
        // It was removed, as too old or too much: what it held has left, as from a full memory.
        indices.delete(file.path);
      } finally {
        await handle?.close();
      }
    }
    return { records, spans, more: false };
  }

  return {
    keepOnly(files) {
      const paths = new Set(files.map(({ path }) => path));
      for (const path of indices.keys()) if (!paths.has(path)) indices.delete(path);
    },
    pick: (files, seqs) => inTurn(() => pick(files, seqs)),
    read: (files, afterSeq, most) => inTurn(() => read(files, afterSeq, most)),
  };
}
