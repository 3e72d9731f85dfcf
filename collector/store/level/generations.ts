// Tells answers that may differ apart: what a range answers is the same as long as its generation is. Windows count for
// the day they came for, so that what comes today leaves last week's answers alone. Drawn anew at every opening.
import { randomBytes } from 'node:crypto';
import type { Range, Window } from '../contract.ts';

const DAY_MS = 86_400_000;

export class Generations {
  readonly #opening: string = randomBytes(9).toString('base64url');
  /** By day since 1970. */
  readonly #days = new Map<number, number>();
  #whole = 0;

  appended(windows: readonly Window[]): void {
    for (const day of new Set(windows.map(({ startUs }) => Math.floor(startUs / 1000 / DAY_MS)))) this.#days.set(day, (this.#days.get(day) ?? 0) + 1);
  }

  /** Any range may answer otherwise. */
  changed(): void {
    this.#whole++;
  }

  /** Counts only grow: equal texts mean that nothing happened in between. */
  of(range: Range | undefined): string {
    const from = range === undefined ? Number.NEGATIVE_INFINITY : Math.floor(range.fromMs / DAY_MS);
    const until = range === undefined ? Number.POSITIVE_INFINITY : Math.ceil(range.untilMs / DAY_MS);
    let sum = 0;
    for (const [day, count] of this.#days) if (day >= from && day < until) sum += count;
    return `${this.#opening}.${this.#whole}.${sum}`;
  }
}
