// Recorded seconds, and windows put together from them: what was really sampled, in an order of our own. A window is
// two runs of neighbouring seconds; which two differs from window to window, so that none is a copy of another.
import type { Frame, Labels, LineHits, Numbers, Rows, StackTable, Tally, WireAnswer } from 'liveprofiler-sampler/wire';
import { FACTS, LINES } from 'liveprofiler-sampler/wire';
import { NumberSums } from '../../collector/store/numbers.ts';

export const WINDOW_US = 10_000_000;

export interface Material {
  readonly name: string;
  readonly labels: Labels;
  readonly nodeVersion: string;
  /** Tables of all that was recorded. */
  readonly frames: readonly Frame[];
  readonly stacks: StackTable;
  readonly seconds: readonly Piece[];
}

/** A stretch of time of one thread. */
export interface Piece {
  readonly durationUs: number;
  readonly idle: Tally;
  readonly dropped: Tally;
  readonly processCpuUs: number;
  /** Into the material's tables. */
  readonly rows: Rows;
  readonly lines: LineHits;
  readonly facts: Numbers;
}

/** The main thread's windows of all answers over one set of tables. */
export function materialOf(name: string, answers: readonly WireAnswer[]): Material {
  const tables = createTables();
  const processes = answers.flatMap((answer) => answer.processes);
  const [first] = processes;
  const seconds = processes.flatMap((process) => {
    const stackOf = tables.translate(process.frames, process.stacks);
    const frameOf = tables.frameOf(process.frames);
    return process.windows
      .filter(({ thread }) => thread === 0)
      .map(({ startUs, endUs, idle, dropped, processCpuUs, rows, sections }): Piece => {
        const lines = (sections?.[LINES] as LineHits | undefined) ?? NO_LINES;
        const facts = sections?.[FACTS] as Numbers | undefined;
        if (facts === undefined) throw new Error(`${name} was recorded by an earlier version: remove its recording`);
        return { durationUs: endUs - startUs, idle, dropped, processCpuUs, rows: { ...rows, stack: rows.stack.map(stackOf), labels: rows.stack.map(() => 0) }, lines: { ...lines, frame: lines.frame.map(frameOf) }, facts };
      });
  });
  if (first === undefined || seconds.length === 0) throw new Error(`nothing was recorded of ${name}`);
  return { name, labels: first.labels, nodeVersion: first.nodeVersion, frames: tables.frames, stacks: tables.stacks, seconds };
}

/** Which share of the stacks with samples was not met before the last tenth: whether the recording has seen the program. */
export function newAtTheEnd({ seconds }: Material): number {
  const met = new Set<number>();
  let before = 0;
  seconds.forEach(({ rows }, i) => {
    if (i === Math.floor(seconds.length * 0.9)) before = met.size;
    rows.stack.forEach((stack) => met.add(stack));
  });
  return 1 - before / met.size;
}

/** The window number `turn` of a made-up history. No two of the first seconds² are made of the same seconds. */
export function pieceAt({ seconds }: Material, turn: number): Piece {
  const length = seconds.length;
  const pass = Math.floor(turn / length);
  return sumOf([...run(seconds, (turn * stepOf(length, 0.38)) % length, WINDOW_US / 2), ...run(seconds, (turn * stepOf(length, 0.61) + pass) % length, WINDOW_US / 2)]);
}

/** The windows of the recording itself, in their order and once. */
export function piecesAsRecorded({ seconds }: Material): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < seconds.length; ) {
    const window = run(seconds, at, WINDOW_US);
    at += window.length;
    if (at <= seconds.length) pieces.push(sumOf(window));
  }
  return pieces;
}

/** Neighbouring seconds of about this length. */
function run(seconds: readonly Piece[], from: number, lengthUs: number): Piece[] {
  const pieces: Piece[] = [];
  for (let us = 0, at = from; us < lengthUs - 500_000; at++) {
    const piece = seconds[at % seconds.length];
    if (piece === undefined) break;
    pieces.push(piece);
    us += piece.durationUs;
  }
  return pieces;
}

/** About `share` of the length, and without a common divisor: its multiples come by every second. */
function stepOf(length: number, share: number): number {
  let step = Math.max(1, Math.round(length * share));
  while (divisor(step, length) > 1) step++;
  return step;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

function sumOf(pieces: readonly Piece[]): Piece {
  const sums = new Map<number, { count: number; weight: number }>();
  for (const { rows } of pieces) {
    rows.stack.forEach((stack, i) => {
      const sum = sums.get(stack) ?? { count: 0, weight: 0 };
      sums.set(stack, sum);
      sum.count += rows.count[i] ?? 0;
      sum.weight += rows.weight[i] ?? 0;
    });
  }
  const tallies = [...sums.values()];
  const lines = new Map<number, { frame: number; line: number; count: number }>();
  for (const { lines: of } of pieces) {
    of.frame.forEach((frame, i) => {
      const line = of.line[i] ?? 0;
      const key = frame * LINE_SPACE + line;
      const sum = lines.get(key) ?? { frame, line, count: 0 };
      lines.set(key, sum);
      sum.count += of.count[i] ?? 0;
    });
  }
  const hits = [...lines.values()];
  return {
    durationUs: total(pieces.map(({ durationUs }) => durationUs)),
    idle: tally(pieces.map(({ idle }) => idle)),
    dropped: tally(pieces.map(({ dropped }) => dropped)),
    processCpuUs: total(pieces.map(({ processCpuUs }) => processCpuUs)),
    rows: { stack: [...sums.keys()], labels: tallies.map(() => 0), count: tallies.map(({ count }) => count), weight: tallies.map(({ weight }) => weight) },
    lines: { frame: hits.map(({ frame }) => frame), line: hits.map(({ line }) => line), count: hits.map(({ count }) => count) },
    facts: factsOf(pieces),
  };
}

/** What a window observes once, when it ends, comes from the last second. */
function factsOf(pieces: readonly Piece[]): Numbers {
  const sums = new NumberSums();
  pieces.forEach(({ facts }, at) => { sums.add(facts, at); });
  const last = pieces.at(-1)?.facts ?? {};
  return Object.fromEntries(Object.entries(sums.numbers()).map(([name, summary]) => [name, last[name]?.count === 1 ? last[name] : summary]));
}

function tally(tallies: readonly Tally[]): Tally {
  return { count: total(tallies.map(({ count }) => count)), weight: total(tallies.map(({ weight }) => weight)) };
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

interface Tables {
  readonly frames: Frame[];
  readonly stacks: StackTable;
  /** From stacks of other tables to stacks of these. */
  translate(frames: readonly Frame[], stacks: StackTable): (stack: number) => number;
  frameOf(frames: readonly Frame[]): (frame: number) => number;
}

/** More lines than any recorded file has. */
const LINE_SPACE = 2 ** 26;
const NO_LINES: LineHits = { frame: [], line: [], count: [] };

export function createTables(): Tables {
  const frames: Frame[] = [];
  const [parent, frame] = [[0], [0]];
  const frameIds = new Map<string, number>();
  const stackIds = new Map<string, number>();
  const once = (ids: Map<string, number>, key: string, add: () => number): number => {
    const id = ids.get(key) ?? add();
    ids.set(key, id);
    return id;
  };
  const frameOf = (theirs: readonly Frame[]) => (id: number): number => {
    const their = theirs[id];
    if (their === undefined) throw new Error(`there is no frame ${id}`);
    return once(frameIds, JSON.stringify(their), () => frames.push(their) - 1);
  };
  return {
    frames,
    stacks: { parent, frame },
    frameOf,
    translate(theirs, stacks) {
      const known = [0];
      const ownOf = frameOf(theirs);
      const stackOf = (stack: number): number => {
        const found = known[stack];
        if (found !== undefined) return found;
        const up = stackOf(stacks.parent[stack] ?? 0);
        const own = ownOf(stacks.frame[stack] ?? 0);
        const id = once(stackIds, `${up} ${own}`, () => {
          frame.push(own);
          return parent.push(up) - 1;
        });
        known[stack] = id;
        return id;
      };
      return stackOf;
    },
  };
}
