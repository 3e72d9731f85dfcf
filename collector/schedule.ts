// When each host's turn comes. Turns lie on a fixed grid per host: work time, late timers and other hosts move none.
import { createHash } from 'node:crypto';
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import type { Clock } from './clock.ts';

/** Until every host was asked for the first time; a host that is new is seen within seconds, whatever the interval. */
const FIRST_ROUND_MS = 2000;

export interface Schedule {
  /** Calls `turn` once within two seconds, then at every turn of this name. */
  add(name: string, turn: () => void): void;
  remove(name: string): void;
  stop(): void;
}

export function createSchedule(clock: Clock, intervalMs: Milliseconds): Schedule {
  const cancels = new Map<string, () => void>();
  const remove = (name: string): void => {
    cancels.get(name)?.();
    cancels.delete(name);
  };
  return {
    add(name, turn) {
      remove(name);
      const phaseMs = phaseOf(name, intervalMs);
      // A timer may fire early by the grain of its clock: the next turn counts from the turn due, never from now alone.
      const arm = (dueMs: Milliseconds): void => {
        cancels.set(name, clock.at(dueMs, () => {
          arm(nextTurn(Math.max(dueMs, clock.monotonicMs()), intervalMs, phaseMs));
          turn();
        }));
      };
      arm(clock.monotonicMs() + phaseOf(name, Math.min(FIRST_ROUND_MS, intervalMs)));
    },
    remove,
    stop() {
      for (const name of [...cancels.keys()]) remove(name);
    },
  };
}

/** The first turn after `afterMs` on the grid `phaseMs + k * intervalMs`. */
export function nextTurn(afterMs: Milliseconds, intervalMs: Milliseconds, phaseMs: Milliseconds): Milliseconds {
  return phaseMs + (Math.floor((afterMs - phaseMs) / intervalMs) + 1) * intervalMs;
}

/** A host's place within the interval, in whole ms: the same after a restart, and spread evenly over hosts. */
export function phaseOf(name: string, intervalMs: Milliseconds): Milliseconds {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % Math.max(1, Math.floor(intervalMs));
}
