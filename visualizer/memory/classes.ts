// How many objects of the classes that a service tracks there were over time, their bytes where those are known, and
// the moments that it marked.
import type { NumberSeries, Range } from '../../collector/store/contract.ts';
import type { ClassesAnswer, TrackedClass } from '../api.ts';
import type { Selection } from '../selection.ts';
import { damageOf } from '../spare.ts';
import type { SparingReader } from '../spare.ts';
import { alignedTo, MOST_STEPS, stepFor } from '../timeline.ts';
import { processFacts } from './measures.ts';

const NAME = /^class\.(.+)\.(count|bytes)$/s;
const MARK = /^mark\.(.+)$/s;
const MOST_CLASSES = 200;
const MOST_MARKS = 50;
/** A window belongs to the step that it begins in. */
const LONGEST_WINDOW_MS = 5 * 60_000;

/** Of all processes together. */
export async function classesOf(store: SparingReader, selection: Selection, asked: Range): Promise<ClassesAnswer> {
  const stepMs = stepFor(asked, MOST_STEPS);
  const range = alignedTo(asked, stepMs);
  const answer = await store.numbers(processFacts(selection), range, stepMs, 'process');
  const steps = Math.ceil((range.untilMs - range.fromMs) / stepMs);
  const classes = new Map<string, { count: (number | null)[]; bytes: (number | null)[] }>();
  for (const { numbers } of answer.series) add(numbers);
  const sorted = [...classes].map(([name, columns]): TrackedClass => ({ name, ...columns })).sort((a, b) => lastOf(b.bytes) - lastOf(a.bytes) || lastOf(b.count) - lastOf(a.count) || (a.name < b.name ? -1 : 1));
  return { asked, fromMs: range.fromMs, stepMs, classes: sorted.slice(0, MOST_CLASSES), left: Math.max(0, sorted.length - MOST_CLASSES), marks: marksOf(answer.series.map(({ numbers }) => numbers), range.fromMs, stepMs), ...damageOf(answer) };

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

/** Of marks of one name within a step, the first and the last. A host's clock moves none to where its window cannot be. */
function marksOf(all: readonly NumberSeries['numbers'][], fromMs: number, stepMs: number): ClassesAnswer['marks'] {
  const marks = all.flatMap((numbers) => Object.entries(numbers).flatMap(([key, { count, min, max }]) => {
    const name = MARK.exec(key)?.[1];
    return name === undefined ? [] : count.flatMap((observed, step) => {
      const startMs = fromMs + step * stepMs;
      const moments = observed === 0 ? [] : [min[step] ?? startMs, max[step] ?? startMs].map((ms) => Math.max(startMs, Math.min(ms, startMs + stepMs + LONGEST_WINDOW_MS)));
      return [...new Set(moments)].map((atMs) => ({ name, atMs }));
    });
  }));
  return marks.sort((a, b) => a.atMs - b.atMs).slice(-MOST_MARKS);
}

function lastOf(column: readonly (number | null)[]): number {
  return column.findLast((value) => value !== null) ?? 0;
}
