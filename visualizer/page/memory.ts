// The page of memory: what processes tell of themselves over time, and what grows on and on, in words.
import type { ClassesAnswer, LeaksAnswer, MemoryAnswer, TopAnswer } from '../api.ts';
import { titleOf } from '../selection.ts';
import { damageWords } from '../view/damage.ts';
import { nothingTold } from '../view/empty.ts';
import { chartedOf, CHARTS, TOLD } from '../view/memory-charts.ts';
import type { MemoryState } from '../view/memory-state.ts';
import { memoryAddress, readMemory } from '../view/memory-state.ts';
import { memoryQuestion } from '../view/questions.ts';
import { lastHour, still } from '../view/range.ts';
import { selectedBy } from '../view/shares.ts';
import { isStep, questionOf } from '../view/state.ts';
import { clockTime } from '../view/units.ts';
import { ask } from './ask.ts';
import { createChooser } from './chooser.ts';
import { createClasses } from './classes-view.ts';
import { createControls } from './controls.ts';
import { createCreated, createdQuestion } from './created-view.ts';
import { button, h } from './dom.ts';
import { createLeaks } from './leaks-view.ts';
import { createPageLinks } from './page-links.ts';
import type { PlotEvents, PlotView } from './plot.ts';
import { createPlot } from './plot.ts';
import { createTelling, onReturn } from './telling.ts';

const CHART_PX = 150;
/** Looks back for days; what it tells does not change within a minute. */
const LEAKS_EVERY_MS = 60_000;

export function showMemory(app: HTMLElement, host: string): void {
  let state = readMemory(location.search, host);
  let answer: MemoryAnswer | undefined;
  let leaks: { readonly to: string; readonly atMs: number; readonly answer: LeaksAnswer } | undefined;
  let tracked: { readonly to: string; readonly answer: ClassesAnswer } | undefined;
  let creators: { readonly to: string; readonly answer: TopAnswer } | undefined;
  let answered = '';

  const links = createPageLinks('memory');
  const title = h('h1', {});
  const controls = createControls(state, apply, () => answer?.asked);
  const events: PlotEvents = {
    chosen: (range) => { apply(still(range)); },
    narrowed(key) {
      const selection = selectedBy(state.selection, state.by, key);
      if (selection !== undefined) apply({ selection, by: '' });
    },
    moved: controls.move,
  };
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
  const created = createCreated();
  const { status, notice, say, refresh, stop } = createTelling(app, {
    question: askAll,
    failed() { if (answered !== memoryQuestion(state)) board.hidden = true; },
    again: () => state.live,
  });
  app.append(h('div', { class: 'head' }, title, links.element), chooser.element, controls.element, told.element, status, notice, board, classes.element, created.element);
  show();
  void refresh();
  onReturn((there) => {
    state = readMemory(location.search, there);
    show();
    void refresh();
  });

  function apply(change: Partial<MemoryState>): void {
    const before = state;
    state = { ...state, ...change };
    history[isStep(before, state) ? 'pushState' : 'replaceState'](null, '', memoryAddress(state));
    show();
    if (memoryQuestion(before) !== memoryQuestion(state) || (state.created !== '' && before.created !== state.created) || (state.live && !before.live)) void refresh();
    else paint();
    if (!state.live) stop();
  }

  async function askAll(signal: AbortSignal): Promise<void> {
    const asked = state;
    const wanted = memoryQuestion(asked);
    const fresh = await ask<MemoryAnswer>(wanted, signal);
    signal.throwIfAborted();
    [answer, answered] = [fresh, wanted];
    paint();
    const question = questionOf(asked);
    const objects = await ask<ClassesAnswer>(`/api/classes?${question}`, signal);
    signal.throwIfAborted();
    tracked = { to: question, answer: objects };
    paint();
    if (asked.created !== '') {
      const to = createdQuestion(asked);
      creators = { to, answer: await ask<TopAnswer>(to, signal) };
      signal.throwIfAborted();
      paint();
    }
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
    board.classList.toggle('old', answered !== memoryQuestion(state));
  }

  function paint(): void {
    if (answer === undefined || answered !== memoryQuestion(state)) return;
    board.classList.remove('old');
    chooser.show(state.selection, state.by, answer);
    const why = nothingTold(answer, state.utc);
    board.hidden = why !== undefined;
    say([why, damageWords(answer.damaged)].filter(Boolean).join(' '), ...(why === undefined ? [] : elsewhere(answer)));
    status.textContent = why === undefined ? about(answer) : '';
    const found = leaks?.to === questionOf(state) ? leaks.answer : undefined;
    told.show(why === undefined ? found : undefined, state);
    classes.show(tracked?.to === questionOf(state) ? tracked.answer : undefined, state);
    created.show(creators?.to === createdQuestion(state) ? creators.answer : undefined, classes.element.hidden ? { ...state, created: '' } : state);
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

  /** Where there may be something when there is nothing here. */
  function elsewhere({ sampled, extent }: MemoryAnswer): HTMLElement[] {
    if (sampled) return [];
    if (extent !== undefined) return [button('Show what there is', () => { apply(lastHour(extent)); })];
    return state.from === '-24hours' ? [] : [button('Show the last 24 hours', () => { apply({ from: '-24hours', until: 'now', live: true }); })];
  }
}
