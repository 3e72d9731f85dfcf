// One numbering of frames and stacks over dictionaries: what different services and stretches of time sum up to adds up
// by number. A dictionary's numbers are looked up once and remembered as long as it lives.
import type { Frame } from 'liveprofiler-sampler/wire';
import type { Tables } from './dictionary.ts';
import { StackIds } from './stack-ids.ts';

type Named = Pick<Tables, 'frames' | 'stacks'>;

interface Numbers {
  stacks: Int32Array<ArrayBuffer>;
  stackCount: number;
  readonly frames: number[];
}

export class CommonStacks {
  /** Equal frames are one. */
  readonly frames: Frame[] = [];
  /** By stack, as in a stack table: stack 0 is the empty one, `parent[i] < i` for every other. */
  parent: Int32Array<ArrayBuffer> = new Int32Array(1024);
  frame: Int32Array<ArrayBuffer> = new Int32Array(1024);
  length = 1;

  readonly #frameIds = new Map<string, number>();
  readonly #stackIds = new StackIds();
  readonly #known = new WeakMap<object, Numbers>();

  /** Its number here for each stack of a dictionary. */
  numbersOf(dictionary: Named): Int32Array {
    const { stacks } = dictionary;
    const numbers = this.#numbersOf(dictionary);
    if (numbers.stacks.length < stacks.parent.length) numbers.stacks = grown(numbers.stacks, stacks.parent.length);
    const into = numbers.stacks;
    for (let id = numbers.stackCount; id < stacks.parent.length; id++) {
      const frame = numbers.frames[stacks.frame[id] ?? 0];
      if (frame === undefined) throw new RangeError(`stack ${id} points at frame ${stacks.frame[id]}, which is not there`);
      into[id] = this.#stackId(into[stacks.parent[id] ?? 0] ?? 0, frame);
    }
    numbers.stackCount = stacks.parent.length;
    return into.subarray(0, numbers.stackCount);
  }

  /** Its number here for each frame of a dictionary. */
  frameNumbersOf(dictionary: Named): readonly number[] {
    return this.#numbersOf(dictionary).frames;
  }

  #numbersOf(dictionary: Named): Numbers {
    const { frames, stacks } = dictionary;
    let numbers = this.#known.get(dictionary);
    if (numbers === undefined) {
      numbers = { stacks: new Int32Array(stacks.parent.length), stackCount: 1, frames: [] };
      this.#known.set(dictionary, numbers);
    }
    for (let id = numbers.frames.length; id < frames.length; id++) numbers.frames.push(this.#frameId(frames[id]));
    return numbers;
  }

  #frameId(frame: Frame | undefined): number {
    if (frame === undefined) throw new RangeError('a dictionary lacks a frame');
    const key = keyOf(frame);
    const known = this.#frameIds.get(key);
    if (known !== undefined) return known;
    const id = this.frames.push(frame) - 1;
    this.#frameIds.set(key, id);
    return id;
  }

  #stackId(parent: number, frame: number): number {
    const known = this.#stackIds.get(parent, frame);
    if (known !== 0) return known;
    const id = this.length++;
    if (id >= this.parent.length) [this.parent, this.frame] = [grown(this.parent, 2 * id), grown(this.frame, 2 * id)];
    this.parent[id] = parent;
    this.frame[id] = frame;
    this.#stackIds.set(parent, frame, id);
    return id;
  }
}

function grown(column: Int32Array<ArrayBuffer>, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity);
  larger.set(column);
  return larger;
}

/** Equal for frames that are equal by value. */
function keyOf({ name, url, line, column, original }: Frame): string {
  return JSON.stringify(original === undefined ? [name, url, line, column] : [name, url, line, column, original.name, original.url, original.line, original.column]);
}
