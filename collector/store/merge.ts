// Sums of stacks: rows added up per dictionary, and dictionaries brought together by what their frames say.
import type { Frame, StackTable } from 'liveprofiler-sampler/wire';
import type { RowColumns } from './rows.ts';
import { carried, product, quotient } from './wide.ts';

/** Stacks with what they sum up to; index = stack. Stack 0 is the empty one, `parent[i] < i` for every other. */
export interface StackTotals {
  readonly frames: readonly Frame[];
  readonly stacks: StackTable;
  readonly count: ArrayLike<number>;
  readonly weight: ArrayLike<number>;
}

/** Totals of one dictionary, with integrals of levels beside the weights that add up. */
export interface StackIntegrals extends StackTotals {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

/** Which rows count, and what their weights are. */
export interface AddOptions {
  /** By label set; without it all do. */
  readonly accept?: ((labels: number) => boolean) | undefined;
  /** The weights are levels that held for so long. */
  readonly levelForUs?: number | undefined;
}

/** Sums by the stack numbers of one dictionary. */
export class StackSums {
  count: Float64Array<ArrayBuffer> = new Float64Array(1024);
  weight: Float64Array<ArrayBuffer> = new Float64Array(1024);
  low: Float64Array<ArrayBuffer> = new Float64Array(0);
  high: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** One above the largest stack with something in it. */
  length = 1;

  add({ length, stack, labels, count, weight, high }: RowColumns, { accept, levelForUs }: AddOptions = {}): void {
    for (let i = 0; i < length; i++) {
      if (accept !== undefined && !accept(labels[i] ?? 0)) continue;
      const id = stack[i] ?? 0;
      if (id >= this.length) this.#reach(id);
      this.count[id] = (this.count[id] ?? 0) + (count[i] ?? 0);
      if (high !== undefined) this.#addWide(id, weight[i] ?? 0, high[i] ?? 0);
      else if (levelForUs !== undefined) this.#addLevel(id, weight[i] ?? 0, levelForUs);
      else this.weight[id] = (this.weight[id] ?? 0) + (weight[i] ?? 0);
    }
  }

  #addLevel(id: number, level: number, us: number): void {
    const { low, high } = product(level, us);
    this.#addWide(id, low, high);
  }

  #addWide(id: number, low: number, high: number): void {
    if (id >= this.low.length) [this.low, this.high] = [grown(this.low, this.count.length), grown(this.high, this.count.length)];
    const sum = carried((this.low[id] ?? 0) + low, (this.high[id] ?? 0) + high);
    this.low[id] = sum.low;
    this.high[id] = sum.high;
  }

  #reach(id: number): void {
    this.length = id + 1;
    if (id < this.count.length) return;
    const capacity = Math.max(id + 1, this.count.length * 2);
    this.count = grown(this.count, capacity);
    this.weight = grown(this.weight, capacity);
  }
}

function grown(column: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}

const MAX_FRAMES = 2 ** 26;

/**
 * One table of the stacks that hold something and those beneath them. Equal frames become one. Levels are averaged
 * over `averageOverUs`.
 */
export function mergeTotals(parts: readonly (StackTotals | StackIntegrals)[], averageOverUs = 0): StackTotals {
  const frames: Frame[] = [];
  const parent: number[] = [0];
  const frame: number[] = [0];
  const count: number[] = [0];
  const weight: number[] = [0];
  const [low, high]: [number[], number[]] = [[], []];
  const frameIds = new Map<string, number>();
  const stackIds = new Map<number, number>();

  const frameId = (value: Frame): number => {
    const key = keyOf(value);
    let id = frameIds.get(key);
    if (id === undefined) {
      id = frames.push(value) - 1;
      frameIds.set(key, id);
    }
    return id;
  };
  const stackId = (parentId: number, frameOf: number): number => {
    const key = parentId * MAX_FRAMES + frameOf;
    let id = stackIds.get(key);
    if (id === undefined) {
      id = parent.push(parentId) - 1;
      frame.push(frameOf);
      count.push(0);
      weight.push(0);
      stackIds.set(key, id);
    }
    return id;
  };

  for (const part of parts) {
    const needed = withAncestors(part);
    const frameMap = new Map<number, number>();
    const stackMap = new Int32Array(needed.length);
    for (let id = 0; id < needed.length; id++) {
      if (needed[id] === 0) continue;
      if (id > 0) {
        const local = part.stacks.frame[id] ?? 0;
        let mapped = frameMap.get(local);
        if (mapped === undefined) {
          const value = part.frames[local];
          if (value === undefined) throw new RangeError(`stack ${id} points at frame ${local}, which is not there`);
          mapped = frameId(value);
          frameMap.set(local, mapped);
        }
        stackMap[id] = stackId(stackMap[part.stacks.parent[id] ?? 0] ?? 0, mapped);
      }
      const to = stackMap[id] ?? 0;
      count[to] = (count[to] ?? 0) + (part.count[id] ?? 0);
      weight[to] = (weight[to] ?? 0) + (part.weight[id] ?? 0);
      if (!('low' in part) || id >= part.low.length) continue;
      const sum = carried((low[to] ?? 0) + (part.low[id] ?? 0), (high[to] ?? 0) + (part.high[id] ?? 0));
      [low[to], high[to]] = [sum.low, sum.high];
    }
  }
  low.forEach((part, id) => (weight[id] = (weight[id] ?? 0) + quotient({ low: part, high: high[id] ?? 0 }, averageOverUs)));
  return { frames, stacks: { parent, frame }, count, weight };
}

/** 1 for every stack that holds something or is beneath one that does. */
function withAncestors(part: StackTotals | StackIntegrals): Uint8Array {
  const { stacks, count, weight } = part;
  const length = Math.max(count.length, 1);
  if (length > stacks.parent.length) throw new RangeError(`rows point at stack ${length - 1} of ${stacks.parent.length}`);
  const needed = new Uint8Array(length);
  needed[0] = 1;
  for (let id = length - 1; id > 0; id--) {
    if (count[id] !== 0 || weight[id] !== 0 || ('low' in part && (part.low[id] || part.high[id]))) needed[id] = 1;
    if (needed[id] === 1) needed[stacks.parent[id] ?? 0] = 1;
  }
  return needed;
}

const keys = new WeakMap<Frame, string>();

/** Equal for frames that are equal by value. */
function keyOf(frame: Frame): string {
  let key = keys.get(frame);
  if (key === undefined) {
    const { name, url, line, column, original } = frame;
    key = JSON.stringify(original === undefined ? [name, url, line, column] : [name, url, line, column, original.name, original.url, original.line, original.column]);
    keys.set(frame, key);
  }
  return key;
}
