// Hosts behind one name of the DNS that lead to one process: by an A and an AAAA record, say. One of them reads it, for all.
// Invariant: they share one memory, kept under the name of each, so whoever reads next goes on where the last one was.
import type { HostMemory } from './store/contract.ts';

/** What is remembered of a process, or of those that answer together. */
export interface Reading {
  memory: HostMemory | undefined;
  /** The host that reads it; undefined when none does, and the next one that asks will. */
  reader: string | undefined;
  /** Hosts that lead or led to it. */
  readonly names: Set<string>;
}

/** Of one name of the DNS. */
export interface Kin {
  /** The reading that these processes belong to: `own`, where one of them does. */
  find(boots: readonly string[], own: Reading): Reading | undefined;
  /** This host leads to what is read here, and to nothing else. */
  lead(name: string, reading: Reading): void;
  claim(boots: readonly string[], reading: Reading): void;
}

/** What nobody has seen for longest is forgotten above this. */
const MOST_BOOTS = 10_000;
const MOST_NAMES = 10_000;

export function createKin(): Kin {
  const byBoot = new Map<string, Reading>();
  const byName = new Map<string, Reading>();
  return {
    find(boots, own) {
      const found = boots.flatMap((boot) => byBoot.get(boot) ?? []);
      return found.includes(own) ? own : found[0];
    },
    lead(name, reading) {
      byName.get(name)?.names.delete(name);
      reading.names.add(name);
      note(byName, name, reading);
      for (const [oldest, { names }] of byName) {
        if (byName.size <= MOST_NAMES) break;
        byName.delete(oldest);
        names.delete(oldest);
      }
    },
    claim(boots, reading) {
      for (const boot of boots) note(byBoot, boot, reading);
      for (const oldest of byBoot.keys()) {
        if (byBoot.size <= MOST_BOOTS) break;
        byBoot.delete(oldest);
      }
    },
  };
}

/** Those that were seen last come last. */
function note(known: Map<string, Reading>, key: string, reading: Reading): void {
  known.delete(key);
  known.set(key, reading);
}

export function newReading(name: string, memory?: HostMemory): Reading {
  return { memory, reader: undefined, names: new Set([name]) };
}
