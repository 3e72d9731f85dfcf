// A finished window in memory, and how neighbours become one. Pure.
import { mergeNumbers } from './facts.ts';
import type { Bytes, Microseconds, Milliseconds, Numbers } from './profile.ts';
import { KINDS } from './profile.ts';
import type { WindowBody } from './window-builder.ts';
import { WindowBuilder } from './window-builder.ts';

export interface FinishedWindow {
  readonly thread: number;
  readonly threadName: string;
  readonly kind: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Half-open, monotonic. */
  readonly startUs: Microseconds;
  readonly endUs: Microseconds;
  /** Wall time of the start when it was finished: decides which 5-minute stretch it lies in. */
  readonly startWallMs: Milliseconds;
  readonly processCpuUs: Microseconds;
  readonly threadCpuUs?: Microseconds;
  /** What was observed while it was open. */
  readonly facts?: Numbers;
  readonly body: WindowBody;
}

/** As the thread that sampled it knows it. */
export type ThreadWindow = Omit<FinishedWindow, 'firstSeq' | 'lastSeq'>;

/** A merged window never crosses a boundary of this length of wall time. */
const STRETCH_MS = 300_000;
const BYTES_PER_STACK = 8;
const BYTES_PER_ROW = 20;
const BYTES_PER_LABEL_SET = 128;
const BYTES_PER_LINE = 12;
/** A reference, and a share of the frame object, which neighbouring windows hold too. */
const BYTES_PER_FRAME = 48;
const BYTES_PER_WINDOW = 512;
const BYTES_PER_NUMBER = 128;

export function bytesOf({ body, facts = {} }: FinishedWindow): Bytes {
  return BYTES_PER_WINDOW + Object.keys(facts).length * BYTES_PER_NUMBER + body.frames.length * BYTES_PER_FRAME + body.parent.length * BYTES_PER_STACK + body.stack.length * BYTES_PER_ROW + body.labelSets.length * BYTES_PER_LABEL_SET + body.lines.frame.length * BYTES_PER_LINE;
}

export function samplesOf({ body }: FinishedWindow): number {
  return body.count.reduce((sum, count) => sum + count, 0) + body.idle.count;
}

/** True for windows of one thread and kind that lie side by side in time, in sequence and in one stretch. */
export function canMerge(earlier: FinishedWindow, later: FinishedWindow): boolean {
  const stretch = Math.floor(earlier.startWallMs / STRETCH_MS);
  const endWallMs = later.startWallMs + (later.endUs - later.startUs) / 1000;
  return (
    earlier.thread === later.thread &&
    earlier.kind === later.kind &&
    earlier.lastSeq < later.firstSeq &&
    earlier.endUs === later.startUs &&
    endWallMs <= (stretch + 1) * STRETCH_MS
  );
}

export function merge(earlier: FinishedWindow, later: FinishedWindow): FinishedWindow {
  const builder = new WindowBuilder();
  const lengthUs = later.endUs - earlier.startUs;
  for (const { body, startUs, endUs } of [earlier, later]) builder.addBody(KINDS[earlier.kind]?.over === 'average' ? weighed(body, endUs - startUs, lengthUs) : body);
  const threadCpu = earlier.threadCpuUs === undefined || later.threadCpuUs === undefined ? {} : { threadCpuUs: earlier.threadCpuUs + later.threadCpuUs };
  return {
    thread: earlier.thread,
    threadName: later.threadName,
    kind: earlier.kind,
    firstSeq: earlier.firstSeq,
    lastSeq: later.lastSeq,
    startUs: earlier.startUs,
    endUs: later.endUs,
    startWallMs: earlier.startWallMs,
    processCpuUs: earlier.processCpuUs + later.processCpuUs,
    ...threadCpu,
    ...(earlier.facts === undefined && later.facts === undefined ? {} : { facts: mergeNumbers(earlier.facts ?? {}, later.facts ?? {}) }),
    body: builder.body(),
  };
}

/** A level's share of the average over a longer time; rounded down to whole units at every stack. */
function weighed(body: WindowBody, partUs: Microseconds, wholeUs: Microseconds): WindowBody {
  return wholeUs === 0 ? body : { ...body, weight: body.weight.map((weight) => Math.floor((weight * partUs) / wholeUs)) };
}
