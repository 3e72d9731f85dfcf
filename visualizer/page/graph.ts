// The page of one host: what is asked stands in the URL, what came back is drawn, and what is missing is said.
import type { FlameAnswer } from '../api.ts';
import { ask } from './ask.ts';
import { createControls } from './controls.ts';
import { button, h } from './dom.ts';
import { createFlameView } from './flame-view.ts';
import { emptyReason } from './empty.ts';
import type { GraphState } from './state.ts';
import { questionOf, readState, writeState } from './state.ts';
import { drawStrip } from './strip.ts';
import { coverage, standing, STATES } from './summary.ts';
import { createTooltip } from './tooltip.ts';

const REFRESH_MS = 5000;
const SLOW_MS = 200;
const LEGEND = { own: 'own code', package: 'npm packages', node: 'Node.js', native: 'V8, GC and native', part: 'summed up here', match: 'found' };

export function showGraph(app: HTMLElement, host: string): void {
  let state = readState(location.search);
  let answer: FlameAnswer | undefined;
  /** The question that `answer` answers. */
  let answered = '';
  let asking: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const about = h('p', { class: 'about quiet' });
  const status = h('p', { class: 'status', role: 'status' }, 'Asking …');
  const notice = h('p', { class: 'notice', role: 'alert', hidden: '' });
  const crumbs = h('p', { class: 'crumbs', hidden: '' });
  const strip = h('div', { class: 'strip', role: 'img', hidden: '' });
  const place = h('div', { class: 'flames', role: 'tree', tabindex: '0', 'aria-label': `Flame graph of ${host}. Arrows walk, Enter zooms, Escape zooms out.` });
  const tooltip = createTooltip();
  const view = createFlameView(place, {
    pointed: (node, at) => { tooltip.show(node, answer?.root, at); },
    zoomed: (zoom) => { apply({ zoom }); },
  });
  const controls = createControls(state, apply);
  const legend = h('ul', { class: 'legend', 'aria-label': 'Colours' }, ...Object.entries(LEGEND).map(([origin, name]) => h('li', { class: origin }, name)));
  const drawing = h('div', { class: 'drawing', hidden: '' }, strip, legend, crumbs, place);
  app.append(h('h1', {}, host), about, controls.element, status, notice, drawing, tooltip.element);
  controls.show(state, []);
  void refresh();

  function apply(change: Partial<GraphState>): void {
    const before = state;
    state = { ...state, ...change };
    history.replaceState(null, '', `${location.pathname}${writeState(state)}`);
    controls.show(state, answer?.threads ?? []);
    showCrumbs();
    if (questionOf(host, before) !== questionOf(host, state) || (state.follow && !before.follow)) void refresh();
    else if (before.weight !== state.weight) paint();
    else if (before.search !== state.search) summarise();
    if (!state.follow) clearTimeout(timer);
  }

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    asking?.abort();
    const mine = (asking = new AbortController());
    const question = questionOf(host, state);
    const slow = setTimeout(() => { app.setAttribute('aria-busy', 'true'); }, SLOW_MS);
    try {
      answer = await ask<FlameAnswer>(question, mine.signal);
      answered = question;
      paint();
    } catch (error) {
      if (mine.signal.aborted) return;
      // An older answer to the same question may stay; one to another question would lie.
      if (answered !== question) drawing.hidden = true;
      status.textContent = '';
      say(error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(slow);
      if (asking === mine) {
        app.removeAttribute('aria-busy');
        if (state.follow) timer = setTimeout(() => void refresh(), REFRESH_MS);
      }
    }
  }

  function paint(): void {
    if (answer === undefined) return;
    controls.show(state, answer.threads);
    about.replaceChildren(h('span', { class: `state ${answer.status.state}` }, STATES[answer.status.state]), ` ${standing(answer.status, Date.now())}`);
    const why = emptyReason(answer);
    drawing.hidden = why !== undefined;
    say(why ?? '', answer.windows === 0 ? answer.extent : undefined);
    if (why === undefined) {
      drawStrip(strip, answer);
      showCrumbs();
      view.draw(answer.root, state.weight, state.zoom);
    }
    summarise();
  }

  function showCrumbs(): void {
    crumbs.hidden = state.zoom.length === 0;
    crumbs.replaceChildren(button('Zoom out', () => { view.resetZoom(); }), ` ${state.zoom.slice(-4).join(' › ')}`);
  }

  function summarise(): void {
    status.textContent = answer === undefined || drawing.hidden ? '' : coverage(answer, state, view.search(state.search));
  }

  function say(sentence: string, extent?: FlameAnswer['extent']): void {
    notice.hidden = sentence === '';
    notice.replaceChildren(sentence);
    if (sentence === '' || extent === undefined) return;
    const { fromMs, untilMs } = extent;
    notice.append(' ', button('Show what there is', () => {
      apply({ from: new Date(Math.floor(Math.max(fromMs, untilMs - 3_600_000))).toISOString(), until: new Date(Math.ceil(untilMs)).toISOString(), follow: false });
    }));
  }
}
