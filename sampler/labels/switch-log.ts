// Who ran from when on: what samples, which carry a stamp and no context, are joined with. Bounded: when it is full, what
// came after is known to be unknown.
import type { Microseconds } from '../profile.ts';
import type { LabelSource } from './source.ts';
import { fixed, OTHER } from './source.ts';

const MOST = 200_000;
const UNKNOWN = fixed(OTHER);

export class SwitchLog {
  #stamps: Microseconds[] = [];
  #sources: (LabelSource | undefined)[] = [];
  #current: LabelSource | undefined;
  #asleep = true;
  readonly #nowUs: () => Microseconds;
  readonly #most: number;

  constructor(nowUs: () => Microseconds, most: number = MOST) {
    this.#nowUs = nowUs;
    this.#most = most;
  }

  get current(): LabelSource | undefined {
    return this.#current;
  }

  switchTo(source: LabelSource | undefined): void {
    if (source === this.#current) return;
    this.#current = source;
    if (this.#asleep) return;
    if (this.#stamps.length < this.#most) this.#note(source);
    else if (this.#stamps.length === this.#most) this.#note(UNKNOWN);
  }

  /** Who runs now may have done so for long. */
  wake(): void {
    this.#asleep = false;
    if (this.#current !== undefined) this.#note(this.#current);
  }

  /** Nobody is sampled: nothing is kept of whoever runs. */
  sleep(): void {
    this.#asleep = true;
    this.#stamps = [];
    this.#sources = [];
  }

  /** Asked with ascending stamps. */
  reader(): (stampUs: Microseconds) => LabelSource | undefined {
    let at = -1;
    return (stampUs) => {
      while (at + 1 < this.#stamps.length && (this.#stamps[at + 1] ?? 0) <= stampUs) at++;
      return this.#sources[at];
    };
  }

  /** Nobody will ask for what was before; who ran then is kept, as it may run on. */
  forget(untilUs: Microseconds): void {
    let first = this.#stamps.findIndex((stampUs) => stampUs > untilUs);
    if (first < 0) first = this.#stamps.length;
    const full = this.#stamps.length > this.#most;
    const last = first - 1;
    this.#stamps = this.#stamps.slice(Math.max(0, last));
    this.#sources = this.#sources.slice(Math.max(0, last));
    if (!full) return;
    // There is room again: who runs now is known.
    this.#note(this.#current);
  }

  #note(source: LabelSource | undefined): void {
    this.#stamps.push(this.#nowUs());
    this.#sources.push(source);
  }
}
