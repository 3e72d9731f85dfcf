// The open window: frames, stacks and rows as they come in, each stack once. Pure data; bounded in size.
import type { Frame, Microseconds, Tally } from './profile.ts';
import { TRUNCATED } from './profile.ts';

/** Rows and tables of one window, closed for good. Columns as in StackProfile; label set 0 throughout. */
export interface WindowBody {
  readonly frames: readonly Frame[];
  readonly parent: Uint32Array;
  readonly frame: Uint32Array;
  readonly stack: Uint32Array;
  readonly count: Uint32Array;
  /** Float64: a blocked thread can make one sample stand for more than 2^32 µs. */
  readonly weight: Float64Array;
  readonly idle: Tally;
  readonly dropped: Tally;
}

/** Above this, further new stacks are counted as `(truncated)`: 48 bytes each keep a window within a few MB. */
const MAX_STACKS = 50_000;
const KEY_SPACE = 2 ** 21;

export class WindowBuilder {
  readonly #frames: Frame[] = [];
  readonly #frameIds = new Map<Frame, number>();
  readonly #parent: number[] = [0];
  readonly #frame: number[] = [0];
  readonly #stackIds = new Map<number, number>();
  readonly #count: number[] = [0];
  readonly #weight: number[] = [0];
  readonly #idle = { count: 0, weight: 0 };
  readonly #dropped = { count: 0, weight: 0 };
  readonly #maxStacks: number;

  constructor(maxStacks: number = MAX_STACKS) {
    this.#maxStacks = maxStacks;
  }

  /** The stack of `frame` called on top of stack `parent`. Frames are told apart by object identity. */
  stack(parent: number, frame: Frame): number {
    let frameId = this.#frameIds.get(frame);
    const known = frameId === undefined ? undefined : this.#stackIds.get(parent * KEY_SPACE + frameId);
    if (known !== undefined) return known;
    if (this.#parent.length >= this.#maxStacks && frame !== TRUNCATED_FRAME) return this.stack(0, TRUNCATED_FRAME);
    if (frameId === undefined) {
      frameId = this.#frames.push(frame) - 1;
      this.#frameIds.set(frame, frameId);
    }
    const id = this.#parent.push(parent) - 1;
    this.#frame.push(frameId);
    this.#count.push(0);
    this.#weight.push(0);
    this.#stackIds.set(parent * KEY_SPACE + frameId, id);
    return id;
  }

  add(stack: number, count: number, weight: Microseconds): void {
    this.#count[stack] = (this.#count[stack] ?? 0) + count;
    this.#weight[stack] = (this.#weight[stack] ?? 0) + weight;
  }

  addIdle(count: number, weight: Microseconds): void {
    this.#idle.count += count;
    this.#idle.weight += weight;
  }

  addDropped(count: number, weight: Microseconds): void {
    this.#dropped.count += count;
    this.#dropped.weight += weight;
  }

  /** `under`: the frame that all its stacks stand on. */
  addBody(body: WindowBody, under?: Frame): void {
    const mine: number[] = [under === undefined ? 0 : this.stack(0, under)];
    for (let stack = 1; stack < body.parent.length; stack++) {
      const frame = body.frames[body.frame[stack] ?? 0];
      if (frame !== undefined) mine.push(this.stack(mine[body.parent[stack] ?? 0] ?? 0, frame));
    }
    body.stack.forEach((stack, row) => {
      this.add(mine[stack] ?? 0, body.count[row] ?? 0, body.weight[row] ?? 0);
    });
    this.addIdle(body.idle.count, body.idle.weight);
    this.addDropped(body.dropped.count, body.dropped.weight);
  }

  body(): WindowBody {
    const rows = this.#parent.map((_, stack) => stack).filter((stack) => this.#count[stack] !== 0 || this.#weight[stack] !== 0);
    return {
      frames: this.#frames,
      parent: Uint32Array.from(this.#parent),
      frame: Uint32Array.from(this.#frame),
      stack: Uint32Array.from(rows),
      count: Uint32Array.from(rows, (stack) => this.#count[stack] ?? 0),
      weight: Float64Array.from(rows, (stack) => this.#weight[stack] ?? 0),
      idle: { ...this.#idle },
      dropped: { ...this.#dropped },
    };
  }
}

const TRUNCATED_FRAME: Frame = { name: TRUNCATED, url: '', line: 0, column: 0 };
