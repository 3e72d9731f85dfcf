// The page of flames: what is asked stands in the address, what came back is drawn, and what is missing is said.
import type { FlameAnswer, TimelineAnswer } from '../api.ts';
import { narrowed, titleOf } from '../selection.ts';
import { damageWords } from '../view/damage.ts';
import { emptyReason } from '../view/empty.ts';
import { shifted, textsOf, widened } from '../view/range.ts';
import type { GraphState } from '../view/state.ts';
import { addressOf, questionOf, readState } from '../view/state.ts';
import { coverage, standing, STATES, tallied } from '../view/summary.ts';
import { follow } from '../view/tree.ts';
import { ask } from './ask.ts';
import { createAsking } from './asking.ts';
import { createChooser } from './chooser.ts';
import { createControls } from './controls.ts';
import { button, h } from './dom.ts';
import { askFlame, flameQuestion } from './flame-question.ts';
import { createFlameView } from './flame-view.ts';
import { createTake } from './take.ts';
import { createTimeline } from './timeline-view.ts';
import { createTooltip } from './tooltip.ts';

const LEGEND = { own: 'own code', package: 'npm packages', node: 'Node.js', native: 'V8, GC and native', part: 'summed up here', match: 'found' };

export function showGraph(app: HTMLElement, host: string): void {
  let state = readState(location.search, host);
  let answer: FlameAnswer | undefined;
  /** The question that `answer` answers. */
  let answered = '';
  /** What the lines over time answer. */
  let drawnLines = '';

  const title = h('h1', {});
  const about = h('p', { class: 'about quiet' });
  const status = h('p', { class: 'status', role: 'status' }, 'Asking …');
  const notice = h('p', { class: 'notice', role: 'alert', hidden: '' });
  const crumbs = h('p', { class: 'crumbs', hidden: '' });
  const place = h('div', { class: 'flames', role: 'tree', tabindex: '0' });
  const tooltip = createTooltip();
  const take = createTake();
  const view = createFlameView(place, {
    pointed: (node, at) => { tooltip.show(node, answer?.root, at); },
    zoomed: (zoom) => { apply({ zoom }); },
    opened: (zoom) => { apply({ zoom, open: true }); },
  });
  const move = (by: -1 | 1): void => { if (answer !== undefined) apply({ ...shifted(answer.asked, by, Date.now()), live: false }); };
  const timeline = createTimeline({
    chosen: (range) => { apply({ ...textsOf(range), live: false }); },
    narrowed: (name) => { apply(narrowedBy(state, name)); },
    moved: move,
  });
  const controls = createControls(state, { changed: apply, moved: move, widened: () => { if (answer !== undefined) apply({ ...widened(answer.asked, Date.now()), live: false }); } });
  const chooser = createChooser({ selected: (selection) => { apply({ selection, zoom: [] }); }, grouped: (by) => { apply({ by }); } });
  const legend = h('ul', { class: 'legend', 'aria-label': 'Colours' }, ...Object.entries(LEGEND).map(([origin, name]) => h('li', { class: origin }, name)));
  const drawing = h('div', { class: 'drawing', hidden: '' }, legend, crumbs, place);
  const flames = createAsking({
    question: askAll,
    failed(error) {
      // An older answer to the same question may stay; one to another question would lie.
      if (answered !== flameQuestion(state)) drawing.hidden = true;
      status.textContent = '';
      say(error instanceof Error ? error.message : String(error));
    },
    again: () => state.live,
    busy(on) {
      if (on) app.setAttribute('aria-busy', 'true');
      else app.removeAttribute('aria-busy');
    },
  });
  app.append(title, about, take.element, chooser.element, controls.element, timeline.element, status, notice, drawing, tooltip.element);
  show();
  void flames.refresh();
  window.addEventListener('popstate', () => {
    state = readState(location.search, decodeURIComponent(/^\/graph\/([^/]+)/.exec(location.pathname)?.[1] ?? ''));
    show();
    void flames.refresh();
  });

  function apply(change: Partial<GraphState>): void {
    const before = state;
    state = { ...state, ...change };
    if (change.zoom !== undefined && change.open === undefined && state.zoom.length === 0) state = { ...state, open: false };
    // A step of its own for what one would go back from; typing and switches replace the last one.
    const step = titleOf(before.selection) !== titleOf(state.selection) || (before.from !== state.from && !state.live);
    history[step ? 'pushState' : 'replaceState'](null, '', addressOf(state));
    show();
    if (questionsOf(before) !== questionsOf(state) || (state.live && !before.live)) void flames.refresh();
    else if (before.weight !== state.weight || before.utc !== state.utc) paint();
    else if (before.search !== state.search) summarise();
    if (!state.live) flames.stop();
  }

  function questionsOf(asked: GraphState): string {
    return `${flameQuestion(asked)} ${asked.by} ${asked.open ? asked.zoom.join(' ') : ''}`;
  }

  async function askAll(signal: AbortSignal): Promise<void> {
    const asked = state;
    await Promise.all([askLines(asked, signal), askFlame(asked, signal).then((fresh) => {
      if (signal.aborted) return;
      answer = fresh;
      answered = flameQuestion(asked);
      paint();
    })]);
  }

  async function askLines(asked: GraphState, signal: AbortSignal): Promise<void> {
    const lines = await ask<TimelineAnswer>(`/api/timeline?${questionOf(asked, { by: asked.by })}`, signal);
    if (signal.aborted) return;
    drawnLines = asked.by;
    timeline.show(lines, { by: drawnLines, utc: asked.utc });
  }

  /** What follows from the state alone. */
  function show(): void {
    const name = titleOf(state.selection);
    title.textContent = name;
    document.title = `${name} · liveprofiler`;
    place.setAttribute('aria-label', `Flame graph of ${name}. Arrows walk, Enter zooms, Escape zooms out.`);
    controls.show(state);
    chooser.show(state.selection, state.by, answer);
    showCrumbs();
  }

  function paint(): void {
    if (answer === undefined) return;
    chooser.show(state.selection, state.by, answer);
    take.show(state, answer.asked);
    const [only, ...others] = answer.hosts;
    if (only === undefined || others.length > 0) about.replaceChildren(tallied(answer.hosts));
    else about.replaceChildren(h('span', { class: `state ${only.state}` }, STATES[only.state]), ` ${standing(only, Date.now())}`);
    const why = emptyReason(answer, state.utc);
    drawing.hidden = why !== undefined;
    say([why, damageWords(answer.damaged)].filter(Boolean).join(' '), answer.windows === 0 ? answer.extent : undefined);
    if (why === undefined) view.draw(answer.root, state.weight, follow(answer.root, state.zoom));
    showCrumbs();
    summarise();
  }

  function showCrumbs(): void {
    const path = answer === undefined ? [] : follow(answer.root, state.zoom);
    crumbs.hidden = path.length === 0;
    crumbs.replaceChildren(button('Zoom out', () => { view.resetZoom(); }), ` ${path.slice(-4).map(({ name }) => name).join(' › ')}`);
  }

  function summarise(): void {
    status.textContent = answer === undefined || drawing.hidden ? '' : coverage(answer, state, view.search(state.search));
  }

  function say(sentence: string, extent?: FlameAnswer['extent']): void {
    notice.hidden = sentence === '';
    notice.replaceChildren(sentence);
    if (sentence === '' || extent === undefined) return;
    const { fromMs, untilMs } = extent;
    notice.append(' ', button('Show what there is', () => { apply({ ...textsOf({ fromMs: Math.max(fromMs, untilMs - 3_600_000), untilMs }), live: false }); }));
  }
}

/** The part of the selection that one line stands for. */
function narrowedBy({ selection, by }: GraphState, name: string): Partial<GraphState> {
  const thread = /\(([^()]+\/\d+)\)$/.exec(name)?.[1];
  if (by === 'host') return { selection: narrowed(selection, { host: name }), by: '', zoom: [] };
  if (by === 'process') return { selection: narrowed(selection, { process: name }), by: '', zoom: [] };
  if (by === 'thread') return thread === undefined ? {} : { selection: narrowed(selection, { thread }), by: '', zoom: [] };
  return { selection: narrowed(selection, { label: [by, name] }), by: '', zoom: [] };
}
