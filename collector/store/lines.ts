// Hits per line of a record. They say nothing that its rows and its dictionary say already: per function, in the order
// of the dictionary, how its samples divide among the lines known of it. What is at no line comes first.
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { LineHits } from 'liveprofiler-sampler/wire';
import type { Dictionary } from './dictionary.ts';
import { MAX_LINE } from './line-table.ts';
import { ascending } from './order.ts';
import type { RowColumns } from './rows.ts';
import { StackIds } from './stack-ids.ts';
import { ByteReader, ByteWriter } from './varint.ts';

/** Different lines of one record. Hits beyond them are at none. */
const MAX_PAIRS = 200_000;
const LINE_SPACE = MAX_LINE + 1;
/** No coded lines are so long: what claims to be is refused before memory is taken. */
const MAX_BYTES = 64 * 1024 * 1024;

/** How often each frame itself ran, by frame of the dictionary; `touched`: those that did, ascending. */
export interface SelfCounts {
  readonly count: Float64Array;
  readonly touched: readonly number[];
}

export function selfCounts({ length, stack, count }: Pick<RowColumns, 'length'> & { readonly stack: ArrayLike<number>; readonly count: ArrayLike<number> }, { frames, stacks }: Pick<Dictionary, 'frames' | 'stacks'>): SelfCounts {
  const counts = new Float64Array(frames.length);
  for (let row = 0; row < length; row++) {
    const id = stack[row] ?? 0;
    if (id === 0) continue;
    const frame = stacks.frame[id];
    if (frame === undefined) throw new RangeError(`a row points at stack ${id}, which is not there`);
    counts[frame] = (counts[frame] ?? 0) + (count[row] ?? 0);
  }
  const touched: number[] = [];
  for (let frame = 0; frame < counts.length; frame++) if ((counts[frame] ?? 0) > 0) touched.push(frame);
  return { count: counts, touched };
}

/** Sums of hits by frame and line. */
export class LineSums {
  readonly #places = new StackIds();
  readonly #frames: number[] = [];
  readonly #lines: number[] = [];
  readonly #counts: number[] = [];

  add(frame: number, line: number, count: number): void {
    const known = this.#places.get(frame, line);
    if (known !== 0) this.#counts[known - 1] = (this.#counts[known - 1] ?? 0) + count;
    else if (this.#frames.length < MAX_PAIRS) {
      this.#places.set(frame, line, this.#frames.push(frame));
      this.#lines.push(line);
      this.#counts.push(count);
    }
  }

  /** In order of frame and line. */
  hits(): LineHits {
    const order = Array.from(ascending(Float64Array.from(this.#frames, (frame, i) => frame * LINE_SPACE + (this.#lines[i] ?? 0))));
    const inOrder = (column: readonly number[]): number[] => order.map((i) => column[i] ?? 0);
    return { frame: inOrder(this.#frames), line: inOrder(this.#lines), count: inOrder(this.#counts) };
  }
}

/** undefined when there are none. Of a frame with more hits than samples the hits too many are left out. */
export function encodeLines({ frame, line, count }: LineHits, { count: self, touched }: SelfCounts, { frames, lines: table }: Dictionary): Buffer | undefined {
  const byFrame = new Map<number, [number: number, count: number][]>();
  frame.forEach((of, i) => {
    if ((count[i] ?? 0) === 0) return;
    const entries = byFrame.get(of) ?? [];
    byFrame.set(of, entries);
    entries.push([table.number(of, line[i] ?? 0), count[i] ?? 0]);
  });
  if (byFrame.size === 0) return undefined;
  const [numbers, counts] = [new ByteWriter(touched.length * 2), new ByteWriter(touched.length)];
  for (const of of touched) {
    if (!mayHaveLines(frames[of])) continue;
    const entries = (byFrame.get(of) ?? []).sort(([a], [b]) => a - b);
    let left = self[of] ?? 0;
    const nowhere = Math.max(0, left - entries.reduce((sum, [, hits]) => sum + hits, 0));
    let before = -1;
    for (const [number, hits] of [...(nowhere > 0 ? [[0, nowhere] as const] : []), ...entries.map(([number, hits]) => [number + 1, hits] as const)]) {
      if (left === 0) break;
      const taken = Math.min(hits, left);
      numbers.uint(number - before - 1);
      // A single one that is left can only be one.
      if (left > 1) counts.uint(taken - 1);
      before = number;
      left -= taken;
    }
  }
  const head = new ByteWriter(8);
  head.uint(numbers.length);
  // Small numbers without repetition: there is nothing to find but how often each occurs.
  return deflateRawSync(Buffer.concat([head.done(), numbers.done(), counts.done()]), { strategy: constants.Z_HUFFMAN_ONLY });
}

/** @throws RangeError for bytes that contradict the record's rows or dictionary. */
export function decodeLines(coded: Buffer, { count: self, touched }: SelfCounts, { frames, lines: table }: Dictionary, take: (frame: number, line: number, count: number) => void): void {
  const bytes = inflated(coded);
  const head = new ByteReader(bytes);
  const length = head.length();
  const numbers = new ByteReader(bytes.subarray(head.at, head.at + length));
  const counts = new ByteReader(bytes.subarray(head.at + length));
  for (const of of touched) {
    if (!mayHaveLines(frames[of])) continue;
    const lines = table.of(of);
    let number = -1;
    for (let left = self[of] ?? 0; left > 0; ) {
      number += numbers.uint() + 1;
      const hits = left > 1 ? counts.uint() + 1 : 1;
      const line = number === 0 ? 0 : lines[number - 1];
      if (line === undefined || hits > left) throw new RangeError('hits per line contradict their record');
      if (line > 0) take(of, line, hits);
      left -= hits;
    }
  }
}

function inflated(coded: Buffer): Buffer {
  try {
    return inflateRawSync(coded, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw new RangeError('hits per line do not inflate', { cause });
  }
}

/** V8's own parts and native code have no place. */
function mayHaveLines(frame: { readonly line: number } | undefined): boolean {
  return frame !== undefined && frame.line > 0;
}
