// How busy what was chosen was, over time: a line each, and marks where versions came.
import type { TimelineAnswer } from '../api.ts';
import { meanOf, nameOf, sharesOf } from '../view/lines.ts';
import { clockTime, percent } from '../view/units.ts';
import { h } from './dom.ts';
import type { PlotEvents } from './plot.ts';
import { createPlot } from './plot.ts';

export interface TimelineView {
  readonly element: HTMLElement;
  show(answer: TimelineAnswer, options: { readonly by: string; readonly utc: boolean }): void;
}

export function createTimeline(events: PlotEvents): TimelineView {
  const plot = createPlot({ ...events, label: 'Busy over time', told: percent, tick: (share) => `${Number((share * 100).toFixed(2))} %`, least: 0.01 });
  const element = h('section', { class: 'timeline', 'aria-label': 'Over time', hidden: '' }, plot.element);
  return {
    element,
    show(answer, { by, utc }) {
      element.hidden = false;
      plot.show({
        ...answer,
        utc,
        lines: answer.lines.map((line) => ({ key: line.name, name: nameOf(line, by), values: sharesOf(line), summary: meanOf(line), narrows: by !== '' && line.name !== '' && line.others === undefined })),
        marks: answer.versions.map(({ version, atMs }) => ({ text: version, atMs })),
        note: answer.versions.map(({ version, atMs }) => `version ${version} since ${clockTime(atMs, utc)}`).join(' · '),
      });
    },
  };
}
