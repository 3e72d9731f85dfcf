// Puts windows into the columns of the wire, with one table of frames and stacks for all of them. Pure.
import { FACTS } from './facts.ts';
import type { Frame, Labels, LineHits, Rows, StackTable } from './profile.ts';
import { LINES } from './profile.ts';
import type { WireWindow } from './wire.ts';
import type { FinishedWindow } from './window.ts';
import type { WindowBody } from './window-builder.ts';

export interface EncodedWindows {
  readonly frames: readonly Frame[];
  readonly stacks: StackTable;
  readonly labelSets: readonly Labels[];
  readonly windows: readonly WireWindow[];
}

/** Equal frames are taken for one where they are one object, as those that a namer shows are. */
export function encodeWindows(windows: readonly FinishedWindow[]): EncodedWindows {
  const [only, ...others] = windows;
  const tables = only !== undefined && others.length === 0 && areDistinct(only.body.frames) ? tablesOf(only.body) : createTables();
  const encoded = windows.map((window): WireWindow => {
    const { body } = window;
    const ids = tables.idsOf(body);
    const lines = linesOf(body, ids.frames);
    const sections = { ...(window.facts === undefined ? {} : { [FACTS]: window.facts }), ...(lines === undefined ? {} : { [LINES]: lines }) };
    return {
      thread: window.thread,
      kind: window.kind,
      firstSeq: window.firstSeq,
      lastSeq: window.lastSeq,
      startUs: window.startUs,
      endUs: window.endUs,
      idle: body.idle,
      dropped: body.dropped,
      processCpuUs: window.processCpuUs,
      ...(window.threadCpuUs === undefined ? {} : { threadCpuUs: window.threadCpuUs }),
      rows: rowsOf(body, ids),
      ...(Object.keys(sections).length === 0 ? {} : { sections }),
    };
  });
  return { frames: tables.frames, stacks: tables.stacks, labelSets: tables.labelSets, windows: encoded };
}

/** Ids in the tables by those of a window; undefined where they are the same. */
interface Ids {
  readonly stacks: readonly number[] | undefined;
  readonly frames: readonly number[] | undefined;
  readonly sets: readonly number[] | undefined;
}

interface Tables extends Pick<EncodedWindows, 'frames' | 'stacks' | 'labelSets'> {
  idsOf(body: WindowBody): Ids;
}

const LINE_SPACE = 2 ** 32;
/** More frames than one answer can hold. */
const KEY_SPACE = 2 ** 24;

const OWN: Ids = { stacks: undefined, frames: undefined, sets: undefined };

function rowsOf({ stack, labels, count, weight }: WindowBody, { stacks, sets }: Ids): Rows {
  return { stack: listed(stack, stacks), labels: listed(labels, sets), count: listed(count), weight: listed(weight) };
}

/** A list as JSON wants it. `Array.from` asks an iterator for each number, which takes many times as long. */
function listed(column: Uint32Array | Float64Array, ids?: readonly number[]): number[] {
  const list = new Array<number>(column.length);
  for (let at = 0; at < column.length; at++) {
    const one = column[at] ?? 0;
    list[at] = ids === undefined ? one : (ids[one] ?? 0);
  }
  return list;
}

function areDistinct(frames: readonly Frame[]): boolean {
  return new Set(frames).size === frames.length;
}

/** Lines that are one in the source become one; those that are not known there are left out. */
function linesOf({ lines }: WindowBody, frames: Ids['frames']): LineHits | undefined {
  const hits = new Map<number, number>();
  lines.line.forEach((line, index) => {
    if (line === 0) return;
    const own = lines.frame[index] ?? 0;
    const key = (frames === undefined ? own : (frames[own] ?? 0)) * LINE_SPACE + line;
    hits.set(key, (hits.get(key) ?? 0) + (lines.count[index] ?? 0));
  });
  if (hits.size === 0) return undefined;
  return { frame: Array.from(hits.keys(), (key) => Math.floor(key / LINE_SPACE)), line: Array.from(hits.keys(), (key) => key % LINE_SPACE), count: [...hits.values()] };
}

/** Of one window alone: its own, as they are. Every window of a service goes to the spool so. */
function tablesOf({ frames, parent, frame, labelSets }: WindowBody): Tables {
  return { frames, stacks: { parent: listed(parent), frame: listed(frame) }, labelSets, idsOf: () => OWN };
}

function createTables(): Tables {
  const frames: Frame[] = [];
  const frameIds = new Map<Frame, number>();
  const parent = [0];
  const frame = [0];
  const stackIds = new Map<number, number>();
  const labelSets: Labels[] = [];
  const labelSetIds = new Map<string, number>();

  function labelSet(set: Labels): number {
    const key = JSON.stringify(set);
    const known = labelSetIds.get(key);
    if (known !== undefined) return known;
    const id = labelSets.push(set) - 1;
    labelSetIds.set(key, id);
    return id;
  }
  labelSet({});

  function frameId(one: Frame): number {
    const known = frameIds.get(one);
    if (known !== undefined) return known;
    const id = frames.push(one) - 1;
    frameIds.set(one, id);
    return id;
  }

  function stackId(parentId: number, one: number): number {
    const key = parentId * KEY_SPACE + one;
    const known = stackIds.get(key);
    if (known !== undefined) return known;
    const id = parent.push(parentId) - 1;
    frame.push(one);
    stackIds.set(key, id);
    return id;
  }

  return {
    frames,
    stacks: { parent, frame },
    labelSets,
    idsOf(body) {
      const ofFrames = body.frames.map(frameId);
      const ofStacks = [0];
      for (let stack = 1; stack < body.parent.length; stack++) {
        ofStacks.push(stackId(ofStacks[body.parent[stack] ?? 0] ?? 0, ofFrames[body.frame[stack] ?? 0] ?? 0));
      }
      return { stacks: ofStacks, frames: ofFrames, sets: body.labelSets.map(labelSet) };
    },
  };
}
