// Lines over time, over uPlot: dragging chooses a range, pointing reads the lines, marks say what came when. What lines
// tell is the caller's.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Range } from '../../collector/store/contract.ts';
import { isJoined, LINE_COLOURS, tickText, usualGap } from '../view/lines.ts';
import { clockTime } from '../view/units.ts';
import { button, h } from './dom.ts';

export interface PlotView {
  readonly element: HTMLElement;
  show(plotted: Plotted): void;
}

export interface PlotLine {
  /** What it is, whatever it is called. */
  readonly key: string;
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Told while no moment is pointed at. */
  readonly summary: number | null;
  /** By a click on its name it is shown alone. */
  readonly narrows: boolean;
  readonly dashed?: boolean;
  /** Where it lies on others: what is drawn, filled down to the ground; the next line is drawn over it. */
  readonly drawn?: readonly (number | null)[];
}

export interface Plotted {
  readonly asked: Range;
  readonly fromMs: number;
  readonly stepMs: number;
  readonly lines: readonly PlotLine[];
  readonly marks: readonly { readonly text: string; readonly atMs: number }[];
  /** Beside the lines' names. */
  readonly note: string;
  readonly utc: boolean;
}

export interface PlotEvents {
  readonly chosen: (range: Range) => void;
  /** One line is what is wanted. */
  readonly narrowed: (key: string) => void;
  /** By keyboard: back or forth. */
  readonly moved: (by: -1 | 1) => void;
}

export interface PlotOptions extends PlotEvents {
  readonly label: string;
  readonly told: (value: number) => string;
  readonly tick: (value: number) => string;
  /** The axis reaches this at least. */
  readonly least: number;
  readonly heightPx?: number;
  /** Plots of one name show the same moment when one of them is pointed at. */
  readonly together?: string;
  readonly axisPx?: number;
}

const HEIGHT_PX = 120;
/** Narrower than this is a click, not a choice. */
const LEAST_DRAG_PX = 4;
const MOST_TOLD = 5;

export function createPlot({ chosen, narrowed, moved, label, told, tick, least, heightPx = HEIGHT_PX, together, axisPx = 52 }: PlotOptions): PlotView {
  const place = h('div', { class: 'plot', tabindex: '0', role: 'group', 'aria-label': label });
  const legend = h('ul', { class: 'lines', 'aria-label': 'Lines' });
  const moment = h('span', { class: 'quiet' });
  const note = h('span', { class: 'quiet' });
  const element = h('div', {}, place, h('div', { class: 'lines-row' }, legend, h('p', { class: 'moment' }, moment, note)));
  place.style.height = `${heightPx}px`;
  let plot: uPlot | undefined;
  /** What the plot was made for: other lines or another clock need another plot. */
  let made = '';
  let shown: Plotted | undefined;
  let values: HTMLElement[] = [];

  place.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowLeft') moved(-1);
    if (key === 'ArrowRight') moved(1);
  });
  new ResizeObserver(() => { if (place.clientWidth > 0) plot?.setSize({ width: place.clientWidth, height: heightPx }); }).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { plot?.redraw(false); });

  return {
    element,
    show(plotted) {
      shown = plotted;
      const { lines, utc } = plotted;
      const columns = columnsOf(plotted);
      const wanted = JSON.stringify([lines.map(({ key, name, narrows, dashed }) => [key, name, narrows, dashed]), utc]);
      if (wanted !== made || plot === undefined) {
        plot?.destroy();
        plot = new uPlot(optionsFor(plotted), columns, place);
        made = wanted;
        listLines(lines);
      } else if (plot.select.width === 0) plot.setData(columns);
      showValues(lines.map(({ summary }) => summary));
      moment.textContent = '';
      note.textContent = plotted.note;
      place.setAttribute('aria-label', `${label}: ${lines.slice(0, MOST_TOLD).map(({ name, summary }) => `${name} ${words(summary)}`).join(', ')}.${marked(plotted.marks, utc)} Drag to choose a range; the left and right arrows move through time.`);
    },
  };

  function optionsFor({ lines, utc }: Plotted): uPlot.Options {
    return {
      width: Math.max(120, place.clientWidth),
      height: heightPx,
      padding: [10, 18, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
        ...(together === undefined ? {} : { sync: { key: together, setSeries: false, filters: { pub: isMove, sub: isMove } } }),
      },
      ...(utc ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') } : {}),
      scales: {
        x: { range: () => [(shown?.asked.fromMs ?? 0) / 1000, (shown?.asked.untilMs ?? 1) / 1000] },
        y: { range: (_plot, _least, most) => [0, Math.max(least, most * 1.1)] },
      },
      axes: [axis({ space: 70, size: 32, values: (_plot, splits, _axis, _space, increment) => splits.map((split) => tickText(split, increment, utc)) }), axis({ size: axisPx, space: 28, values: (_plot, splits) => splits.map(tick) })],
      series: [{}, ...lines.map(({ dashed = false, drawn: stacked }, index): uPlot.Series => ({
        stroke: () => colourOf(index),
        width: 1.5,
        ...(stacked === undefined ? {} : { fill: () => colourOf(index) }),
        ...(dashed || index >= LINE_COLOURS ? { dash: [6, 3] } : {}),
        points: { size: 4 },
        gaps: (drawn, series, _first, _last, empty) => {
          const usual = usualGap((drawn.data[series] ?? []) as readonly (number | null)[]);
          const stepPx = drawn.valToPos((shown?.stepMs ?? 0) / 1000, 'x', true) - drawn.valToPos(0, 'x', true);
          return empty.filter(([from, to]) => !isJoined((to - from) / stepPx, usual));
        },
      }))],
      hooks: {
        draw: [drawMarks],
        setCursor: [({ cursor: { idx }, data }) => { point(idx ?? undefined, data, utc); }],
        setSelect: [(drawn) => {
          const { left, width } = drawn.select;
          if (width < LEAST_DRAG_PX) return;
          const range = { fromMs: drawn.posToVal(left, 'x') * 1000, untilMs: drawn.posToVal(left + width, 'x') * 1000 };
          drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          chosen(range);
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

  function drawMarks(drawn: uPlot): void {
    const { ctx, bbox } = drawn;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = styled('--ink');
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const { text, atMs } of shown?.marks ?? []) {
      const x = drawn.valToPos(atMs / 1000, 'x', true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillText(text.slice(0, 24), x + 3 * devicePixelRatio, bbox.top + 8 * devicePixelRatio);
    }
    ctx.restore();
  }

  function listLines(lines: readonly PlotLine[]): void {
    values = lines.map(() => h('span', { class: 'value' }));
    legend.replaceChildren(...lines.map(({ key, name, narrows }, index) => {
      const swatch = h('span', { class: `swatch series-${index % LINE_COLOURS}` });
      const label = narrows ? button(name, () => { narrowed(key); }, { class: 'plain', title: 'Show this one alone' }) : h('span', {}, name);
      return h('li', {}, swatch, label, values[index]);
    }));
  }

  function point(step: number | undefined, columns: uPlot.AlignedData, utc: boolean): void {
    const second = step === undefined ? undefined : columns[0][step];
    const here = second === undefined ? [] : (shown?.marks ?? []).filter(({ atMs }) => Math.abs(atMs - second * 1000) < (shown?.stepMs ?? 0));
    moment.textContent = second === undefined ? '' : `${[clockTime(second * 1000, utc), ...here.map(({ text }) => text)].join(' · ')} `;
    if (step === undefined || second === undefined) showValues(shown?.lines.map(({ summary }) => summary) ?? []);
    else showValues(shown?.lines.map(({ values: column }) => column[step]) ?? []);
  }

  function showValues(now: readonly (number | null | undefined)[]): void {
    values.forEach((value, index) => { value.textContent = ` ${words(now[index])}`; });
  }

  function words(value: number | null | undefined): string {
    return value === null || value === undefined ? '–' : told(value);
  }
}

function marked(marks: Plotted['marks'], utc: boolean): string {
  return marks.length === 0 ? '' : ` Marked: ${marks.map(({ text, atMs }) => `${text} at ${clockTime(atMs, utc)}`).join(', ')}.`;
}

/** Seconds since 1970, then a column per line; null where nothing was told. */
function columnsOf({ fromMs, stepMs, lines }: Plotted): [number[], ...(number | null)[][]] {
  const steps = Math.max(0, ...lines.map(({ values }) => values.length));
  return [Array.from({ length: steps }, (_, step) => (fromMs + step * stepMs) / 1000), ...lines.map(({ values, drawn = values }) => [...drawn])];
}

/** Of what one plot tells the others: dragging is of one alone. */
function isMove(type: string): boolean {
  return type === 'mousemove' || type === 'mouseleave';
}
