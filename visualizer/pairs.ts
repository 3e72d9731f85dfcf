// Pairs of numbers, numbered in the order in which they come: a table of numbers alone, for hundreds of thousands.

import { randomInt } from 'node:crypto';

const FIRST_SLOTS = 1024;
const SEEDS = 2 ** 31;

export class Pairs {
  /** By number of the pair. Number 0 belongs to whoever made the table, and is never found. */
  readonly first: number[];
  readonly second: number[];
  /** Nobody outside can choose pairs that fall on the same place. */
  readonly #seed = randomInt(SEEDS);
  #slots = new Int32Array(FIRST_SLOTS);

  constructor(first: number, second: number) {
    this.first = [first];
    this.second = [second];
  }

  /** The pair's number; one more than the last when it was not there yet. */
  idOf(first: number, second: number): number {
    const slot = this.#slotOf(first, second);
    const known = this.#slots[slot] ?? 0;
    if (known > 0) return known;
    const id = this.first.push(first) - 1;
    this.second.push(second);
    this.#slots[slot] = id;
    if (id * 2 > this.#slots.length) this.#grow();
    return id;
  }

  /** Where the pair is, or belongs. */
  #slotOf(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(first, second) & mask;
    for (let id = this.#slots[slot] ?? 0; id > 0; id = this.#slots[slot] ?? 0) {
      if (this.first[id] === first && this.second[id] === second) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #hash(first: number, second: number): number {
    const mixed = Math.imul(first ^ this.#seed, 0x9e3779b1) + Math.imul(second + this.#seed, 0x85ebca6b);
    return mixed ^ (mixed >>> 15);
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    for (let id = 1; id < this.first.length; id++) this.#slots[this.#slotOf(this.first[id] ?? 0, this.second[id] ?? 0)] = id;
  }
}
