// The page of processes: what each of them is, what it runs on, and all that it told of itself over the range.
import type { ProcessAnswer, ProcessesAnswer } from '../api.ts';
import { titleOf } from '../selection.ts';
import { damageWords } from '../view/damage.ts';
import { noProcess } from '../view/empty.ts';
import type { MemoryState } from '../view/memory-state.ts';
import { memoryAddress, readMemory } from '../view/memory-state.ts';
import { factGroups, labelRows } from '../view/process-facts.ts';
import type { FactGroup } from '../view/process-facts.ts';
import { lastHour } from '../view/range.ts';
import { processQuestion } from '../view/questions.ts';
import { isStep } from '../view/state.ts';
import { clockTime } from '../view/units.ts';
import { ask } from './ask.ts';
import { createControls } from './controls.ts';
import { button, h } from './dom.ts';
import { createPageLinks } from './page-links.ts';
import { createTelling, onReturn } from './telling.ts';

export function showProcesses(app: HTMLElement, host: string): void {
  let state = readMemory(location.search, host);
  let answer: ProcessesAnswer | undefined;
  let drawn = '';

  const links = createPageLinks('process');
  const title = h('h1', {});
  const board = h('div', { class: 'processes' });
  const controls = createControls(state, apply, () => answer?.asked);
  const { status, notice, say, refresh, stop } = createTelling(app, {
    async question(signal) {
      const fresh = await ask<ProcessesAnswer>(processQuestion(state), signal);
      signal.throwIfAborted();
      answer = fresh;
      paint(fresh);
    },
    again: () => state.live,
  });
  app.append(h('div', { class: 'head' }, title, links.element), controls.element, status, notice, board);
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
    history[isStep(before, state) ? 'pushState' : 'replaceState'](null, '', memoryAddress(state, 'process'));
    show();
    void refresh();
    if (!state.live) stop();
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
    say([why, damageWords(damaged)].filter(Boolean).join(' '), ...(why === undefined || extent === undefined ? [] : [button('Show what there is', () => { apply(lastHour(extent)); })]));
    status.textContent = why === undefined ? `${clockTime(asked.fromMs, state.utc)} to ${clockTime(asked.untilMs, state.utc)} · ${processes.length} ${processes.length === 1 ? 'process' : 'processes'}${left > 0 ? `, the largest of ${processes.length + left}` : ''}` : '';
    const wanted = JSON.stringify(processes);
    if (wanted === drawn) return;
    drawn = wanted;
    board.replaceChildren(...processes.map(processPart));
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
