// Adds up hits per line over records, by frames that all dictionaries share.
import type { Frame } from 'liveprofiler-sampler/wire';
import { isFrame } from './calltree.ts';
import type { CommonStacks } from './common.ts';
import type { LinesAnswer } from './contract.ts';
import type { Dictionary } from './dictionary.ts';
import type { Header } from './header.ts';
import type { WindowKey } from './keys.ts';
import { decodeLines, LineSums, selfCounts } from './lines.ts';
import type { RowColumns } from './rows.ts';

export class LineAnswers {
  readonly #common: CommonStacks;
  readonly #of: Frame | undefined;
  readonly #lines = new LineSums();
  /** By common number of a frame. */
  readonly #self = new Map<number, number>();
  #windows = 0;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = 0;

  /** `of`: the one function that is meant. */
  constructor(common: CommonStacks, of: Frame | undefined) {
    this.#common = common;
    this.#of = of;
  }

  /** @throws RangeError for a record that contradicts itself. */
  add(rows: RowColumns, key: WindowKey, header: Header, dictionary: Dictionary): void {
    this.#windows += header.windows;
    this.#firstUs = Math.min(this.#firstUs, key.startUs + header.firstUs);
    this.#lastUs = Math.max(this.#lastUs, key.startUs + header.lastUs);
    const { frames } = dictionary;
    const wanted = this.#of;
    const self = selfCounts(rows, dictionary);
    const numbers = this.#common.frameNumbersOf(dictionary);
    const means = (frame: number): boolean => wanted === undefined || isFrame(frames[frame] ?? NOBODY, wanted);
    for (const frame of self.touched) {
      if (!means(frame)) continue;
      const number = numbers[frame] ?? 0;
      this.#self.set(number, (this.#self.get(number) ?? 0) + (self.count[frame] ?? 0));
    }
    if (rows.lines === undefined) return;
    decodeLines(rows.lines, self, dictionary, (frame, line, count) => {
      if (means(frame)) this.#lines.add(numbers[frame] ?? 0, line, count);
    });
  }

  answer(): LinesAnswer {
    const places = new Map([...this.#self.keys()].sort((a, b) => a - b).map((number, place) => [number, place]));
    const { frame, line, count } = this.#lines.hits();
    return {
      frames: Array.from(places.keys(), (number) => this.#common.frames[number] ?? NOBODY),
      selfCount: Array.from(places.keys(), (number) => this.#self.get(number) ?? 0),
      lines: { frame: frame.map((number) => places.get(number) ?? 0), line, count },
      windows: this.#windows,
      ...(this.#windows === 0 ? {} : { covered: { fromMs: this.#firstUs / 1000, untilMs: this.#lastUs / 1000 } }),
    };
  }
}

const NOBODY: Frame = { name: '', url: '', line: 0, column: 0 };
