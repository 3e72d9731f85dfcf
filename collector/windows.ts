// From a host's answer to the store's windows and to what is remembered of the host. Pure: the same memory and answer
// give the same windows, so that what was pulled but not stored can be pulled again.
import { createHash } from 'node:crypto';
import { FACTS, LINES } from 'liveprofiler-sampler/wire';
import type { Labels, LineHits, Milliseconds, Numbers, WireAnswer, WireProcess, WireWindow } from 'liveprofiler-sampler/wire';
import { knownClock, readClock, withClocks } from './clocks.ts';
import type { Asked } from './clocks.ts';
import type { Totals } from './dialects/totals.ts';
import { linesFault } from './store/check.ts';
import type { BootMemory, HostMemory, NumberWindow, StackWindow, Window } from './store/contract.ts';

export interface HostName {
  readonly name: string;
  /** From config.ini; they win over what the host says of itself. */
  readonly labels: Labels;
}

export interface Placed {
  readonly windows: readonly Window[];
  readonly memory: HostMemory;
  /** Steps of the host's clock during the current boots: the most of any. */
  readonly clockSteps: number;
  /** Clocks of processes that were set since the last answer, each by how much. */
  readonly jumpsMs: readonly Milliseconds[];
  /** Samples that left the host's memory unread since the last answer. */
  readonly lost: number;
}

export const NO_MEMORY: HostMemory = { cursor: '', clocks: {}, ancestorSeq: 0 };

/** Times by one process clock may be told a little apart by two answers; more is a gap or another reader. */
const JITTER_MS = 1000;

export function placeWire(host: HostName, answer: WireAnswer, memory: HostMemory, asked: Asked): Placed {
  const clocks = new Map<string, BootMemory>();
  let clockSteps = 0;
  let lost = 0;
  const jumpsMs: Milliseconds[] = [];
  const windows: Window[] = [];
  for (const process of answer.processes) {
    const verdict = readClock(clocks.get(process.boot) ?? knownClock(memory.clocks, process.boot), answer, asked);
    clockSteps = Math.max(clockSteps, verdict.clock.epoch);
    if (verdict.jumpMs !== undefined) jumpsMs.push(verdict.jumpMs);
    lost += Math.max(0, process.cost.lost.count - (verdict.clock.lost ?? 0));
    clocks.set(process.boot, process.cost.lost.count === 0 ? verdict.clock : { ...verdict.clock, lost: process.cost.lost.count });
    const labels = sorted({ ...process.labels, ...host.labels });
    const names = new Map(process.threads.map(({ id, name }) => [id, name]));
    for (const window of process.windows) {
      const placed = placeWindow(host.name, process, window, labels, names.get(window.thread) ?? '', verdict.clock);
      windows.push(placed, ...factsOf(placed, window));
    }
  }
  return { windows, memory: { ...memory, cursor: answer.cursor, clocks: withClocks(memory.clocks, clocks, asked.nowMs) }, clockSteps, jumpsMs, lost };
}

function placeWindow(host: string, process: WireProcess, window: WireWindow, processLabels: Labels, threadName: string, clock: BootMemory): StackWindow {
  const { rows, sections = {}, startUs, endUs, ...rest } = window;
  const { boot, frames, stacks, labelSets } = process;
  const profile = { frames, stacks, labelSets, rows };
  const over = process.kinds[window.kind]?.over ?? 'sum';
  const lines = linesIn(sections[LINES]);
  // A later version may tell something else under the same names: that is kept as it came.
  const known = new Map([[FACTS, numbersIn(sections[FACTS]) !== undefined], [LINES, lines !== undefined && linesFault({ lines, profile, over }) === undefined]]);
  return {
    ...rest,
    host,
    boot,
    processLabels,
    threadName,
    startUs: startUs + clock.offsetUs,
    endUs: endUs + clock.offsetUs,
    epoch: clock.epoch,
    ...(over === 'average' && { over }),
    profile,
    ...(lines !== undefined && known.get(LINES) === true && { lines }),
    sections: Object.fromEntries(Object.entries(sections).filter(([name]) => known.get(name) !== true)),
  };
}

/** The numbers observed during a window become a window of their own, of kind `facts`. */
function factsOf({ host, boot, thread, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch, kind }: StackWindow, { sections = {} }: WireWindow): NumberWindow[] {
  const numbers = kind === 'cpu' ? numbersIn(sections[FACTS]) : undefined;
  return numbers === undefined ? [] : [{ host, boot, thread, kind: FACTS, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch, numbers }];
}

/** undefined for what is no list of named numbers: a later version may tell something else there. */
function numbersIn(section: unknown): Numbers | undefined {
  if (typeof section !== 'object' || section === null) return undefined;
  const entries = Object.entries(section);
  return entries.every(([, summary]) => isSummary(summary)) ? Object.fromEntries(entries) : undefined;
}

/** undefined for what is none of them. */
function linesIn(section: unknown): LineHits | undefined {
  if (typeof section !== 'object' || section === null) return undefined;
  const { frame, line, count } = section as Partial<Record<keyof LineHits, unknown>>;
  return isNumbers(frame) && isNumbers(line) && isNumbers(count) ? { frame, line, count } : undefined;
}

function isNumbers(column: unknown): column is number[] {
  return Array.isArray(column) && column.every((one) => typeof one === 'number');
}

function isSummary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  return ['min', 'max', 'sum', 'count', 'last'].every((name) => Number.isFinite(members.get(name)));
}

/** One window per answer: its sampler counts afresh after each, so what is asked for twice is never told twice. */
export function placeTotals(host: HostName, totals: Totals, memory: HostMemory, nowMs: Milliseconds): Placed {
  const boot = ancestorBoot(host.name);
  const last = knownClock(memory.clocks, boot);
  const seq = memory.ancestorSeq;
  const endUs = Math.round(nowMs * 1000);
  const { clock } = readClock(last, { wallMs: nowMs, monotonicUs: endUs }, { askedMs: nowMs, nowMs });
  const window: Window = {
    host: host.name,
    boot,
    thread: 0,
    kind: 'cpu',
    firstSeq: seq,
    lastSeq: seq,
    processLabels: sorted(host.labels),
    threadName: 'main',
    startUs: startOf(endUs, totals, last?.seenMs),
    endUs,
    epoch: clock.epoch,
    // Theirs counts while the process computes; the rest of the time it waited, and how often it looked is not told.
    idle: { count: 0, weight: Math.max(0, totals.elapsedUs - totals.weightUs) },
    dropped: { count: 0, weight: 0 },
    processCpuUs: 0,
    profile: totals.profile,
    sections: {},
  };
  return { windows: [window], memory: { ...memory, clocks: withClocks(memory.clocks, new Map([[boot, clock]]), nowMs), ancestorSeq: seq + 1 }, clockSteps: 0, jumpsMs: [], lost: 0 };
}

function startOf(endUs: number, { elapsedUs }: Totals, lastSeenMs: Milliseconds | undefined): number {
  const startUs = Math.max(0, endUs - elapsedUs);
  const lastEndUs = Math.round((lastSeenMs ?? 0) * 1000);
  const overlaps = startUs < lastEndUs && lastEndUs <= endUs && lastEndUs - startUs < JITTER_MS * 1000;
  return overlaps ? lastEndUs : startUs;
}

/** Longer than any boot that the wire format lets a host claim, so none can pass for an ancestor's. */
function ancestorBoot(host: string): string {
  return `ancestor-${createHash('sha256').update(host).digest('hex')}`;
}

function sorted(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
