// How far what was sampled may be from what was done. Pure.
import type { Told } from './child.ts';

export interface Part {
  readonly name: string;
  readonly share: number;
  readonly sampled: number;
  /** How far apart they may be: four standard errors and half a point. */
  readonly allowed: number;
}

const ERRORS = 4;
const HALF_A_POINT = 0.005;
const GARBAGE = '(garbage collector)';

/** Shares among the parts that took their own time. What the collector took lies within the part that made the garbage. */
export function partsOf({ spentUs, sampledUs, samples }: Told): Part[] {
  const names = Object.keys(spentUs);
  const sampledOf = (name: string): number => (sampledUs[name] ?? 0) + (name === 'allocates' ? (sampledUs[GARBAGE] ?? 0) : 0);
  const [allSpent, allSampled] = [names.reduce((sum, name) => sum + (spentUs[name] ?? 0), 0), names.reduce((sum, name) => sum + sampledOf(name), 0)];
  return names.map((name) => {
    const share = (spentUs[name] ?? 0) / allSpent;
    return { name, share, sampled: sampledOf(name) / allSampled, allowed: samplingError(share, samples) + HALF_A_POINT };
  });
}

export function samplingError(share: number, samples: number): number {
  return ERRORS * Math.sqrt((share * (1 - share)) / samples);
}

/** How far the time accounted for is from the time that passed, as a share of it. */
export function unaccounted({ elapsedUs, accountedUs }: Told): number {
  return Math.abs(accountedUs - elapsedUs) / elapsedUs;
}
