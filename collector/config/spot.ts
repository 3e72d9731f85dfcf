// Where a value stands, for those who read it: they complain there, and show parts of it without giving secrets away.
import { HIDDEN, printable } from './fault.ts';
import type { Fault } from './fault.ts';

export interface Spot {
  readonly complain: (why: string) => void;
  /** A part of the value, fit for a sentence; never empty. */
  readonly show: (part: string) => string;
}

export interface Place {
  readonly line?: number | undefined;
  readonly section?: string | undefined;
  readonly key?: string | undefined;
  readonly raw?: string | undefined;
  readonly allowed?: string | undefined;
  /** The value must not be seen. */
  readonly hidden: boolean;
}

export function createSpot(place: Place, report: (fault: Fault) => void): Spot {
  const { raw, hidden } = place;
  return {
    complain(why) {
      report(faultAt(place, why));
    },
    show(part) {
      if (hidden) return HIDDEN;
      if (part === '') return '""';
      // What is not written in the file came from the environment, where secrets live.
      return raw?.includes(part) === true ? printable(part) : '(from the environment)';
    },
  };
}

export function faultAt({ line, section, key, raw, allowed, hidden }: Place, why: string): Fault {
  return {
    ...(line === undefined ? {} : { line }),
    ...(section === undefined ? {} : { section: printable(section) }),
    ...(key === undefined ? {} : { key: printable(key) }),
    ...(raw === undefined ? {} : { value: hidden ? HIDDEN : printable(raw) }),
    why,
    ...(allowed === undefined ? {} : { allowed }),
  };
}
