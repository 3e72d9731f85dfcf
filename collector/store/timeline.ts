// Sums records, by what their headers tell, into equal steps of time and groups. Pure.
import type { Labels } from 'liveprofiler-sampler/wire';
import type { GroupBy, Range, Timeline } from './contract.ts';
import { StoreError } from './errors.ts';
import type { Header } from './header.ts';
import type { WindowKey } from './keys.ts';
import { labelOf } from './select.ts';
import { carried, product, quotient } from './wide.ts';
import type { Wide } from './wide.ts';

const MAX_STEPS = 20_000;

export interface Steps {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** @throws StoreError STORE_BAD_REQUEST for a step that is none or makes more than 20,000 of them. */
export function stepsOf({ fromMs, untilMs }: Range, stepMs: number): Steps {
  const count = Math.ceil((untilMs - fromMs) / stepMs);
  if (!(stepMs > 0) || !(count <= MAX_STEPS)) {
    throw new StoreError('STORE_BAD_REQUEST', `A step of ${stepMs} ms does not cut this range into 1 to ${MAX_STEPS} parts: take a longer step or a shorter range.`);
  }
  return { fromMs, stepMs, count };
}

/** What a series is called by. */
export interface Grouped {
  readonly key: Pick<WindowKey, 'host' | 'boot' | 'thread' | 'startUs'>;
  readonly processLabels: Labels;
  readonly threadName: string;
}

export interface TimelineRecord extends Grouped {
  readonly header: Pick<Header, 'averages' | 'rolled' | 'coveredUs' | 'firstUs' | 'lastUs'>;
  /** What the chosen rows sum up to, per label set of samples. */
  readonly totals: readonly (Wide & { readonly sample: Labels })[];
  readonly idleUs: number;
}

interface Sums {
  readonly busy: number[];
  readonly idle: number[];
  readonly coveredUs: number[];
  /** Integrals of levels, by step, and the time they are averaged over. */
  readonly levels: Map<number, { low: number; high: number }>;
}

export class TimelineSums {
  readonly #steps: Steps;
  readonly #by: GroupBy | undefined;
  readonly #series = new Map<string, Sums>();
  /** By step: first start and last end of all records. */
  readonly #extents = new Map<number, [firstUs: number, lastUs: number]>();

  constructor(steps: Steps, by: GroupBy | undefined) {
    this.#steps = steps;
    this.#by = by;
  }

  add(step: number, record: TimelineRecord): void {
    const { key, header, totals, idleUs } = record;
    const whole = this.#sums(groupOf(this.#by, record, {}));
    whole.idle[step] = (whole.idle[step] ?? 0) + idleUs;
    whole.coveredUs[step] = (whole.coveredUs[step] ?? 0) + header.coveredUs;
    const [firstUs, lastUs] = this.#extents.get(step) ?? [Number.POSITIVE_INFINITY, 0];
    this.#extents.set(step, [Math.min(firstUs, key.startUs + header.firstUs), Math.max(lastUs, key.startUs + header.lastUs)]);
    for (const { low, high, sample } of totals) {
      const sums = this.#sums(groupOf(this.#by, record, sample));
      if (!header.averages) sums.busy[step] = (sums.busy[step] ?? 0) + low;
      else {
        const before = sums.levels.get(step) ?? { low: 0, high: 0 };
        const integral = header.rolled ? { low, high } : product(low, header.coveredUs);
        sums.levels.set(step, carried(before.low + integral.low, before.high + integral.high));
      }
    }
  }

  timeline(): Timeline {
    const { fromMs, stepMs } = this.#steps;
    return {
      fromMs,
      stepMs,
      series: [...this.#series].map(([name, { busy, idle, coveredUs, levels }]) => {
        for (const [step, integral] of levels) {
          const [firstUs, lastUs] = this.#extents.get(step) ?? [0, 0];
          busy[step] = (busy[step] ?? 0) + quotient(integral, lastUs - firstUs);
        }
        return { name, busy, idle, coveredUs };
      }),
    };
  }

  #sums(name: string): Sums {
    const known = this.#series.get(name);
    if (known !== undefined) return known;
    const zeros = (): number[] => new Array<number>(this.#steps.count).fill(0);
    const fresh = { busy: zeros(), idle: zeros(), coveredUs: zeros(), levels: new Map<number, { low: number; high: number }>() };
    this.#series.set(name, fresh);
    return fresh;
  }
}

export function groupOf(by: GroupBy | undefined, { key, processLabels, threadName }: Grouped, sample: Labels): string {
  if (by === undefined) return '';
  if (by === 'host') return key.host;
  if (by === 'process') return key.boot;
  if (by === 'thread') return `${threadName} (${key.boot}/${key.thread})`;
  return labelOf(by.label, processLabels, sample) ?? '';
}
