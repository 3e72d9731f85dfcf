// Puts windows into the columns of the wire, with one table of frames and stacks for all of them. Pure.
import { FACTS } from './facts.ts';
import { LINES } from './lines.ts';
import type { Frame, Labels, LineHits, StackTable } from './profile.ts';
import type { WireWindow } from './wire.ts';
import type { FinishedWindow } from './window.ts';
import type { WindowBody } from './window-builder.ts';

export interface EncodedWindows {
  readonly frames: readonly Frame[];
  readonly stacks: StackTable;
  readonly labelSets: readonly Labels[];
  readonly windows: readonly WireWindow[];
}

export function encodeWindows(windows: readonly FinishedWindow[]): EncodedWindows {
  const tables = createTables();
  const encoded = windows.map((window): WireWindow => {
    const { ids, frames } = tables.stacksOf(window.body);
    const lines = linesOf(window.body, frames);
    const sections = { ...(window.facts === undefined ? {} : { [FACTS]: window.facts }), ...(lines === undefined ? {} : { [LINES]: lines }) };
    const sets = window.body.labelSets.map(tables.labelSet);
    return {
      thread: window.thread,
      kind: window.kind,
      firstSeq: window.firstSeq,
      lastSeq: window.lastSeq,
      startUs: window.startUs,
      endUs: window.endUs,
      idle: window.body.idle,
      dropped: window.body.dropped,
      processCpuUs: window.processCpuUs,
      ...(window.threadCpuUs === undefined ? {} : { threadCpuUs: window.threadCpuUs }),
      rows: {
        stack: Array.from(window.body.stack, (stack) => ids[stack] ?? 0),
        labels: Array.from(window.body.labels, (set) => sets[set] ?? 0),
        count: Array.from(window.body.count),
        weight: Array.from(window.body.weight),
      },
      ...(Object.keys(sections).length === 0 ? {} : { sections }),
    };
  });
  return { frames: tables.frames, stacks: tables.stacks, labelSets: tables.labelSets, windows: encoded };
}

const LINE_SPACE = 2 ** 32;

/** Lines that are one in the source become one; those that are not known there are left out. */
function linesOf({ lines }: WindowBody, frames: readonly number[]): LineHits | undefined {
  const hits = new Map<number, number>();
  lines.line.forEach((line, index) => {
    if (line === 0) return;
    const key = (frames[lines.frame[index] ?? 0] ?? 0) * LINE_SPACE + line;
    hits.set(key, (hits.get(key) ?? 0) + (lines.count[index] ?? 0));
  });
  if (hits.size === 0) return undefined;
  return { frame: Array.from(hits.keys(), (key) => Math.floor(key / LINE_SPACE)), line: Array.from(hits.keys(), (key) => key % LINE_SPACE), count: [...hits.values()] };
}

function createTables() {
  const frames: Frame[] = [];
  const frameIds = new Map<string, number>();
  const parent = [0];
  const frame = [0];
  const stackIds = new Map<string, number>();
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
    const key = JSON.stringify([one.name, one.url, one.line, one.column]);
    const known = frameIds.get(key);
    if (known !== undefined) return known;
    const id = frames.push(one) - 1;
    frameIds.set(key, id);
    return id;
  }

  function stackId(parentId: number, one: number): number {
    const key = `${parentId} ${one}`;
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
    labelSet,
    /** Ids in the shared tables by stack and by frame of the window. */
    stacksOf(body: WindowBody): { readonly ids: readonly number[]; readonly frames: readonly number[] } {
      const frameIdsHere = body.frames.map(frameId);
      const ids = [0];
      for (let stack = 1; stack < body.parent.length; stack++) {
        ids.push(stackId(ids[body.parent[stack] ?? 0] ?? 0, frameIdsHere[body.frame[stack] ?? 0] ?? 0));
      }
      return { ids, frames: frameIdsHere };
    },
  };
}
