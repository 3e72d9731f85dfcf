// Numbers of pairs of numbers: of stacks by what they are, a parent and a frame, and of lines by frame and line. One table with open places: a map would make a number of its
// own of each pair, and looking stacks up is most of what an append does.
import { randomInt } from 'node:crypto';

/** Nobody outside can choose stacks that fall on the same place. */
const SEED = randomInt(2 ** 31);
const LEAST_PLACES = 1024;

/** Parents, frames and numbers below 2^31. No stack has number 0. */
export class StackIds {
  #ids = new Int32Array(LEAST_PLACES);
  #parents = new Int32Array(LEAST_PLACES);
  #frames = new Int32Array(LEAST_PLACES);
  #length = 0;

  /** 0 where there is none. */
  get(parent: number, frame: number): number {
    return this.#ids[this.#placeOf(parent, frame)] ?? 0;
  }

  set(parent: number, frame: number, id: number): void {
    if (2 * this.#length >= this.#ids.length) this.#grow();
    this.#put(parent, frame, id);
    this.#length++;
  }

  #put(parent: number, frame: number, id: number): void {
    const place = this.#placeOf(parent, frame);
    this.#ids[place] = id;
    this.#parents[place] = parent;
    this.#frames[place] = frame;
  }

  /** Where it is, or would be. */
  #placeOf(parent: number, frame: number): number {
    const [ids, parents, frames] = [this.#ids, this.#parents, this.#frames];
    let hash = Math.imul(parent ^ SEED, 0x9e3779b1) + Math.imul(frame + SEED, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    let place = (hash ^ (hash >>> 13)) & (ids.length - 1);
    while (ids[place] !== 0 && (parents[place] !== parent || frames[place] !== frame)) place = (place + 1) & (ids.length - 1);
    return place;
  }

  #grow(): void {
    const [ids, parents, frames] = [this.#ids, this.#parents, this.#frames];
    [this.#ids, this.#parents, this.#frames] = [new Int32Array(2 * ids.length), new Int32Array(2 * ids.length), new Int32Array(2 * ids.length)];
    for (let place = 0; place < ids.length; place++) {
      const id = ids[place] ?? 0;
      if (id !== 0) this.#put(parents[place] ?? 0, frames[place] ?? 0, id);
    }
  }
}
