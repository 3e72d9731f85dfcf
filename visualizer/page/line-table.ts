// The lines of a function, with their hits.
import type { LinesOfFunction } from '../api.ts';
import { lineRows, lineWords } from '../view/line-hits.ts';
import { percent } from '../view/units.ts';
import { h } from './dom.ts';

export interface LineTable {
  readonly element: HTMLElement;
  show(lines: LinesOfFunction, options: Parameters<typeof lineWords>[1]): void;
}

export function createLineTable(): LineTable {
  const words = h('p', { class: 'quiet' });
  const body = h('tbody', {});
  const heads = [['line', 'Line'], ['hits', 'Hits'], ['of-self', 'Of its self']] as const;
  const table = h('table', { 'aria-label': 'Lines' }, h('thead', {}, h('tr', {}, ...heads.map(([name, text]) => h('th', { scope: 'col', class: name }, text)))), body);
  const scroller = h('div', { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': 'Lines' }, table);
  const element = h('div', { class: 'code-lines' }, h('h3', {}, 'Lines'), words, scroller);

  return {
    element,
    show(lines, options) {
      words.textContent = lineWords(lines, options);
      const rows = lineRows(lines);
      scroller.hidden = rows.length === 0;
      body.replaceChildren(...rows.map(({ line, count, share, bar }) => {
        const length = h('span', { class: 'length', 'aria-hidden': 'true' });
        length.style.width = `${(100 * bar).toFixed(1)}%`;
        return h('tr', {}, h('th', { scope: 'row' }, String(line)), h('td', { class: 'number' }, count.toLocaleString('en')), h('td', {}, h('div', { class: 'measure' }, h('span', { class: 'amount' }, percent(share)), h('span', { class: 'track', 'aria-hidden': 'true' }, length))));
      }));
    },
  };
}
