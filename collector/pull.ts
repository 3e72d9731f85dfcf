// One pull of one host: ask, read, place, store, ask again while there is more. It reports and never rejects.
// Invariant: what is remembered of the host advances only in the store's atomic step that keeps the windows.
import type { Bytes, Labels, Milliseconds } from 'liveprofiler-sampler/wire';
import type { Clock } from './clock.ts';
import { readAnswer } from './dialects/answer.ts';
import type { HostAnswer } from './dialects/answer.ts';
import { PullFailure } from './failures.ts';
import type { Fetcher } from './fetch.ts';
import { notesOf, placingNotes } from './notes.ts';
import type { Note } from './notes.ts';
import type { HostMemory, Store, Window } from './store/contract.ts';
import { NO_MEMORY, placeTotals, placeWire } from './windows.ts';
import type { HostName, Placed } from './windows.ts';

export interface PullReport {
  /** Why the pull ended early; what came before it is stored. */
  readonly failure?: PullFailure;
  /** What is odd about the host. */
  readonly notes: readonly Note[];
  readonly speaks?: HostAnswer['speaks'];
  /** Of the process that answered. */
  readonly labels?: Labels;
  readonly clockOffsetMs?: Milliseconds;
  readonly clockSteps?: number;
  readonly tellsRoutes?: true;
  /** End of the last window, in store time. */
  readonly lastEndMs?: Milliseconds;
  /** After inflating. */
  readonly bytes: Bytes;
  readonly windows: number;
  readonly rows: number;
  readonly samples: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly malformed: number;
  /** Samples that the host lost before anybody read them. */
  readonly lost: number;
  /** How often a clock of the host was set. */
  readonly clockJumps: number;
}

export interface Puller {
  pull(stop: AbortSignal): Promise<PullReport>;
}

export interface PullerOptions {
  readonly host: HostName;
  readonly url: URL;
  readonly store: Pick<Store, 'append' | 'memory'>;
  readonly fetcher: Fetcher;
  readonly clock: Clock;
  /** A host that always has more is left alone until its next turn after this time. */
  readonly intervalMs: Milliseconds;
}

/** Answers per pull, so that a host that says `more` for ever gives the others their turn. */
const MAX_ROUNDS = 100;
/** Of one pull; a host may tell of very many processes, and nobody reads on. */
const MOST_NOTES = 100;

type Report = { -readonly [K in keyof PullReport]: PullReport[K] } & { notes: Note[] };

export function createPuller({ host, url, store, fetcher, clock, intervalMs }: PullerOptions): Puller {
  let memory: HostMemory | undefined;
  let wantsReset = false;
  /** Totals that their sampler has forgotten already and the store has not kept yet. */
  let unkept: Placed | undefined;

  async function pull(stop: AbortSignal): Promise<PullReport> {
    const report: Report = { notes: [], bytes: 0, windows: 0, rows: 0, samples: 0, duplicates: 0, refused: 0, malformed: 0, lost: 0, clockJumps: 0 };
    try {
      if (unkept !== undefined) await keep(unkept, report);
      unkept = undefined;
      const endMs = clock.monotonicMs() + intervalMs;
      for (let round = 0; round < MAX_ROUNDS && clock.monotonicMs() < endMs; round++) {
        if (!(await ask(report, stop))) break;
      }
    } catch (error) {
      wantsReset = false;
      report.failure = error instanceof PullFailure ? error : new PullFailure('internal', `An answer of ${url.host} could not be handled: ${String(error).slice(0, 200)}`, error);
    }
    return report;
  }

  /** True when the host has more. */
  async function ask(report: Report, stop: AbortSignal): Promise<boolean> {
    memory ??= (await recall()) ?? NO_MEMORY;
    const askedMs = clock.wallMs();
    const body = await fetcher.get({ after: memory.cursor, ...(wantsReset && { reset: '1' }) }, stop);
    const nowMs = clock.wallMs();
    report.bytes += body.length;
    const answer = readAnswer(body, url);
    if (answer.speaks !== 'unknown') {
      report.speaks = answer.speaks;
      wantsReset &&= answer.speaks === 'nylas';
    }
    if (answer.speaks === 'nylas' && answer.totals !== undefined && !wantsReset) {
      // These totals stay at the host, so they are left there until it is asked to forget what it tells.
      wantsReset = true;
      return true;
    }
    note(report, notesOf(answer));
    if (answer.speaks === 'liveprofiler') {
      const { cursor } = memory;
      const clockOffsetMs = answer.wire.wallMs - (askedMs + nowMs) / 2;
      const labels = answer.wire.processes[0]?.labels;
      Object.assign(report, { clockOffsetMs }, labels && { labels });
      const placed = placeWire(host, answer.wire, memory, { askedMs, nowMs });
      note(report, placingNotes(placed, { clockOffsetMs, uncertainMs: (nowMs - askedMs) / 2 }));
      report.clockSteps = Math.max(report.clockSteps ?? 0, placed.clockSteps);
      await keep(placed, report);
      // The same cursor again is no progress, whatever the host says.
      return answer.wire.more && answer.wire.cursor !== cursor;
    }
    if (answer.totals === undefined) return false;
    report.malformed += answer.totals.malformed;
    unkept = placeTotals(host, answer.totals, memory, nowMs);
    await keep(unkept, report);
    unkept = undefined;
    return false;
  }

  async function keep({ windows, memory: next, jumpsMs, lost }: Placed, report: Report): Promise<void> {
    try {
      const { duplicates, refused } = await store.append(windows, new Map([[host.name, next]]));
      memory = next;
      report.lost += lost;
      report.clockJumps += jumpsMs.length;
      const kept = fresh(windows, duplicates, new Set(refused.map(({ window }) => identityOf(window))));
      report.duplicates += duplicates;
      report.refused += refused.length;
      for (const window of kept) {
        if (!('profile' in window)) continue;
        const { profile, endUs } = window;
        report.windows++;
        if (profile.labelSets.some((set) => Object.hasOwn(set, 'route'))) report.tellsRoutes = true;
        report.rows += profile.rows.count.length;
        report.samples += profile.rows.count.reduce((sum, one) => sum + one, 0);
        report.lastEndMs = Math.max(report.lastEndMs ?? 0, endUs / 1000);
      }
      const first = refused[0];
      if (first !== undefined) report.notes.push({ code: 'refused', sentence: `Windows not kept: ${refused.length}. The first, because ${first.why}.` });
    } catch (error) {
      // Whether the write took place is open. The same memory asks for the same windows again, and the store tells
      // those that it has.
      throw notStored(error);
    }
  }

  async function recall(): Promise<HostMemory | undefined> {
    try {
      return await store.memory(host.name);
    } catch (error) {
      throw notStored(error);
    }
  }

  return { pull };
}

/** What each of several answers of one pull says is told once. */
function note(report: Report, notes: readonly Note[]): void {
  const known = new Set(report.notes.map(({ sentence }) => sentence));
  for (const one of notes) {
    if (report.notes.length >= MOST_NOTES) return;
    if (!known.has(one.sentence)) report.notes.push(one);
    known.add(one.sentence);
  }
}

/** The store says how many it had, not which: they are the oldest, as a host tells its windows in order. */
function fresh(windows: readonly Window[], duplicates: number, refused: ReadonlySet<string>): readonly Window[] {
  return windows.filter((window) => !refused.has(identityOf(window))).slice(duplicates);
}

function identityOf({ boot, thread, kind, firstSeq, lastSeq }: Pick<Window, 'boot' | 'thread' | 'kind' | 'firstSeq' | 'lastSeq'>): string {
  return JSON.stringify([boot, thread, kind, firstSeq, lastSeq]);
}

function notStored(error: unknown): PullFailure {
  const why = error instanceof Error ? error.message : String(error);
  return new PullFailure('not-stored', `The host answers, but the store does not keep its windows: ${why.slice(0, 300)} They are tried again at its next turn; nothing is lost while the host has room for them.`, error);
}
