// Part of a dictionary: the lines at which each of its frames was met, numbered per frame in the order of their first
// sight, so that those met often have small numbers. Append-only, as the rest of it.
import { StackIds } from './stack-ids.ts';
import type { ByteReader, ByteWriter } from './varint.ts';

/** The largest line that is kept. */
export const MAX_LINE: number = 2 ** 26 - 1;

export class LineTable {
  readonly #frames: number[] = [];
  readonly #lines: number[] = [];
  readonly #of: (number[] | undefined)[] = [];
  /** Made when something is looked up. */
  #index: StackIds | undefined;

  get length(): number {
    return this.#lines.length;
  }

  /** By number. */
  of(frame: number): readonly number[] {
    return this.#of[frame] ?? NONE;
  }

  /** The number of a line among those of its frame. */
  number(frame: number, line: number): number {
    this.#index ??= this.#indexed();
    const known = this.#index.get(frame, line);
    if (known !== 0) return known - 1;
    const number = this.#push(frame, line);
    this.#index.set(frame, line, number + 1);
    return number;
  }

  write(out: ByteWriter, from: number): void {
    out.uint(this.length - from);
    for (let i = from; i < this.length; i++) out.int((this.#frames[i] ?? 0) - (i === from ? 0 : (this.#frames[i - 1] ?? 0)));
    for (let i = from; i < this.length; i++) out.int((this.#lines[i] ?? 0) - (i === from ? 0 : (this.#lines[i - 1] ?? 0)));
  }

  /** @throws RangeError for bytes that are none of it. */
  read(input: ByteReader, frames: number): void {
    this.#index = undefined;
    const length = input.length(2);
    const [frame, line] = [steps(input, length), steps(input, length)];
    for (let i = 0; i < length; i++) {
      const [of = -1, at = -1] = [frame[i], line[i]];
      if (of < 0 || of >= frames || at < 1 || at > MAX_LINE) throw new RangeError('a line points outside its dictionary');
      this.#push(of, at);
    }
  }

  /** Forgets what came after the first `length`. */
  cut(length: number): void {
    this.#index = undefined;
    while (this.length > length) {
      this.#lines.pop();
      this.#of[this.#frames.pop() ?? 0]?.pop();
    }
  }

  /** By frame and line its number, plus one. */
  #indexed(): StackIds {
    const index = new StackIds();
    this.#of.forEach((lines, of) => { lines?.forEach((line, number) => { index.set(of, line, number + 1); }); });
    return index;
  }

  #push(frame: number, line: number): number {
    this.#frames.push(frame);
    this.#lines.push(line);
    return (this.#of[frame] ??= []).push(line) - 1;
  }
}

const NONE: readonly number[] = [];

function steps(input: ByteReader, length: number): number[] {
  let sum = 0;
  return Array.from({ length }, () => (sum += input.int()));
}
