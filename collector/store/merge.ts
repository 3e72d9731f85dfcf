// Sums of stacks: rows added up per dictionary, and dictionaries brought together by what their frames say.
import type { Frame, Rows, StackTable } from 'liveprofiler-sampler/wire';

/** Stacks with what they sum up to; index = stack. Stack 0 is the empty one, `parent[i] < i` for every other. */
export interface StackTotals {
  readonly frames: readonly Frame[];
  readonly stacks: StackTable;
  readonly count: readonly number[];
  readonly weight: readonly number[];
}

/** Sums by the stack numbers of one dictionary. */
export class StackSums {
  readonly count: number[] = [];
  readonly weight: number[] = [];

  /** `accept` says by label set which rows count; without it all do. Returns whether any row did. */
  add(rows: Rows, accept?: (labels: number) => boolean): boolean {
    let any = false;
    const { stack, labels, count, weight } = rows;
    for (let i = 0; i < stack.length; i++) {
      if (accept !== undefined && !accept(labels[i] ?? 0)) continue;
      any = true;
      const id = stack[i] ?? 0;
      while (this.count.length <= id) {
        this.count.push(0);
        this.weight.push(0);
      }
      this.count[id] = (this.count[id] ?? 0) + (count[i] ?? 0);
      this.weight[id] = (this.weight[id] ?? 0) + (weight[i] ?? 0);
    }
    return any;
  }
}

/** One table of the stacks that hold something and those beneath them. Equal frames become one. */
export function mergeTotals(parts: readonly StackTotals[]): StackTotals {
  const frames: Frame[] = [];
  const parent: number[] = [0];
  const frame: number[] = [0];
  const count: number[] = [0];
  const weight: number[] = [0];
  const frameIds = new Map<string, number>();
  const stackIds = new Map<string, number>();

  const frameId = (value: Frame): number => {
    const key = JSON.stringify([value.name, value.url, value.line, value.column, ...originalOf(value)]);
    let id = frameIds.get(key);
    if (id === undefined) {
      id = frames.push(value) - 1;
      frameIds.set(key, id);
    }
    return id;
  };
  const stackId = (parentId: number, frameOf: number): number => {
    const key = `${parentId} ${frameOf}`;
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
    const stackMap: number[] = [0];
    for (let id = 0; id < needed.length; id++) {
      if (needed[id] !== true) continue;
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
    }
  }
  return { frames, stacks: { parent, frame }, count, weight };
}

function withAncestors({ stacks, count, weight }: StackTotals): boolean[] {
  const length = Math.max(count.length, 1);
  if (length > stacks.parent.length) throw new RangeError(`rows point at stack ${length - 1} of ${stacks.parent.length}`);
  const needed = new Array<boolean>(length).fill(false);
  needed[0] = true;
  for (let id = length - 1; id > 0; id--) {
    if (count[id] !== 0 || weight[id] !== 0) needed[id] = true;
    if (needed[id] === true) needed[stacks.parent[id] ?? 0] = true;
  }
  return needed;
}

function originalOf({ original }: Frame): readonly unknown[] {
  return original === undefined ? [] : [original.name, original.url, original.line, original.column];
}
