// Windows of made-up hosts over made-up days: real seconds under fresh identities and times, without a gap.
import { createHash } from 'node:crypto';
import { FACTS } from 'liveprofiler-sampler/wire';
import type { Numbers } from 'liveprofiler-sampler/wire';
import type { Range, StackWindow, Store, Window } from '../../collector/store/index.ts';
import type { Material, Piece } from './material.ts';
import { createTables, pieceAt, piecesAsRecorded } from './material.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS: number = 24 * HOUR_MS;
/** A Monday, 00:00 UTC. */
export const FIRST_MS: number = Date.UTC(2026, 0, 5);
/** Windows per append, about as many as arrive at the same time from some hundred hosts. */
const BATCH = 100;
/** One for all windows, as the windows of one answer share theirs: a store may remember what it made of it. */
const LABEL_SETS = [{}];

/** With what was observed beside it, which becomes a window of its own. */
export interface Laid extends StackWindow {
  readonly facts: Numbers;
}

export interface Stay {
  readonly host: string;
  readonly material: Material;
  readonly range: Range;
  /** Where in the made-up history it begins, so that hosts of one program differ. */
  readonly turn?: number;
}

/** The host is restarted every midnight, as by a deploy a day. */
export function* windowsOf({ host, material, range, turn = 0 }: Stay): Generator<Laid, void, void> {
  let startUs = range.fromMs * 1000;
  for (let at = turn, day = -1, boot = '', seq = 0; startUs < range.untilMs * 1000; at++) {
    const today = Math.floor(startUs / 1000 / DAY_MS);
    if (today !== day) [day, boot, seq] = [today, bootOf(host, today), 0];
    const window = windowFrom(material, pieceAt(material, at), { host, boot, seq: ++seq, startUs });
    yield window;
    startUs = window.endUs;
  }
}

/** The recording as it was, once. */
export function* recordedWindows(material: Material, host: string, fromMs: number): Generator<Laid, void, void> {
  const boot = bootOf(host, 0);
  let startUs = fromMs * 1000;
  for (const [index, piece] of piecesAsRecorded(material).entries()) {
    const window = windowFrom(material, piece, { host, boot, seq: index + 1, startUs });
    yield window;
    startUs = window.endUs;
  }
}

function windowFrom({ frames, stacks, labels }: Material, { durationUs, rows, lines, ...rest }: Piece, { host, boot, seq, startUs }: { host: string; boot: string; seq: number; startUs: number }): Laid {
  return { ...rest, host, boot, thread: 0, kind: 'cpu', firstSeq: seq, lastSeq: seq, processLabels: { ...labels, hostname: host }, threadName: 'main', startUs, endUs: startUs + durationUs, epoch: 0, profile: { frames, stacks, labelSets: LABEL_SETS, rows }, lines, sections: {} };
}

export function bootOf(host: string, day: number): string {
  return createHash('sha1').update(`${host} ${day}`).digest('hex').slice(0, 12);
}

/** As an answer of its own brings it. */
export function withOwnTables(window: Laid): Laid {
  const tables = createTables();
  const stackOf = tables.translate(window.profile.frames, window.profile.stacks);
  const { rows } = window.profile;
  const stack = rows.stack.map(stackOf);
  const frameOf = tables.frameOf(window.profile.frames);
  const lines = window.lines === undefined ? {} : { lines: { ...window.lines, frame: window.lines.frame.map(frameOf) } };
  return { ...window, ...lines, profile: { frames: tables.frames, stacks: tables.stacks, labelSets: LABEL_SETS, rows: { ...rows, stack } } };
}

export interface Filled {
  readonly windows: number;
  /** In rows; idle ones are not among them. */
  readonly samples: number;
  readonly rows: number;
}

/** As a collector appends them. */
export function bothOf({ facts, ...window }: Laid): Window[] {
  const { host, boot, thread, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch } = window;
  return [window, { host, boot, thread, kind: FACTS, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch, numbers: facts }];
}

/** Appends all there is and tells how much it was. */
export async function fill(store: Store, windows: Iterable<Laid>): Promise<Filled> {
  let [count, samples, rows] = [0, 0, 0];
  let batch: Window[] = [];
  const flush = async (): Promise<void> => {
    const { appended, refused } = await store.append(batch, new Map());
    if (appended !== batch.length) throw new Error(`the store kept ${appended} of ${batch.length} windows: ${refused[0]?.why ?? 'it had the others'}`);
    batch = [];
  };
  for (const window of windows) {
    batch.push(...bothOf(window));
    count++;
    rows += window.profile.rows.stack.length;
    samples += window.profile.rows.count.reduce((sum, one) => sum + one, 0);
    if (batch.length >= BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  return { windows: count, samples, rows };
}
