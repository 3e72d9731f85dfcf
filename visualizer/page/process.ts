// The page of processes: what each of them is, what it runs on, and all that it told of itself over the range.
import type { ProcessAnswer, ProcessesAnswer } from '../api.ts';
import { titleOf } from '../selection.ts';
import { damageWords } from '../view/damage.ts';
import { noProcess } from '../view/empty.ts';
import type { MemoryState } from '../view/memory-state.ts';
import { memoryAddress, readMemory } from '../view/memory-state.ts';
import { factGroups, labelRows } from '../view/process-facts.ts';
import type { FactGroup } from '../view/process-facts.ts';
import { shifted, textsOf, widened } from '../view/range.ts';
import { questionOf } from '../view/state.ts';
import { clockTime } from '../view/units.ts';
import { ask } from './ask.ts';
import { createAsking } from './asking.ts';
import { createControls } from './controls.ts';
import { button, h } from './dom.ts';
import { createPageLinks } from './page-links.ts';

const HOUR_MS = 3_600_000;

export function showProcesses(app: HTMLElement, host: string): void {
  let state = readMemory(location.search, host);
  let answer: ProcessesAnswer | undefined;
  let drawn = '';

  const links = createPageLinks('process');
  const title = h('h1', {});
  const status = h('p', { class: 'status', role: 'status' }, 'Asking …');
  const notice = h('p', { class: 'notice', role: 'alert', hidden: '' });
  const board = h('div', { class: 'processes' });
  const move = (by: -1 | 1): void => { if (answer !== undefined) apply({ ...shifted(answer.asked, by, Date.now()), live: false }); };
  const controls = createControls(state, { changed: apply, moved: move, widened: () => { if (answer !== undefined) apply({ ...widened(answer.asked, Date.now()), live: false }); } });
  const asking = createAsking({
    async question(signal) {
      const fresh = await ask<ProcessesAnswer>(`/api/process?${questionOf(state)}`, signal);
      signal.throwIfAborted();
      answer = fresh;
      paint(fresh);
    },
    failed(error) {
      status.textContent = '';
      say(error instanceof Error ? error.message : String(error));
    },
    again: () => state.live,
    busy(on) {
      if (on) app.setAttribute('aria-busy', 'true');
      else app.removeAttribute('aria-busy');
    },
  });
  app.append(h('div', { class: 'head' }, title, links.element), controls.element, status, notice, board);
  show();
  void asking.refresh();
  window.addEventListener('popstate', () => {
    state = readMemory(location.search, decodeURIComponent(/^\/process\/([^/]+)/.exec(location.pathname)?.[1] ?? ''));
    show();
    void asking.refresh();
  });

  function apply(change: Partial<MemoryState>): void {
    const before = state;
    state = { ...state, ...change };
    history[before.from !== state.from && !state.live ? 'pushState' : 'replaceState'](null, '', memoryAddress(state, 'process'));
    show();
    void asking.refresh();
    if (!state.live) asking.stop();
  }

  function show(): void {
    const name = titleOf(state.selection);
    title.textContent = `${name}: processes`;
    document.title = `${name}: processes · liveprofiler`;
    links.show(state);
    controls.show(state);
  }

  function paint(fresh: ProcessesAnswer): void {
    const { asked, processes, left, extent, damaged } = fresh;
    const why = noProcess(fresh, state.utc);
    say([why, damageWords(damaged)].filter(Boolean).join(' '));
    if (why !== undefined && extent !== undefined) notice.append(' ', button('Show what there is', () => { apply({ ...textsOf({ fromMs: Math.max(extent.fromMs, extent.untilMs - HOUR_MS), untilMs: extent.untilMs }), live: false }); }));
    status.textContent = why === undefined ? `${clockTime(asked.fromMs, state.utc)} to ${clockTime(asked.untilMs, state.utc)} · ${processes.length} ${processes.length === 1 ? 'process' : 'processes'}${left > 0 ? `, the largest of ${processes.length + left}` : ''}` : '';
    const wanted = JSON.stringify(processes);
    if (wanted === drawn) return;
    drawn = wanted;
    board.replaceChildren(...processes.map(processPart));
  }

  function say(sentence: string): void {
    notice.hidden = sentence === '';
    notice.replaceChildren(sentence);
  }
}

function processPart(process: ProcessAnswer): HTMLElement {
  const { host, labels, boot, threads } = process;
  const name = [host, Object.hasOwn(labels, 'pid') ? `process ${labels['pid'] ?? ''}` : boot].filter((part) => part !== '').join(' · ');
  const groups = factGroups(process);
  const facts = labelRows(process).flatMap(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]);
  const threadNames = threads.map(({ id, name: called }) => h('li', {}, called, ' ', h('span', { class: 'quiet' }, String(id))));
  return h('section', { class: 'process', 'aria-label': name },
    h('h2', {}, name),
    h('div', { class: 'fact-groups' },
      h('div', {}, h('h3', {}, 'What it is'), h('dl', { class: 'terms' }, ...facts)),
      ...(threadNames.length === 0 ? [] : [h('div', {}, h('h3', {}, `Sampled threads: ${threads.length}`), h('ul', { class: 'threads-list' }, ...threadNames))]),
      ...groups.map((group) => groupPart(group, name))),
    ...(groups.length > 0 ? [] : [h('p', { class: 'notice' }, 'Its sampler tells nothing more of it: bring liveprofiler-sampler up to date in the service.')]));
}

function groupPart({ title, rows }: FactGroup, of: string): HTMLElement {
  const heads = ['now', 'least', 'mean', 'most'].map((text) => h('th', { scope: 'col', class: 'number' }, text));
  return h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': `${title} of ${of}` },
    h('table', {}, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, title), ...heads)),
      h('tbody', {}, ...rows.map(({ name, last, least, mean, most }) => h('tr', {}, h('th', { scope: 'row' }, name), ...[last, least, mean, most].map((text) => h('td', { class: 'number' }, text)))))));
}
