// The lines over time, over uPlot: dragging chooses a range, a marker says where a version came.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Range } from '../../collector/store/contract.ts';
import type { TimelineAnswer } from '../api.ts';
import { columnsOf, isJoined, LINE_COLOURS, meanOf, nameOf, tickText, usualGap } from '../view/lines.ts';
import { clockTime, percent } from '../view/units.ts';
import { button, h } from './dom.ts';

export interface TimelineView {
  readonly element: HTMLElement;
  show(answer: TimelineAnswer, options: { readonly by: string; readonly utc: boolean }): void;
}

export interface TimelineEvents {
  readonly chosen: (range: Range) => void;
  /** One line is what is wanted. */
  readonly narrowed: (name: string) => void;
  /** By keyboard: back or forth. */
  readonly moved: (by: -1 | 1) => void;
}

const HEIGHT_PX = 120;
/** Narrower than this is a click, not a choice. */
const LEAST_DRAG_PX = 4;

export function createTimeline(events: TimelineEvents): TimelineView {
  const place = h('div', { class: 'plot', tabindex: '0', role: 'group', 'aria-label': 'Busy over time' });
  const legend = h('ul', { class: 'lines', 'aria-label': 'Lines' });
  const moment = h('span', { class: 'quiet' });
  const versions = h('span', { class: 'quiet' });
  const element = h('section', { class: 'timeline', 'aria-label': 'Over time', hidden: '' }, place, h('div', { class: 'lines-row' }, legend, h('p', { class: 'moment' }, moment, versions)));
  let plot: uPlot | undefined;
  /** What the plot was made for: other lines or another clock need another plot. */
  let made = '';
  let shown: TimelineAnswer | undefined;
  let values: HTMLElement[] = [];

  place.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowLeft') events.moved(-1);
    if (key === 'ArrowRight') events.moved(1);
  });
  new ResizeObserver(() => { plot?.setSize({ width: place.clientWidth, height: HEIGHT_PX }); }).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { plot?.redraw(false); });

  return {
    element,
    show(answer, { by, utc }) {
      shown = answer;
      element.hidden = false;
      const names = answer.lines.map((line) => nameOf(line, by));
      const columns = columnsOf(answer);
      const means = answer.lines.map(meanOf);
      const wanted = JSON.stringify([names, utc]);
      if (wanted !== made || plot === undefined) {
        plot?.destroy();
        plot = new uPlot(optionsFor(names, utc), columns, place);
        made = wanted;
        listLines(answer, names, by);
      } else if (plot.select.width === 0) plot.setData(columns);
      showValues(means);
      moment.textContent = '';
      versions.textContent = answer.versions.map(({ version, atMs }) => `version ${version} since ${clockTime(atMs, utc)}`).join(' · ');
      place.setAttribute('aria-label', `Busy over time: ${names.slice(0, 5).map((name, index) => `${name} ${shareText(means[index])}`).join(', ')}. Drag to choose a range; the left and right arrows move through time.`);
    },
  };

  function optionsFor(names: readonly string[], utc: boolean): uPlot.Options {
    return {
      width: Math.max(120, place.clientWidth),
      height: HEIGHT_PX,
      padding: [10, 6, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      ...(utc ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') } : {}),
      scales: {
        x: { range: () => [(shown?.asked.fromMs ?? 0) / 1000, (shown?.asked.untilMs ?? 1) / 1000] },
        y: { range: (_plot, _least, most) => [0, Math.max(0.01, most * 1.1)] },
      },
      axes: [axis({ space: 70, size: 32, values: (_plot, splits, _axis, _space, increment) => splits.map((split) => tickText(split, increment, utc)) }), axis({ size: 52, space: 28, values: (_plot, splits) => splits.map((split) => `${Number((split * 100).toFixed(2))} %`) })],
      series: [{}, ...names.map((_, index): uPlot.Series => ({
        stroke: () => colourOf(index),
        width: 1.5,
        ...(index >= LINE_COLOURS ? { dash: [6, 3] } : {}),
        points: { size: 4 },
        gaps: (drawn, series, _first, _last, empty) => {
          const usual = usualGap((drawn.data[series] ?? []) as readonly (number | null)[]);
          const stepPx = drawn.valToPos((shown?.stepMs ?? 0) / 1000, 'x', true) - drawn.valToPos(0, 'x', true);
          return empty.filter(([from, to]) => !isJoined((to - from) / stepPx, usual));
        },
      }))],
      hooks: {
        draw: [drawVersions],
        setCursor: [({ cursor: { idx }, data }) => { point(idx ?? undefined, data, utc); }],
        setSelect: [(drawn) => {
          const { left, width } = drawn.select;
          if (width < LEAST_DRAG_PX) return;
          const range = { fromMs: drawn.posToVal(left, 'x') * 1000, untilMs: drawn.posToVal(left + width, 'x') * 1000 };
          drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          events.chosen(range);
        }],
      },
    };
  }

  function axis(more: uPlot.Axis): uPlot.Axis {
    return { stroke: () => styled('--quiet'), grid: { stroke: () => styled('--line'), width: 1 }, ticks: { stroke: () => styled('--line'), width: 1, size: 4 }, font: '11px system-ui, sans-serif', ...more };
  }

  function styled(name: string): string {
    return getComputedStyle(place).getPropertyValue(name).trim();
  }

  function colourOf(index: number): string {
    return styled(`--series-${index % LINE_COLOURS}`);
  }

  function drawVersions(drawn: uPlot): void {
    const { ctx, bbox } = drawn;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = styled('--ink');
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const { version, atMs } of shown?.versions ?? []) {
      const x = drawn.valToPos(atMs / 1000, 'x', true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillText(version.slice(0, 24), x + 3 * devicePixelRatio, bbox.top + 8 * devicePixelRatio);
    }
    ctx.restore();
  }

  function listLines({ lines }: TimelineAnswer, names: readonly string[], by: string): void {
    values = lines.map(() => h('span', { class: 'value' }));
    legend.replaceChildren(...lines.map((line, index) => {
      const name = names[index] ?? '';
      const swatch = h('span', { class: `swatch series-${index % LINE_COLOURS}` });
      const label = by === '' || line.name === '' || line.others !== undefined ? h('span', {}, name) : button(name, () => { events.narrowed(line.name); }, { class: 'plain', title: 'Show this one alone' });
      return h('li', {}, swatch, label, values[index]);
    }));
  }

  function point(step: number | undefined, columns: uPlot.AlignedData, utc: boolean): void {
    const second = step === undefined ? undefined : columns[0][step];
    moment.textContent = second === undefined ? '' : `${clockTime(second * 1000, utc)} `;
    if (step === undefined || second === undefined) showValues(shown?.lines.map(meanOf) ?? []);
    else showValues(columns.slice(1).map((column) => column[step]));
  }

  function showValues(shares: readonly (number | null | undefined)[]): void {
    values.forEach((value, index) => { value.textContent = ` ${shareText(shares[index])}`; });
  }
}

function shareText(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : percent(share);
}
