// Work on many series: one that fails is left and told at the end, so that it costs the others nothing.
import { StoreError } from '../errors.ts';
import type { StoreErrorCode } from '../errors.ts';

/** Of the store as a whole: the next one would fail too. */
const OF_ALL: readonly StoreErrorCode[] = ['STORE_CLOSED', 'STORE_FULL', 'STORE_IO'];

export class Faults {
  #first: unknown;
  #count = 0;

  /** Undefined when the work failed, unless the whole store does: that is thrown at once. */
  async keep<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreError && OF_ALL.includes(error.code)) throw error;
      this.note(error);
      return undefined;
    }
  }

  /** Something that is told at the end though the work went on. */
  note(error: unknown): void {
    this.#first ??= error;
    this.#count++;
  }

  /** @throws StoreError STORE_DAMAGED when anything failed. */
  tell(): void {
    if (this.#count === 0) return;
    throw new StoreError('STORE_DAMAGED', `${this.#count === 1 ? '1 part' : `${this.#count} parts`} of the store could not be looked after; the others were. The first: ${this.#first instanceof Error ? this.#first.message : String(this.#first)}`, this.#first);
  }
}
