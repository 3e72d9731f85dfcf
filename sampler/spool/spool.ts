// One pull answers for all processes behind one address. Which those are is told by how they are asked: processes that
// were asked under one name share an address, and those of one cluster do unless each has a port of its own. One that
// nobody ever asked is taken along when it is dead or a minute old, and from then on belongs to the name under which it
// was told.
import cluster from 'node:cluster';
import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../alive.ts';
import { followed } from '../cursor.ts';
import type { Seen, Span } from '../cursor.ts';
import type { Bytes, Milliseconds } from '../profile.ts';
import type { SpoolFile } from './folder.ts';
import { digest, ensureFolder, listFiles, openFolder, tidy } from './folder.ts';
import { createReader } from './reader.ts';
import type { SpoolWriter } from './writer.ts';
import { createWriter } from './writer.ts';

export interface Told {
  /** Each the JSON of a process of the wire with one window. */
  readonly records: readonly string[];
  /** What the reader then has of each boot. */
  readonly seen: ReadonlyMap<string, Seen>;
  readonly more: boolean;
}

/** How a reader reaches this process. */
export interface Address {
  readonly host: string;
  /** On which it listens; those of a cluster share theirs. */
  readonly port: number | undefined;
}

export interface Spool {
  readonly append: SpoolWriter['append'];
  /** What others of this address finished, to whoever asks there and has `seenOf` each boot. */
  others(asked: Address, seenOf: (boot: string) => Seen, most: Bytes): Promise<Told>;
  /** Of these windows of this process those that are still spooled, as they were finished. */
  readonly own: (seqs: readonly number[]) => Promise<ReadonlyMap<number, string>>;
  /** For which of this process's windows others have answered. */
  readonly toldByOthers: () => readonly Span[];
  /** Windows that could not be written. */
  readonly failed: () => number;
}

/** Beside the windows of a process lies how it was asked, on which ports, and what others told of it. */
type Note = 'asked' | 'ports' | 'told';

const ALONE_MS: Milliseconds = 60_000;
/** Nobody asks less often. */
const TELLER_MS: Milliseconds = 600_000;
/** A line comes with each answer of another process, for as long as this one lives. */
const MOST_LINES = 500;
const SPAN = /^\d{1,15}-\d{1,15}$/;

/** @throws where there can be no private folder. */
export function openSpool(service: string, secrets: readonly string[], boot: string, maxBytes: Bytes): Spool {
  const folder = openFolder(service, secrets);
  tidy(folder);
  const own = { boot, pid: process.pid, group: cluster.isWorker ? process.ppid : process.pid };
  const writer = createWriter(folder, own, maxBytes);
  const reader = createReader();
  const startedMs = new Map<string, Milliseconds>();
  const processStartMs: Milliseconds = Date.now() - process.uptime() * 1000;
  let told: readonly Span[] = [];

  const notesOf = (of: string, kind: Note): Set<string> => new Set(linesOf(join(folder, `${of}.${kind}`)));
  function note(of: string, kind: Note, line: string): void {
    // On a line of its own, also where the last one was cut off by a full disk.
    appendFileSync(join(folder, `${of}.${kind}`), `\n${line}\n`, { mode: 0o600 });
  }

  /** Read lines are put aside, where somebody may be adding one right then, and go with the next that are. */
  function toldByOthers(): readonly Span[] {
    const [path, aside] = [join(folder, `${boot}.told`), join(folder, `${boot}.told-before`)];
    const lines = linesOf(path);
    told = joined([...told, ...[...linesOf(aside), ...lines].filter((line) => SPAN.test(line)).map((line) => line.split('-').map(Number) as [number, number])]);
    if (lines.length > MOST_LINES) {
      try {
        renameSync(path, aside);
      } catch {
        // Then they are read again next time.
      }
    }
    return told;
  }

  /** A second sampler in this process sees the same threads. In a container, who crashed before had the same pid. */
  function isOfThisProcess(file: SpoolFile): boolean {
    return file.pid === own.pid && file.modifiedMs >= processStartMs;
  }

  /** As which this process was asked until now. */
  function noteOwn(kind: Note, line: string | undefined): ReadonlySet<string> {
    const noted = notesOf(boot, kind);
    if (line === undefined || noted.has(line)) return noted;
    note(boot, kind, line);
    return noted.add(line);
  }

  function sharesWith(file: SpoolFile, name: string, names: ReadonlySet<string>): boolean {
    const theirs = notesOf(file.boot, 'asked');
    if (theirs.size > 0) return haveCommon(theirs, names);
    const sinceMs = startedMs.get(file.boot) ?? Date.now();
    startedMs.set(file.boot, sinceMs);
    if (isAlive(file.pid) && Date.now() - sinceMs < ALONE_MS) return false;
    note(file.boot, 'asked', name);
    return true;
  }

  /** One of this cluster that nobody asked yet is told by one of those that are asked, as long as that one is. */
  function sharesPort({ boot: of }: SpoolFile, port: string | undefined, ports: ReadonlySet<string>): boolean {
    if (port === undefined) return true;
    const theirs = notesOf(of, 'ports');
    if (theirs.size > 0) return haveCommon(theirs, ports);
    const path = join(folder, `${of}.teller`);
    const sinceMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - sinceMs < TELLER_MS && !haveCommon(new Set(linesOf(path)), ports)) return false;
    writeFileSync(path, port, { mode: 0o600 });
    return true;
  }

  return {
    append: (seq, record) => writer.append(seq, async () => {
      const text = await record();
      ensureFolder(folder);
      return text;
    }),
    failed: writer.failed,
    own: (seqs) => reader.pick(listFiles(folder).filter((file) => file.boot === boot), seqs),
    toldByOthers,
    async others({ host, port }, seenOf, most) {
      ensureFolder(folder);
      const [name, ownPort] = [digest([host]), port?.toString()];
      const [names, ports] = [noteOwn('asked', name), noteOwn('ports', ownPort)];
      const byBoot = new Map<string, SpoolFile[]>();
      const all = listFiles(folder);
      reader.keepOnly(all);
      for (const file of all) if (file.boot !== boot && !isOfThisProcess(file)) byBoot.set(file.boot, [...(byBoot.get(file.boot) ?? []), file]);
      for (const known of startedMs.keys()) if (!byBoot.has(known)) startedMs.delete(known);
      const records: string[] = [];
      const seen = new Map<string, Seen>();
      let bytes = 0;
      for (const [other, files] of byBoot) {
        const [file] = files;
        if (file === undefined || !(file.group === own.group ? sharesPort(file, ownPort, ports) : sharesWith(file, name, names))) continue;
        const before = seenOf(other);
        if (bytes >= most) return { records, seen, more: true };
        const { records: read, spans, more } = await reader.read(files, before.seq, most - bytes);
        bytes += read.reduce((sum, record) => sum + record.length, 0);
        records.push(...read);
        seen.set(other, followed(before, spans));
        // Before it is told: what its owner then merges nobody has seen.
        for (const span of spans) note(other, 'told', span.join('-'));
        if (more) return { records, seen, more };
      }
      return { records, seen, more: false };
    },
  };
}

function haveCommon(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...some].some((one) => others.has(one));
}

/** The same numbers in as few spans as can be. */
function joined(spans: readonly Span[]): Span[] {
  const all: [number, number][] = [];
  for (const [first, last] of [...spans].sort(([a], [b]) => a - b)) {
    const before = all.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else all.push([first, last]);
  }
  return all;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '');
  } catch {
    return [];
  }
}
