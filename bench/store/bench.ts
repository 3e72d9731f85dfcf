// What every measurement is given.
import type { Material } from './material.ts';
import type { ProgramName } from './programs.ts';

export interface Bench {
  readonly materials: ReadonlyMap<ProgramName, Material>;
  /** Everything small: to see that it runs, not to publish. */
  readonly quick: boolean;
}

export function materialFor(materials: Bench['materials'], name: ProgramName): Material {
  const found = materials.get(name);
  if (found === undefined) throw new Error(`${name} was not recorded`);
  return found;
}
