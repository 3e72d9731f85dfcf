// The page of one host: what is asked stands in the URL, what came back is drawn, and what is missing is said.
import type { FlameAnswer } from '../api.ts';
import { ask } from './ask.ts';
import { createControls } from './controls.ts';
import { button, h } from './dom.ts';
import { createFlameView } from './flame-view.ts';
import { emptyReason } from './empty.ts';
import type { GraphState } from './state.ts';
import { questionOf, readState, writeState } from './state.ts';
import { createTooltip } from './tooltip.ts';
import { clockTime, duration, percent } from './units.ts';

const REFRESH_MS = 5000;
const SLOW_MS = 200;
const LEGEND = { own: 'own code', package: 'npm packages', node: 'Node.js', native: 'V8 and native', part: 'summed parts' };

export function showGraph(app: HTMLElement, host: string): void {
  let state = readState(location.search);
  let answer: FlameAnswer | undefined;
  let asking: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const status = h('p', { class: 'status', role: 'status' }, 'Asking …');
  const notice = h('p', { class: 'notice', hidden: '' });
  const crumbs = h('p', { class: 'crumbs', hidden: '' });
  const place = h('div', { class: 'flames', role: 'img', 'aria-label': `Flame graph of ${host}` });
  const tooltip = createTooltip();
  const view = createFlameView(place, {
    hovered: (node, at) => { tooltip.show(node, answer?.root, at); },
    zoomed: (path) => {
      const names = path.map(({ name }) => name);
      crumbs.hidden = names.length === 0;
      crumbs.replaceChildren(button('Reset zoom', () => { view.resetZoom(); }), ` ${names.join(' › ')}`);
    },
  });
  const controls = createControls(state, (change) => { apply(change); });
  const legend = h('ul', { class: 'legend', 'aria-label': 'Colours' }, ...Object.entries(LEGEND).map(([origin, name]) => h('li', { class: origin }, name)));
  app.append(h('h1', {}, host), controls.element, status, notice, crumbs, place, legend, tooltip.element);
  void refresh();

  function apply(change: Partial<GraphState>): void {
    const before = state;
    state = { ...state, ...change };
    history.replaceState(null, '', `${location.pathname}${writeState(state)}`);
    controls.show(state, answer?.threads ?? []);
    if (questionOf(host, before) !== questionOf(host, state) || (state.follow && !before.follow)) void refresh();
    else if (before.weight !== state.weight) paint();
    else search();
  }

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    asking?.abort();
    const mine = (asking = new AbortController());
    const slow = setTimeout(() => { app.setAttribute('aria-busy', 'true'); }, SLOW_MS);
    try {
      answer = await ask<FlameAnswer>(questionOf(host, state), mine.signal);
      paint();
    } catch (error) {
      if (mine.signal.aborted) return;
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
    const why = emptyReason(answer);
    place.hidden = why !== undefined;
    say(why ?? '', answer.windows === 0 ? answer.extent : undefined);
    if (why === undefined) view.draw(answer.root, state.weight);
    search();
  }

  function search(): void {
    if (answer === undefined || place.hidden) {
      status.textContent = '';
      return;
    }
    const { covered, windows, idle, dropped, root, asked } = answer;
    const matched = view.search(state.search);
    const whole = state.weight === 'us' ? root.totalUs : root.totalCount;
    const parts = [
      covered === undefined ? '' : `${clockTime(covered.fromMs)} to ${clockTime(covered.untilMs)}`,
      `${windows} windows`,
      `${duration(root.totalUs - (state.idle ? idle.weight : 0))} busy`,
      `${duration(idle.weight)} idle`,
      dropped.weight > 0 ? `${duration(dropped.weight)} could not be sampled` : '',
      state.search === '' ? '' : `“${state.search}” matches ${whole === 0 ? '0 %' : percent(matched / whole)}`,
      answer.status.state === 'up' ? '' : `host is ${answer.status.state}${answer.status.error === undefined ? '' : `: ${answer.status.error}`}`,
    ];
    status.textContent = parts.filter((part) => part !== '').join(' · ');
    status.title = `asked: ${new Date(asked.fromMs).toISOString()} to ${new Date(asked.untilMs).toISOString()}`;
  }

  function say(sentence: string, extent?: FlameAnswer['extent']): void {
    notice.hidden = sentence === '';
    notice.replaceChildren(sentence);
    if (sentence === '' || extent === undefined) return;
    const { fromMs, untilMs } = extent;
    notice.append(' ', button('Show what there is', () => {
      apply({ from: new Date(Math.floor(Math.max(fromMs, untilMs - 3_600_000))).toISOString(), until: new Date(Math.ceil(untilMs)).toISOString() });
    }));
  }
}
