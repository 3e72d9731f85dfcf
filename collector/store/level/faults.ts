// Work on many series: a damaged one is left and told at the end, so that it costs the others nothing.
import { StoreError } from '../errors.ts';

export class Faults {
  #first: StoreError | undefined;
  #count = 0;

  /** Undefined when the work failed because of damage; other errors are thrown at once. */
  async keep<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STORE_DAMAGED') throw error;
      this.#first ??= error;
      this.#count++;
      return undefined;
    }
  }

  /** @throws StoreError STORE_DAMAGED when there was any damage. */
  tell(): void {
    if (this.#first === undefined) return;
    throw new StoreError('STORE_DAMAGED', `${this.#count} parts of the store could not be looked after; the others were. The first: ${this.#first.message}`, this.#first);
  }
}
