// What looking at a source once tells.
import type { Target } from '../target.ts';

export interface Found {
  /** All hosts that it names now; undefined: those of the look before, as far as is known. */
  readonly targets?: readonly Target[] | undefined;
  readonly trouble?: Trouble | undefined;
}

/** One sentence or two, fit for a log; troubles of one code are told once. */
export interface Trouble {
  readonly code: string;
  readonly sentence: string;
}

/** Never rejects. */
export type Look = () => Promise<Found>;

/** Of one source; what is above is not asked, and told. */
export const MOST_TARGETS = 2000;

export function cutTrouble(source: string, count: number): Trouble | undefined {
  return count <= MOST_TARGETS ? undefined : { code: 'too-many', sentence: `${source} names ${count} hosts, and only the first ${MOST_TARGETS} are asked: divide it.` };
}
