// Merges named numbers into equal steps of time and groups. Pure.
import type { Numbers } from 'liveprofiler-sampler/wire';
import type { GroupBy, NumberColumns, NumberTimeline } from './contract.ts';
import type { Header } from './header.ts';
import { MAX_NAMES, NumberSums } from './numbers.ts';
import { groupOf } from './timeline.ts';
import type { Grouped, Steps } from './timeline.ts';

export interface NumberRecord extends Grouped {
  readonly header: Pick<Header, 'lastUs'>;
  readonly numbers: Numbers;
}

const COLUMNS = ['min', 'max', 'sum', 'count', 'last'] as const;

export class NumberSteps {
  readonly #steps: Steps;
  readonly #by: GroupBy | undefined;
  readonly #series = new Map<string, Map<number, NumberSums>>();

  constructor(steps: Steps, by: GroupBy | undefined) {
    this.#steps = steps;
    this.#by = by;
  }

  add(step: number, record: NumberRecord): void {
    const name = groupOf(this.#by, record, {});
    const steps = this.#series.get(name) ?? new Map<number, NumberSums>();
    this.#series.set(name, steps);
    const sums = steps.get(step) ?? new NumberSums();
    steps.set(step, sums);
    sums.add(record.numbers, record.key.startUs + record.header.lastUs);
  }

  timeline(): NumberTimeline {
    const { fromMs, stepMs } = this.#steps;
    return { fromMs, stepMs, series: [...this.#series].map(([name, steps]) => ({ name, numbers: this.#columns(steps) })) };
  }

  #columns(steps: ReadonlyMap<number, NumberSums>): Readonly<Record<string, NumberColumns>> {
    const columns = new Map<string, Record<(typeof COLUMNS)[number], number[]>>();
    const zeros = (): number[] => new Array<number>(this.#steps.count).fill(0);
    for (const [step, sums] of steps) {
      for (const [name, summary] of Object.entries(sums.numbers())) {
        if (!columns.has(name) && columns.size >= MAX_NAMES) continue;
        const of = columns.get(name) ?? { min: zeros(), max: zeros(), sum: zeros(), count: zeros(), last: zeros() };
        columns.set(name, of);
        for (const column of COLUMNS) of[column][step] = summary[column];
      }
    }
    return Object.fromEntries(columns);
  }
}
