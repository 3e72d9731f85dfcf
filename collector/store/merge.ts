// Sums of stacks over records, by common number.
import type { Frame } from 'liveprofiler-sampler/wire';
import type { CommonStacks } from './common.ts';
import type { RowColumns } from './rows.ts';
import { carried, product, quotient } from './wide.ts';

/** Stacks with what they sum up to; index = stack. Stack 0 is the empty one, `parent[i] < i` for every other. */
export interface StackTotals {
  readonly frames: readonly Frame[];
  readonly parent: Int32Array;
  /** Index into frames; that of stack 0 means nothing. */
  readonly frame: Int32Array;
  readonly count: Float64Array;
  readonly weight: Float64Array;
}

/** Which rows count, and what their weights are. */
export interface AddOptions {
  /** By label set; without it all do. */
  readonly accept?: ((labels: number) => boolean) | undefined;
  /** The weights are levels that held for so long. */
  readonly levelForUs?: number | undefined;
}

export class StackSums {
  #count: Float64Array<ArrayBuffer>;
  #weight: Float64Array<ArrayBuffer>;
  /** Integrals of levels, which can be wider than a number is exact. */
  #low: Float64Array<ArrayBuffer> = new Float64Array(0);
  #high: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** One above the largest stack with something in it. */
  #length = 1;

  /** `stacks`: how many are expected. */
  constructor(stacks = 0) {
    [this.#count, this.#weight] = [new Float64Array(stacks + 1), new Float64Array(stacks + 1)];
  }

  /** `numbers`: common numbers by the rows' own. @throws RangeError for a row whose stack has none. */
  add({ length, stack, labels, count, weight, high }: RowColumns, numbers: Int32Array, { accept, levelForUs }: AddOptions = {}): void {
    const plain = high === undefined && levelForUs === undefined;
    let [counts, weights] = [this.#count, this.#weight];
    for (let i = 0; i < length; i++) {
      if (accept !== undefined && !accept(labels[i] ?? 0)) continue;
      const id = numbers[stack[i] ?? 0];
      if (id === undefined) throw new RangeError(`a row points at stack ${stack[i]} of ${numbers.length}`);
      if (id >= this.#length) {
        this.#reach(id);
        [counts, weights] = [this.#count, this.#weight];
      }
      counts[id] = (counts[id] ?? 0) + (count[i] ?? 0);
      if (plain) weights[id] = (weights[id] ?? 0) + (weight[i] ?? 0);
      else this.#addWide(id, high === undefined ? product(weight[i] ?? 0, levelForUs ?? 0) : { low: weight[i] ?? 0, high: high[i] ?? 0 });
    }
  }

  /** One table of the stacks that hold something and those beneath them. Levels are averaged over `averageOverUs`. */
  totals({ frames, parent, frame }: CommonStacks, averageOverUs: number): StackTotals {
    const ids = kept(this.#needed(parent));
    const places = new Int32Array(this.#length);
    const framePlaces = new Int32Array(frames.length).fill(-1);
    const totals = { frames: new Array<Frame>(), parent: new Int32Array(ids.length), frame: new Int32Array(ids.length), count: new Float64Array(ids.length), weight: new Float64Array(ids.length) };
    for (let place = 0; place < ids.length; place++) {
      const id = ids[place] ?? 0;
      places[id] = place;
      totals.count[place] = this.#count[id] ?? 0;
      totals.weight[place] = (this.#weight[id] ?? 0) + this.#average(id, averageOverUs);
      if (id === 0) continue;
      const frameId = frame[id] ?? 0;
      if (framePlaces[frameId] === -1) framePlaces[frameId] = totals.frames.push(frames[frameId] ?? NO_FRAME) - 1;
      totals.parent[place] = places[parent[id] ?? 0] ?? 0;
      totals.frame[place] = framePlaces[frameId] ?? 0;
    }
    return totals;
  }

  #average(id: number, overUs: number): number {
    return id < this.#low.length ? quotient({ low: this.#low[id] ?? 0, high: this.#high[id] ?? 0 }, overUs) : 0;
  }

  /** 1 for every stack that holds something or is beneath one that does. */
  #needed(parent: Int32Array): Uint8Array {
    const needed = new Uint8Array(this.#length);
    needed[0] = 1;
    for (let id = this.#length - 1; id > 0; id--) {
      if (this.#count[id] !== 0 || this.#weight[id] !== 0 || (id < this.#low.length && (this.#low[id] !== 0 || this.#high[id] !== 0))) needed[id] = 1;
      if (needed[id] === 1) needed[parent[id] ?? 0] = 1;
    }
    return needed;
  }

  #addWide(id: number, { low, high }: { readonly low: number; readonly high: number }): void {
    if (id >= this.#low.length) [this.#low, this.#high] = [grown(this.#low, this.#count.length), grown(this.#high, this.#count.length)];
    const sum = carried((this.#low[id] ?? 0) + low, (this.#high[id] ?? 0) + high);
    this.#low[id] = sum.low;
    this.#high[id] = sum.high;
  }

  #reach(id: number): void {
    this.#length = id + 1;
    if (id < this.#count.length) return;
    const capacity = Math.max(id + 1, this.#count.length * 2);
    this.#count = grown(this.#count, capacity);
    this.#weight = grown(this.#weight, capacity);
  }
}

/** Numbers of what is marked with 1. */
export function kept(marks: Uint8Array): Int32Array {
  const ids = new Int32Array(marks.length);
  let length = 0;
  for (let id = 0; id < marks.length; id++) if (marks[id] === 1) ids[length++] = id;
  return ids.subarray(0, length);
}

const NO_FRAME: Frame = { name: '', url: '', line: 0, column: 0 };

function grown(column: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}
