// The ancestors' totals as rows: `func(module);func(module)` with a count, folded into one table. Nothing is dropped
// without being counted: what cannot be read is `malformed`.
import { MAX_STACK_DEPTH } from 'liveprofiler-sampler/wire';
import type { Frame, Microseconds, StackProfile } from 'liveprofiler-sampler/wire';
import { PullFailure } from '../failures.ts';

/** What an ancestor's sampler counted since it was last asked, or since its start. */
export interface Totals {
  readonly elapsedUs: Microseconds;
  readonly profile: StackProfile;
  readonly samples: number;
  readonly weightUs: Microseconds;
  /** Entries that could not be read and are in no row. */
  readonly malformed: number;
}

export interface Entry {
  readonly stack: unknown;
  readonly count: unknown;
}

const MAX_NAME_LENGTH = 4096;
/** Far above any process's life and any sampler's interval; keeps sums exact. */
const MAX_ELAPSED_S = 100 * 365 * 86_400;
const MAX_GRANULARITY_S = 3600;
const MODULE = /^(.*)\(([^()]*)\)$/s;

/** @throws PullFailure when the times are none. */
export function foldTotals(elapsedS: unknown, granularityS: unknown, entries: Iterable<Entry>): Totals {
  const elapsedUs = Math.round(seconds(elapsedS, 'elapsed', MAX_ELAPSED_S) * 1e6);
  const granularityUs = seconds(granularityS, 'granularity', MAX_GRANULARITY_S) * 1e6;
  const table = createTable();
  const counts = new Map<number, number>();
  let malformed = 0;
  let samples = 0;
  for (const { stack, count } of entries) {
    const names = typeof stack === 'string' && stack !== '' ? stack.split(';', MAX_STACK_DEPTH + 1) : [];
    const usable = typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 && (samples + count) * granularityUs < 2 ** 51;
    if (!usable || names.length === 0 || names.length > MAX_STACK_DEPTH || names.some((name) => name.length > MAX_NAME_LENGTH)) {
      malformed++;
      continue;
    }
    const leaf = names.reduce((parent, name) => table.push(parent, name), 0);
    counts.set(leaf, (counts.get(leaf) ?? 0) + count);
    samples += count;
  }
  const weight = [...counts.values()].map((count) => Math.round(count * granularityUs));
  return {
    elapsedUs,
    samples,
    weightUs: weight.reduce((sum, one) => sum + one, 0),
    malformed,
    profile: {
      ...table,
      labelSets: [{}],
      rows: { stack: [...counts.keys()], labels: weight.map(() => 0), count: [...counts.values()], weight },
    },
  };
}

/** `func(module)`; a name that is written otherwise is kept whole. */
function readFrame(text: string): Frame {
  const [, name = text, url = ''] = MODULE.exec(text) ?? [];
  return { name, url, line: 0, column: 0 };
}

function seconds(value: unknown, what: string, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  throw new PullFailure('not-a-profile', `The answer's ${what} is ${String(value).slice(0, 40)}, not seconds from 0 to ${most}.`);
}

function createTable(): Pick<StackProfile, 'frames' | 'stacks'> & { push(parent: number, text: string): number } {
  const frames: Frame[] = [];
  const stacks = { parent: [0], frame: [0] };
  const frameIds = new Map<string, number>();
  const stackIds = new Map<string, number>();
  return {
    frames,
    stacks,
    push(parent, text) {
      const frame = frameIds.get(text) ?? frames.push(readFrame(text)) - 1;
      frameIds.set(text, frame);
      const key = `${parent} ${frame}`;
      const known = stackIds.get(key);
      if (known !== undefined) return known;
      stacks.frame.push(frame);
      const stack = stacks.parent.push(parent) - 1;
      stackIds.set(key, stack);
      return stack;
    },
  };
}
