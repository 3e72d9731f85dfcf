// What was chosen over time, as its kind tells it: how busy it was, what it held, or what it allocated; a line each, and
// marks where versions came.
import type { TimelineAnswer } from '../api.ts';
import { amount, inTime, isLevel, wordsOf } from '../view/kinds.ts';
import { levelOf, levelsOf, meanOf, nameOf, sharesOf } from '../view/lines.ts';
import { clockTime, percent } from '../view/units.ts';
import { h } from './dom.ts';
import type { PlotEvents, PlotView } from './plot.ts';
import { createPlot } from './plot.ts';

export interface TimelineView {
  readonly element: HTMLElement;
  show(answer: TimelineAnswer, options: { readonly by: string; readonly utc: boolean; readonly kind: string }): void;
}

export function createTimeline(events: PlotEvents): TimelineView {
  const element = h('section', { class: 'timeline', 'aria-label': 'Over time', hidden: '' });
  let made: { readonly kind: string; readonly plot: PlotView } | undefined;
  return {
    element,
    show(answer, { by, utc, kind }) {
      element.hidden = false;
      if (made?.kind !== kind) {
        made = { kind, plot: plotOf(events, kind) };
        element.replaceChildren(made.plot.element);
      }
      made.plot.show({
        ...answer,
        utc,
        lines: answer.lines.map((line) => ({
          key: line.name,
          name: nameOf(line, by),
          values: inTime(kind) ? sharesOf(line) : levelsOf(line, kind),
          summary: inTime(kind) ? meanOf(line) : levelOf(line, kind),
          narrows: by !== '' && line.name !== '' && line.others === undefined,
        })),
        marks: answer.versions.map(({ version, atMs }) => ({ text: version, atMs })),
        note: answer.versions.map(({ version, atMs }) => `version ${version} since ${clockTime(atMs, utc)}`).join(' · '),
      });
    },
  };
}

function plotOf(events: PlotEvents, kind: string): PlotView {
  const label = wordsOf(kind).lines;
  if (inTime(kind)) return createPlot({ ...events, label, told: percent, tick: (share) => `${Number((share * 100).toFixed(2))} %`, least: 0.01 });
  const told = (value: number): string => `${amount(value, 'us', kind)}${isLevel(kind) ? '' : '/s'}`;
  return createPlot({ ...events, label, told, tick: told, least: 1, axisPx: 74 });
}
