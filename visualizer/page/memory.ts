// The page of memory: what processes tell of themselves over time, and what grows on and on, in words.
import type { ClassesAnswer, LeaksAnswer, MemoryAnswer } from '../api.ts';
import { titleOf } from '../selection.ts';
import { damageWords } from '../view/damage.ts';
import { nothingTold } from '../view/empty.ts';
import { chartedOf, CHARTS, TOLD } from '../view/memory-charts.ts';
import type { MemoryState } from '../view/memory-state.ts';
import { memoryAddress, readMemory } from '../view/memory-state.ts';
import { shifted, textsOf, widened } from '../view/range.ts';
import { selectedBy } from '../view/shares.ts';
import { questionOf } from '../view/state.ts';
import { clockTime } from '../view/units.ts';
import { ask } from './ask.ts';
import { createAsking } from './asking.ts';
import { createChooser } from './chooser.ts';
import { createClasses } from './classes-view.ts';
import { createControls } from './controls.ts';
import { button, h } from './dom.ts';
import { createLeaks } from './leaks-view.ts';
import { createPageLinks } from './page-links.ts';
import type { PlotEvents, PlotView } from './plot.ts';
import { createPlot } from './plot.ts';

const HOUR_MS = 3_600_000;
const CHART_PX = 150;
/** Looks back for days; what it tells does not change within a minute. */
const LEAKS_EVERY_MS = 60_000;

export function showMemory(app: HTMLElement, host: string): void {
  let state = readMemory(location.search, host);
  let answer: MemoryAnswer | undefined;
  let leaks: { readonly to: string; readonly atMs: number; readonly answer: LeaksAnswer } | undefined;
  let tracked: { readonly to: string; readonly answer: ClassesAnswer } | undefined;
  let answered = '';

  const links = createPageLinks('memory');
  const title = h('h1', {});
  const status = h('p', { class: 'status', role: 'status' }, 'Asking …');
  const notice = h('p', { class: 'notice', role: 'alert', hidden: '' });
  const move = (by: -1 | 1): void => { if (answer !== undefined) apply({ ...shifted(answer.asked, by, Date.now()), live: false }); };
  const events: PlotEvents = {
    chosen: (range) => { apply({ ...textsOf(range), live: false }); },
    narrowed(key) {
      const selection = selectedBy(state.selection, state.by, key);
      if (selection !== undefined) apply({ selection, by: '' });
    },
    moved: move,
  };
  const controls = createControls(state, { changed: apply, moved: move, widened: () => { if (answer !== undefined) apply({ ...widened(answer.asked, Date.now()), live: false }); } });
  const chooser = createChooser({ selected: (selection) => { apply({ selection }); }, grouped: (by) => { apply({ by }); } });
  const told = createLeaks();
  const charts = CHARTS.map((chart) => {
    const tell = TOLD[chart.unit];
    const plot: PlotView = createPlot({ ...events, label: `${chart.title} over time`, told: tell, tick: tell, least: chart.unit === 'share' ? 0.01 : 1, heightPx: CHART_PX, together: 'memory', axisPx: 66 });
    const heading = h('h2', {}, chart.title);
    return { chart, plot, element: h('section', { class: 'chart', 'aria-label': chart.title, hidden: '' }, h('div', { class: 'chart-head' }, heading, h('span', { class: 'quiet' }, chart.about)), plot.element) };
  });
  const board = h('div', { class: 'charts' }, ...charts.map(({ element }) => element));
  const classes = createClasses(events, apply);
  const asking = createAsking({
    question: askAll,
    failed(error) {
      if (answered !== questionOf(state, { by: state.by })) board.hidden = true;
      status.textContent = '';
      say(error instanceof Error ? error.message : String(error));
    },
    again: () => state.live,
    busy(on) {
      if (on) app.setAttribute('aria-busy', 'true');
      else app.removeAttribute('aria-busy');
    },
  });
  app.append(h('div', { class: 'head' }, title, links.element), chooser.element, controls.element, told.element, status, notice, board, classes.element);
  show();
  void asking.refresh();
  window.addEventListener('popstate', () => {
    state = readMemory(location.search, decodeURIComponent(/^\/memory\/([^/]+)/.exec(location.pathname)?.[1] ?? ''));
    show();
    void asking.refresh();
  });

  function apply(change: Partial<MemoryState>): void {
    const before = state;
    state = { ...state, ...change };
    const step = titleOf(before.selection) !== titleOf(state.selection) || (before.from !== state.from && !state.live);
    history[step ? 'pushState' : 'replaceState'](null, '', memoryAddress(state));
    show();
    if (questionOf(before, { by: before.by }) !== questionOf(state, { by: state.by }) || (state.live && !before.live)) void asking.refresh();
    else paint();
    if (!state.live) asking.stop();
  }

  async function askAll(signal: AbortSignal): Promise<void> {
    const asked = state;
    const wanted = questionOf(asked, { by: asked.by });
    const fresh = await ask<MemoryAnswer>(`/api/memory?${wanted}`, signal);
    signal.throwIfAborted();
    [answer, answered] = [fresh, wanted];
    paint();
    const question = questionOf(asked);
    const objects = await ask<ClassesAnswer>(`/api/classes?${question}`, signal);
    signal.throwIfAborted();
    tracked = { to: question, answer: objects };
    paint();
    if (leaks?.to === question && Date.now() - leaks.atMs < LEAKS_EVERY_MS) return;
    const found = await ask<LeaksAnswer>(`/api/leaks?${question}`, signal);
    signal.throwIfAborted();
    leaks = { to: question, atMs: Date.now(), answer: found };
    paint();
  }

  /** What follows from the state alone. */
  function show(): void {
    const name = titleOf(state.selection);
    title.textContent = `${name}: memory`;
    document.title = `${name}: memory · liveprofiler`;
    links.show(state);
    controls.show(state);
    chooser.show(state.selection, state.by, answer);
    board.classList.toggle('old', answered !== questionOf(state, { by: state.by }));
  }

  function paint(): void {
    if (answer === undefined || answered !== questionOf(state, { by: state.by })) return;
    board.classList.remove('old');
    chooser.show(state.selection, state.by, answer);
    const why = nothingTold(answer, state.utc);
    board.hidden = why !== undefined;
    say([why, damageWords(answer.damaged)].filter(Boolean).join(' '));
    if (why !== undefined) offer(answer);
    status.textContent = why === undefined ? about(answer) : '';
    const found = leaks?.to === questionOf(state) ? leaks.answer : undefined;
    told.show(why === undefined ? found : undefined, state);
    classes.show(tracked?.to === questionOf(state) ? tracked.answer : undefined, state);
    const marks = [...answer.versions.map(({ version, atMs }) => ({ text: version, atMs })), ...(found?.leaks.length === 1 ? found.leaks.filter(({ fromFirst }) => !fromFirst).map(({ sinceMs }) => ({ text: 'grows', atMs: sinceMs })) : [])];
    for (const { chart, plot, element } of charts) {
      const charted = chartedOf(chart, answer, state.by);
      element.hidden = charted === undefined;
      if (charted !== undefined) plot.show({ ...answer, ...charted, marks, utc: state.utc });
    }
  }

  function about({ asked, versions, lines, left, hosts }: MemoryAnswer): string {
    return [
      `${clockTime(asked.fromMs, state.utc)} to ${clockTime(asked.untilMs, state.utc)}`,
      state.by === '' && hosts.length > 1 ? `${hosts.length} hosts; a line is the mean of their processes` : '',
      left > 0 ? `the ${lines.length} largest of ${lines.length + left} are drawn` : '',
      ...versions.map(({ version, atMs }) => `version ${version} since ${clockTime(atMs, state.utc)}`),
    ].filter((part) => part !== '').join(' · ');
  }

  function say(sentence: string): void {
    notice.hidden = sentence === '';
    notice.replaceChildren(sentence);
  }

  /** Where there may be something when there is nothing here. */
  function offer({ sampled, extent }: MemoryAnswer): void {
    if (sampled) return;
    if (extent !== undefined) notice.append(' ', button('Show what there is', () => { apply({ ...textsOf({ fromMs: Math.max(extent.fromMs, extent.untilMs - HOUR_MS), untilMs: extent.untilMs }), live: false }); }));
    else if (state.from !== '-24hours') notice.append(' ', button('Show the last 24 hours', () => { apply({ from: '-24hours', until: 'now', live: true }); }));
  }
}
