// For whom something ran. What it is called is asked late, when the window closes: a route is known only after the
// request was routed.
import type { Labels } from '../profile.ts';

export interface LabelSource {
  read(): Labels;
}

/** The one set for all that a window has no room for. */
export const OTHER: Labels = { labels: 'other' };
/** Label sets of one window, `OTHER` aside. */
export const MAX_LABEL_SETS = 200;
const MAX_LABELS = 16;
const MAX_LENGTH = 256;

export function fixed(labels: Labels): LabelSource {
  return { read: () => labels };
}

/** Given by code; holds on to no other of its kind, as who labels in a loop is within all the turns before. */
class Given implements LabelSource {
  readonly base: LabelSource | undefined;
  readonly own: Readonly<Record<string, unknown>>;

  constructor(base: LabelSource | undefined, own: Readonly<Record<string, unknown>>) {
    this.base = base;
    this.own = own;
  }

  read(): Labels {
    return { ...this.base?.read(), ...this.own } as Labels;
  }
}

/** Labels given by code on top of what is known already; the inner one wins. */
export function nested(outer: LabelSource | undefined, given: Readonly<Record<string, unknown>>): LabelSource {
  if (!(outer instanceof Given)) return new Given(outer, { ...given });
  const all = Object.entries({ ...outer.own, ...given });
  return new Given(outer.base, Object.fromEntries(all.length > MAX_LABELS ? all.slice(-MAX_LABELS) : all));
}

/** Fit for the wire: texts within bounds, keys sorted. What is no text, number or truth value is left out. */
export function labelsOf(source: LabelSource): Labels {
  let given: Readonly<Record<string, unknown>>;
  try {
    given = source.read();
  } catch {
    // Getters of a stranger's object: then nothing is known.
    return {};
  }
  const entries = Object.entries(given)
    .filter(([key, value]) => key !== '' && key.length <= MAX_LENGTH && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'))
    .map(([key, value]) => [key, String(value).slice(0, MAX_LENGTH)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.slice(0, MAX_LABELS));
}
