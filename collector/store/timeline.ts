// Sums windows, by what their headers tell, into equal steps of time and groups. Pure.
import type { Labels } from 'liveprofiler-sampler/wire';
import type { GroupBy, Range, Timeline } from './contract.ts';
import { StoreError } from './errors.ts';
import type { WindowKey } from './keys.ts';
import { labelOf } from './select.ts';

const MAX_STEPS = 20_000;

export interface TimelineWindow {
  readonly key: Pick<WindowKey, 'host' | 'boot' | 'thread' | 'startUs'>;
  readonly durationUs: number;
  readonly processLabels: Labels;
  readonly threadName: string;
  /** What the chosen rows sum up to, per label set of samples. */
  readonly totals: readonly { readonly weight: number; readonly sample: Labels }[];
  readonly idleUs: number;
}

interface Sums {
  readonly busy: number[];
  readonly idle: number[];
  readonly coveredUs: number[];
}

export class TimelineSums {
  readonly #range: Range;
  readonly #stepMs: number;
  readonly #by: GroupBy | undefined;
  readonly #steps: number;
  readonly #series = new Map<string, Sums>();

  /** @throws StoreError STORE_BAD_REQUEST for a step that is none or makes more than 20,000 of them. */
  constructor(range: Range, stepMs: number, by: GroupBy | undefined) {
    this.#steps = Math.ceil((range.untilMs - range.fromMs) / stepMs);
    if (!(stepMs > 0) || !(this.#steps <= MAX_STEPS)) {
      throw new StoreError('STORE_BAD_REQUEST', `A step of ${stepMs} ms does not cut this range into 1 to ${MAX_STEPS} parts: take a longer step or a shorter range.`);
    }
    this.#range = range;
    this.#stepMs = stepMs;
    this.#by = by;
  }

  add(window: TimelineWindow): void {
    const step = Math.floor((window.key.startUs / 1000 - this.#range.fromMs) / this.#stepMs);
    const whole = this.#sums(this.#group(window, {}));
    whole.idle[step] = (whole.idle[step] ?? 0) + window.idleUs;
    whole.coveredUs[step] = (whole.coveredUs[step] ?? 0) + window.durationUs;
    for (const { weight, sample } of window.totals) {
      const sums = this.#sums(this.#group(window, sample));
      sums.busy[step] = (sums.busy[step] ?? 0) + weight;
    }
  }

  timeline(): Timeline {
    return { fromMs: this.#range.fromMs, stepMs: this.#stepMs, series: [...this.#series].map(([name, sums]) => ({ name, ...sums })) };
  }

  #sums(name: string): Sums {
    const known = this.#series.get(name);
    if (known !== undefined) return known;
    const zeros = (): number[] => new Array<number>(this.#steps).fill(0);
    const fresh = { busy: zeros(), idle: zeros(), coveredUs: zeros() };
    this.#series.set(name, fresh);
    return fresh;
  }

  #group({ key, processLabels, threadName }: TimelineWindow, sample: Labels): string {
    if (this.#by === undefined) return '';
    if (this.#by === 'host') return key.host;
    if (this.#by === 'process') return key.boot;
    if (this.#by === 'thread') return `${threadName} (${key.boot}/${key.thread})`;
    return labelOf(this.#by.label, processLabels, sample) ?? '';
  }
}
