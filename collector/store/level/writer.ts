// Appends: whatever waits while one write is on its way to the disk goes in the next one, so that a sync serves all
// of it. One write at a time; each is whole or not there.
import { windowFault } from '../check.ts';
import type { AppendReport, HostMemory, NumberWindow, StackWindow, Window } from '../contract.ts';
import type { Dictionary } from '../dictionary.ts';
import { StoreError } from '../errors.ts';
import { encodeHeader, SHAPE } from '../header.ts';
import type { Header, LabelTotal } from '../header.ts';
import { nameFault } from '../key-parts.ts';
import { memoryKey, SPACE, windowKey } from '../keys.ts';
import { encodeLines, selfCounts } from '../lines.ts';
import { encodeNumbers } from '../number-coding.ts';
import { pack } from '../packed.ts';
import { encodeRows } from '../rows.ts';
import type { PayloadRows } from '../rows.ts';
import { RAW_TIER } from '../tiers.ts';
import { Batch } from './batch.ts';
import type { Write } from './database.ts';
import type { Engine } from './engine.ts';

/** Fewer rows than this are hardly shorter when they are packed. */
const WORTH_PACKING = 40;

interface Job {
  readonly windows: readonly Window[];
  readonly memories: ReadonlyMap<string, HostMemory>;
  resolve(report: AppendReport): void;
  reject(error: unknown): void;
}

/** Windows of one write: what waits longer waits for the next one. */
const MAX_WINDOWS = 2000;

export class Writer {
  readonly #engine: Engine;
  #waiting: Job[] = [];
  #closed = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  append(windows: readonly Window[], memories: ReadonlyMap<string, HostMemory>): Promise<AppendReport> {
    if (this.#closed) return Promise.reject(closedError());
    // Told here, before it shares a write with what others bring.
    const fault = [...memories.keys()].map(nameFault).find((found) => found !== undefined);
    if (fault !== undefined) return Promise.reject(new StoreError('STORE_BAD_REQUEST', `The host's name cannot be kept: ${fault}.`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ windows, memories, resolve, reject });
      if (this.#waiting.length === 1) void this.#engine.alone(() => this.#flush());
    });
  }

  close(): void {
    this.#closed = true;
  }

  async #flush(): Promise<void> {
    const jobs = this.#take();
    if (jobs.length === 0) return;
    let begun = false;
    try {
      await this.#engine.ready();
      await this.#engine.checkRoom();
      begun = true;
      const batch = new Batch(this.#engine.db, this.#engine.dictionaries);
      const reports = new Map<Job, AppendReport>();
      const hosts = new Set<string>();
      for (const job of jobs) {
        try {
          const { report, of } = await this.#add(batch, job);
          reports.set(job, report);
          for (const host of of) hosts.add(host);
        } catch (error) {
          this.#engine.identities.retract(job.windows);
          job.reject(error);
        }
      }
      await batch.write();
      this.#engine.identities.written();
      this.#engine.hosts.written(hosts);
      for (const [job, report] of reports) job.resolve(report);
    } catch (error) {
      if (begun) await this.#engine.recover();
      for (const job of jobs) job.reject(error);
    }
    if (this.#waiting.length > 0) void this.#engine.alone(() => this.#flush());
  }

  #take(): Job[] {
    let windows = 0;
    const fits = this.#waiting.findIndex((job, index) => (windows += job.windows.length) > MAX_WINDOWS && index > 0);
    return this.#waiting.splice(0, fits < 0 ? this.#waiting.length : fits);
  }

  /** `of`: hosts that something is written of. */
  async #add(batch: Batch, { windows, memories }: Pick<Job, 'windows' | 'memories'>): Promise<{ readonly report: AppendReport; readonly of: ReadonlySet<string> }> {
    const of = new Set(memories.keys());
    let appended = 0;
    let duplicates = 0;
    /** Of this job alone: nothing of it is written when it fails. */
    const writes: Write[] = [];
    const refused: { window: Window; why: string }[] = [];
    for (const window of windows) {
      const fault = windowFault(window);
      const overlap = fault === undefined ? await this.#engine.identities.overlap(window) : undefined;
      if (fault !== undefined) refused.push({ window, why: fault });
      else if (overlap === undefined) {
        writes.push(...(await this.#put(batch, window)));
        of.add(window.host);
        appended++;
      } else if (overlap.past ? overlap.firstSeq <= window.firstSeq && window.lastSeq <= overlap.lastSeq : overlap.firstSeq === window.firstSeq && overlap.lastSeq === window.lastSeq) duplicates++;
      else refused.push({ window, why: `its sequence numbers ${window.firstSeq} to ${window.lastSeq} overlap the window ${overlap.firstSeq} to ${overlap.lastSeq}, which is kept already` });
    }
    for (const [host, memory] of memories) writes.push({ type: 'put', key: memoryKey(host), value: Buffer.from(JSON.stringify(memory)) });
    batch.push(writes);
    return { report: { appended, duplicates, refused }, of };
  }

  async #put(batch: Batch, window: Window): Promise<Write[]> {
    const { id, dictionary } = await batch.dictionaryOf({ tier: RAW_TIER, service: serviceOf(window), atUs: window.startUs });
    const [header, payload] = 'numbers' in window ? numbersRecord(window, id, dictionary) : await stacksRecord(window, id, dictionary);
    const key = { tier: RAW_TIER, ...window };
    // A mark too many is no harm; memory knows it from now on, so it goes with the names, whatever becomes of the job.
    batch.push(this.#engine.marks.mark(window, window.startUs));
    return [
      { type: 'put', key: windowKey(SPACE.header, key), value: encodeHeader(header) },
      { type: 'put', key: windowKey(SPACE.payload, key), value: payload },
      this.#engine.identities.add(window),
    ];
  }
}

export function closedError(): StoreError {
  return new StoreError('STORE_CLOSED', 'The store is closed.');
}

/** Whose names its names are kept with: hosts of one service run the same code. */
export function serviceOf({ host, processLabels }: Pick<Window, 'host' | 'processLabels'>): string {
  const { service } = processLabels;
  return service === undefined || nameFault(service) !== undefined ? host : service;
}

async function stacksRecord(window: StackWindow, id: number, dictionary: Dictionary): Promise<[Header, Buffer]> {
  const rows = dictionary.rows(window.profile);
  const lines = linesOf(window, rows, dictionary);
  const packed = rows.stack.length >= WORTH_PACKING || lines !== undefined;
  const header: Header = {
    ...baseOf(window, id, dictionary),
    shape: SHAPE.stacks,
    averages: window.over === 'average',
    packed,
    idle: window.idle,
    dropped: window.dropped,
    processCpuUs: window.processCpuUs,
    threadCpuUs: window.threadCpuUs,
    totals: totalsOf(rows),
  };
  return [header, packed ? await pack([{ rows, sections: window.sections }], 1, { lines }) : encodeRows(rows, window.sections)];
}

function linesOf({ lines, profile }: StackWindow, rows: PayloadRows, dictionary: Dictionary): Buffer | undefined {
  if (lines === undefined) return undefined;
  const from = dictionary.from(profile);
  return encodeLines({ ...lines, frame: lines.frame.map((id) => from.frame(id)) }, selfCounts({ ...rows, length: rows.stack.length }, dictionary), dictionary);
}

function numbersRecord(window: NumberWindow, id: number, dictionary: Dictionary): [Header, Buffer] {
  const none = { count: 0, weight: 0 };
  const header: Header = { ...baseOf(window, id, dictionary), shape: SHAPE.numbers, averages: false, packed: true, idle: none, dropped: none, processCpuUs: 0, threadCpuUs: undefined, totals: [] };
  return [header, encodeNumbers(window.numbers, dictionary)];
}

function baseOf(window: Window, id: number, dictionary: Dictionary) {
  const lengthUs = window.endUs - window.startUs;
  return {
    dictionary: id,
    rolled: false,
    windows: 1,
    firstUs: 0,
    lastUs: lengthUs,
    coveredUs: lengthUs,
    epoch: window.epoch,
    seqSpan: window.lastSeq - window.firstSeq,
    processLabels: dictionary.labels(window.processLabels),
    threadName: dictionary.text(window.threadName),
  } as const;
}

/** What the rows of a window sum up to, per label set. */
function totalsOf(rows: PayloadRows): LabelTotal[] {
  const sums = new Map<number, { labels: number; count: number; low: number; high: number }>();
  rows.labels.forEach((labels, i) => {
    const sum = sums.get(labels) ?? { labels, count: 0, low: 0, high: 0 };
    sum.count += rows.count[i] ?? 0;
    sum.low += rows.weight[i] ?? 0;
    sums.set(labels, sum);
  });
  return [...sums.values()].sort((a, b) => a.labels - b.labels);
}
