// How many objects of the classes that a service tracks there were over time, and their bytes where those are known.
import type { NumberSeries, Range } from '../../collector/store/contract.ts';
import type { ClassesAnswer, TrackedClass } from '../api.ts';
import type { Selection } from '../selection.ts';
import { damageOf } from '../spare.ts';
import type { SparingReader } from '../spare.ts';
import { alignedTo, MOST_STEPS, stepFor } from '../timeline.ts';
import { processFacts } from './measures.ts';

const NAME = /^class\.(.+)\.(count|bytes)$/s;
const MOST_CLASSES = 200;

/** Of all processes together. */
export async function classesOf(store: SparingReader, selection: Selection, asked: Range): Promise<ClassesAnswer> {
  const stepMs = stepFor(asked, MOST_STEPS);
  const range = alignedTo(asked, stepMs);
  const answer = await store.numbers(processFacts(selection), range, stepMs, 'process');
  const steps = Math.ceil((range.untilMs - range.fromMs) / stepMs);
  const classes = new Map<string, { count: (number | null)[]; bytes: (number | null)[] }>();
  for (const { numbers } of answer.series) add(numbers);
  const sorted = [...classes].map(([name, columns]): TrackedClass => ({ name, ...columns })).sort((a, b) => lastOf(b.bytes) - lastOf(a.bytes) || lastOf(b.count) - lastOf(a.count) || (a.name < b.name ? -1 : 1));
  return { asked, fromMs: range.fromMs, stepMs, classes: sorted.slice(0, MOST_CLASSES), left: Math.max(0, sorted.length - MOST_CLASSES), ...damageOf(answer) };

  function add(numbers: NumberSeries['numbers']): void {
    for (const [key, { count, last }] of Object.entries(numbers)) {
      const [, name, of] = NAME.exec(key) ?? [];
      if (name === undefined || (of !== 'count' && of !== 'bytes')) continue;
      const known = classes.get(name) ?? { count: new Array<null>(steps).fill(null), bytes: new Array<null>(steps).fill(null) };
      classes.set(name, known);
      count.forEach((observed, step) => { if (observed > 0) known[of][step] = (known[of][step] ?? 0) + (last[step] ?? 0); });
    }
  }
}

function lastOf(column: readonly (number | null)[]): number {
  return column.findLast((value) => value !== null) ?? 0;
}
