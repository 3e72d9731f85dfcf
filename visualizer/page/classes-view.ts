// The classes that a service tracks: on top of each other over time, and what one moment has more than another.
import type { ClassesAnswer } from '../api.ts';
import type { ClassMeasure, ClassRow, ClassStep } from '../view/class-rows.ts';
import { classRows, measuresOf, momentsOf, nearest, stackedOf } from '../view/class-rows.ts';
import type { MemoryState } from '../view/memory-state.ts';
import { bytes, clockTime, percent } from '../view/units.ts';
import { button, h, segments } from './dom.ts';
import type { PlotEvents, PlotView } from './plot.ts';
import { createPlot } from './plot.ts';

export interface ClassesView {
  readonly element: HTMLElement;
  /** Hidden where no class is tracked. */
  show(answer: ClassesAnswer | undefined, state: MemoryState): void;
}

const CHART_PX = 200;
const instances = (count: number): string => Math.round(count).toLocaleString('en');

export function createClasses(events: PlotEvents, changed: (change: Pick<Partial<MemoryState>, 'before' | 'after' | 'created'>) => void): ClassesView {
  let of: ClassMeasure = 'count';
  let told: { readonly answer: ClassesAnswer; readonly state: MemoryState } | undefined;
  const plots: Readonly<Record<ClassMeasure, PlotView>> = {
    count: createPlot({ ...events, label: 'Instances over time', told: instances, tick: instances, least: 1, heightPx: CHART_PX, together: 'memory', axisPx: 66 }),
    bytes: createPlot({ ...events, label: 'Bytes over time', told: bytes, tick: bytes, least: 1, heightPx: CHART_PX, together: 'memory', axisPx: 66 }),
  };
  const measure = segments<ClassMeasure>('Told in', { count: 'Instances', bytes: 'Bytes' }, (value) => {
    of = value;
    paint();
  });
  const moment = (name: 'before' | 'after', label: string): HTMLSelectElement => {
    const select = h('select', { name, 'aria-label': label });
    select.addEventListener('change', () => { changed({ [name]: Number(select.value) }); });
    return select;
  };
  const [before, after] = [moment('before', 'Earlier moment'), moment('after', 'Later moment')];
  const body = h('tbody', {});
  const head = h('tr', {}, ...['Class', 'Instances', 'then', 'Bytes', 'then', 'Share', 'Change'].map((name, index) => h('th', { scope: 'col', ...(index === 0 ? {} : { class: 'number' }) }, name)));
  const chart = h('div', {});
  const element = h('section', { class: 'moments', 'aria-label': 'Classes', hidden: '' },
    h('div', { class: 'chart-head' }, h('h2', {}, 'Classes'), h('span', { class: 'quiet' }, 'Objects of the classes that the service tracks, on top of each other'), measure.element), chart,
    h('form', { class: 'controls', 'aria-label': 'Moments' }, h('label', {}, 'From ', before), h('label', {}, 'to ', after)),
    h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Table of classes' }, h('table', { 'aria-label': 'Classes' }, h('thead', {}, head), body)));

  return {
    element,
    show(answer, state) {
      element.hidden = answer === undefined || answer.classes.length === 0;
      if (answer === undefined || element.hidden) return;
      told = { answer, state };
      paint();
    },
  };

  function paint(): void {
    if (told === undefined) return;
    const { answer, state } = told;
    const measures = measuresOf(answer);
    if (!measures.includes(of)) of = 'count';
    measure.element.hidden = measures.length < 2;
    measure.show(of);
    chart.replaceChildren(plots[of].element);
    plots[of].show({
      ...answer,
      utc: state.utc,
      marks: answer.marks.map(({ name, atMs }) => ({ text: name, atMs })),
      note: [answer.left > 0 ? `${answer.left} more classes` : '', ...answer.marks.map(({ name, atMs }) => `${name} at ${clockTime(atMs, state.utc)}`)].filter((part) => part !== '').join(' · '),
      lines: stackedOf(answer, of).map(({ name, values, drawn }) => ({ key: name, name, values, drawn, summary: values.findLast((value) => value !== null) ?? null, narrows: false })),
    });
    const moments = momentsOf(answer);
    const [from, to] = [nearest(moments, state.before, moments[0]), nearest(moments, state.after, moments.at(-1))];
    if (from === undefined || to === undefined) return;
    for (const [select, chosen] of [[before, from], [after, to]] as const) offer(select, moments, chosen, state.utc);
    const focused = body.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
    body.replaceChildren(...classRows(answer, from.step, to.step).map((row) => line(row, button(row.name, () => { changed({ created: row.name === state.created ? '' : row.name }); }, { class: 'plain', 'aria-pressed': String(row.name === state.created), title: 'Where its instances were created' }))));
    if (focused !== undefined) [...body.querySelectorAll('button')].find(({ textContent }) => textContent === focused)?.focus();
  }
}

function offer(select: HTMLSelectElement, moments: readonly ClassStep[], chosen: ClassStep, utc: boolean): void {
  const options = moments.map(({ atMs }) => ({ value: String(atMs), text: clockTime(atMs, utc) }));
  if ([...select.options].map(({ value, text }) => `${value} ${text}`).join('\n') !== options.map(({ value, text }) => `${value} ${text}`).join('\n')) select.replaceChildren(...options.map(({ value, text }) => h('option', { value }, text)));
  select.value = String(chosen.atMs);
}

function line({ before, after, share }: ClassRow, name: HTMLElement): HTMLElement {
  const number = (text: string, more = ''): HTMLElement => h('td', { class: `number ${more}` }, text);
  const change = (after.count ?? 0) - (before.count ?? 0);
  const size = (value: number | undefined): string => (value === undefined ? '–' : bytes(value));
  const count = (value: number | undefined): string => (value === undefined ? '–' : instances(value));
  const grown = after.bytes === undefined || before.bytes === undefined ? '' : `, ${signed(after.bytes - before.bytes, bytes)}`;
  return h('tr', {}, h('th', { scope: 'row', class: 'mono' }, name), number(count(before.count)), number(count(after.count)), number(size(before.bytes)), number(size(after.bytes)), number(percent(share)), number(`${signed(change, instances)}${grown}`, change === 0 ? 'quiet' : 'change'));
}

function signed(value: number, tell: (value: number) => string): string {
  return `${value < 0 ? '−' : '+'}${tell(Math.abs(value))}`;
}
