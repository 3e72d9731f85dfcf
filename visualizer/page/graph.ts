// The page of flames: what is asked stands in the address, what came back is drawn, and what is missing is said.
import type { FlameAnswer, TimelineAnswer } from '../api.ts';
import { EVERYTHING, narrowed, titleOf } from '../selection.ts';
import { damageWords } from '../view/damage.ts';
import { emptyReason } from '../view/empty.ts';
import { lastHour, still } from '../view/range.ts';
import { selectedBy, usualKey } from '../view/shares.ts';
import { inTime, KIND_NAMES } from '../view/kinds.ts';
import type { GraphState } from '../view/state.ts';
import { flameQuestion, linesQuestion } from '../view/questions.ts';
import { addressOf, isStep, readState } from '../view/state.ts';
import { coverage, standing, STATES, tallied } from '../view/summary.ts';
import { ask } from './ask.ts';
import { createChooser } from './chooser.ts';
import { createCompare } from './compare-menu.ts';
import { createControls } from './controls.ts';
import { button, h, segments } from './dom.ts';
import type { Answers } from './drawing.ts';
import { createDrawing } from './drawing.ts';
import { askAround, askFlame, askShares, askTop, questionsOf } from './flame-question.ts';
import { createPageLinks } from './page-links.ts';
import { createTake } from './take.ts';
import { createTelling, onReturn } from './telling.ts';
import { createTimeline } from './timeline-view.ts';

/** Hardly noticed. */
const SOON_MS = 150;
/** As a preset has it. */
const LONG = '-24hours';

export function showGraph(app: HTMLElement, host: string): void {
  let state = readState(location.search, host);
  let answers: Answers | undefined;
  /** The questions that `answers` and the lines answer; empty when the present is wanted anew. */
  let answered = { flame: '', whole: '', lines: '', top: '', around: '', shares: '' };

  const title = h('h1', {});
  const about = h('p', { class: 'about quiet' });
  const controls = createControls(state, apply, () => answers?.flame.asked);
  const timeline = createTimeline({ chosen: (range) => { apply(still(range)); }, narrowed: narrow, moved: controls.move });
  const chooser = createChooser({ selected: (selection) => { apply({ selection, zoom: [] }); }, grouped: (by) => { apply({ by }); } });
  const links = createPageLinks('graph');
  const kinds = segments('Kind', KIND_NAMES, (kind) => { apply({ selection: { ...state.selection, kind }, zoom: [], of: undefined }); });
  const take = createTake();
  const compare = createCompare();
  const drawing = createDrawing(state, { changed: apply, narrowed: narrow });
  const { status, notice, say, refresh, stop } = createTelling(app, {
    question: askAll,
    // An older answer to the same question may stay; one to another question would lie.
    failed() { if (answered.flame !== flameQuestion(state)) drawing.element.hidden = true; },
    again: () => state.live,
  });
  const skip = button('Skip to the flames', () => { [...drawing.element.querySelectorAll<HTMLElement>('[role=tree], [data-row] button')].find((one) => one.checkVisibility())?.focus(); }, { class: 'skip' });
  app.append(skip, h('div', { class: 'head' }, title, about, links.element, kinds.element, h('div', { class: 'away' }, compare.element, take.element)), chooser.element, controls.element, timeline.element, status, notice, drawing.element);
  show();
  void refresh();
  onReturn((there) => {
    state = readState(location.search, there);
    show();
    paint();
    void refresh();
  });

  /** To one value of what the lines and the shares are by. */
  function narrow(name: string): void {
    const selection = selectedBy(state.selection, state.by, name);
    if (selection !== undefined) apply({ selection, by: '', zoom: [] });
  }

  function apply(change: Partial<GraphState>): void {
    const before = state;
    state = { ...state, ...change };
    if (state.view === 'shares' && state.by === '') state = { ...state, ...(change.view === 'shares' ? { by: usualKey(answers?.flame.labels ?? {}) } : { view: 'flames' }) };
    if (change.zoom !== undefined && change.open === undefined && state.zoom.length === 0) state = { ...state, open: false };
    const step = isStep(before, state) || (change.of !== undefined && before.of !== change.of);
    history[step ? 'pushState' : 'replaceState'](null, '', addressOf(state));
    show();
    paint();
    const [was, is] = [questionsOf(before), questionsOf(state)];
    if (was.whole !== is.whole || was.lines !== is.lines || is.top !== answered.top || is.around !== answered.around || is.shares !== answered.shares || (state.live && !before.live)) void refresh(state.live && !before.live);
    if (!state.live) stop();
  }

  /** What was answered is not asked again, unless the present is wanted anew. */
  async function askAll(signal: AbortSignal, anew: boolean): Promise<void> {
    const asked = state;
    const wanted = questionsOf(asked);
    if (anew) answered = { ...answered, whole: '', lines: '', top: '', around: '', shares: '' };
    const drawn = askDrawing(asked, signal);
    await Promise.all([drawn, wanted.lines === answered.lines ? undefined : askLines(asked, drawn, signal)]);
  }

  async function askDrawing(asked: GraphState, signal: AbortSignal): Promise<void> {
    const wanted = questionsOf(asked);
    const same = wanted.whole === answered.whole ? answers?.flame : undefined;
    const flame = same ?? await askFlame(asked, signal);
    if (answers === undefined && !signal.aborted) {
      // Nothing is there yet that could flicker: flames need not wait for what stands beside them.
      answers = { flame, top: undefined, around: undefined, shares: undefined };
      answered = { ...answered, flame: wanted.flame };
      paint();
    }
    const [top, around, shares] = await Promise.all([
      wanted.top === '' || (same !== undefined && wanted.top === answered.top) ? answers?.top : askTop(asked, flame, signal),
      wanted.around === '' || (same !== undefined && wanted.around === answered.around) ? answers?.around : askAround(asked, flame, signal),
      wanted.shares === '' || (same !== undefined && wanted.shares === answered.shares) ? answers?.shares : askShares(asked, flame, signal),
    ]);
    if (signal.aborted) return;
    answers = { flame, top, around, shares };
    answered = { ...answered, flame: wanted.flame, whole: wanted.whole, top: wanted.top, around: wanted.around, shares: wanted.shares };
    paint();
  }

  /** Lines over time take as long to draw as flames: they let these go first, when they are about to come. */
  async function askLines(asked: GraphState, drawn: Promise<void>, signal: AbortSignal): Promise<void> {
    const lines = await ask<TimelineAnswer>(linesQuestion(asked), signal);
    await Promise.race([drawn.then(nextPicture, () => undefined), new Promise((resolve) => { setTimeout(resolve, SOON_MS); })]);
    if (signal.aborted) return;
    answered = { ...answered, lines: questionsOf(asked).lines };
    timeline.show(lines, { by: asked.by, utc: asked.utc, kind: asked.selection.kind });
  }

  /** What follows from the state alone. */
  function show(): void {
    const name = titleOf({ ...state.selection, kind: EVERYTHING.kind });
    title.textContent = name;
    document.title = `${titleOf(state.selection)} · liveprofiler`;
    links.show(state);
    controls.show(state);
    chooser.show(state.selection, state.by, answers?.flame);
    kinds.show(state.selection.kind);
    drawing.element.classList.toggle('old', answered.flame !== flameQuestion(state));
  }

  /** What follows from the last answers, when they answer what the state asks. */
  function paint(): void {
    if (answers === undefined || answered.flame !== flameQuestion(state)) return;
    const { flame } = answers;
    chooser.show(state.selection, state.by, flame);
    take.show(state, flame.asked);
    compare.show(state, flame.asked);
    const [only, ...others] = flame.hosts;
    if (only === undefined || others.length > 0) about.replaceChildren(tallied(flame.hosts));
    else about.replaceChildren(h('span', { class: `state ${only.state}` }, STATES[only.state]), ` ${standing(only, Date.now())}`, ...linkTo(only.service));
    const why = emptyReason(flame, state);
    drawing.element.hidden = why !== undefined;
    drawing.element.classList.remove('old');
    const there = why === undefined ? undefined : elsewhere(flame);
    say([why, damageWords(flame.damaged)].filter(Boolean).join(' '), ...(there === undefined ? [] : [button(there.label, () => { apply(there.change); })]));
    status.textContent = why === undefined ? coverage(flame, state) : '';
    if (why === undefined) drawing.show(state, answers);
  }

  /** To all hosts of the service, at the same time. */
  function linkTo(service: string): (Node | string)[] {
    if (service === '') return [];
    return [' · ', h('a', { href: addressOf({ ...state, selection: narrowed(EVERYTHING, { label: ['service', service] }), zoom: [], open: false }) }, `all of ${service}`)];
  }

  /** Where there may be something when there is nothing here. */
  function elsewhere({ extent, windows, idle, kinds: there }: FlameAnswer): Elsewhere | undefined {
    if (windows === 0 && !inTime(state.selection.kind) && there.includes('cpu')) return { label: 'Show CPU', change: { selection: { ...state.selection, kind: 'cpu' } } };
    if (windows > 0) return idle.weight > 0 ? { label: 'Show idle time', change: { idle: true } } : undefined;
    if (extent === undefined) return state.from === LONG ? undefined : { label: 'Show the last 24 hours', change: { from: LONG, until: 'now', live: true } };
    return { label: 'Show what there is', change: lastHour(extent) };
  }
}

/** When what was done to the page is on the screen. */
function nextPicture(): Promise<void> {
  return new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
}

interface Elsewhere {
  readonly label: string;
  readonly change: Partial<GraphState>;
}
