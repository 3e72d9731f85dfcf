// The table of who took which share of the CPU. A click on a value shows it alone; two that are ticked are compared.
// A value keeps its row, so that nothing that has the focus goes away while the page follows the present.
import type { SharesAnswer } from '../api.ts';
import { aboutShares, nameOfKey, selectedBy } from '../view/shares.ts';
import type { Subject } from '../view/state.ts';
import { fixedAt } from '../view/state.ts';
import { pairAddress } from '../view/diff-state.ts';
import { amount, inBytes, inTime, wordsOf } from '../view/kinds.ts';
import { percent } from '../view/units.ts';
import { button, h } from './dom.ts';

export interface SharesView {
  readonly element: HTMLElement;
  show(answer: SharesAnswer, subject: Subject): void;
}

interface Row {
  readonly element: HTMLTableRowElement;
  readonly box: HTMLInputElement | undefined;
  update(share: number, told: string): void;
}

/** `chosen`: one value is what is wanted. */
export function createShares(chosen: (name: string) => void): SharesView {
  const head = h('th', { scope: 'col' });
  const shareHead = h('th', { scope: 'col', class: 'share-of' });
  const amountHead = h('th', { scope: 'col', class: 'number' });
  const body = h('tbody', {});
  const table = h('table', {}, h('thead', {}, h('tr', {}, h('th', { scope: 'col', class: 'tick' }, h('span', { class: 'unseen' }, 'Compare')), head, shareHead, amountHead)), body);
  const compare = h('p', { class: 'pair', role: 'status' });
  const about = h('p', { class: 'quiet about-table' });
  const element = h('section', { class: 'by-value', hidden: '' }, compare, h('div', { class: 'scroller', tabindex: '-1' }, table), about);
  let rows = new Map<string, Row>();
  let laidOut = '';
  let of: { readonly answer: SharesAnswer; readonly subject: Subject } | undefined;
  /** At most two, in the order they were ticked. */
  let ticked: string[] = [];

  body.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...body.querySelectorAll<HTMLElement>('button')];
    const at = links.findIndex((link) => link === document.activeElement);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    links[at + step]?.focus();
  });

  return {
    element,
    show(answer, subject) {
      if (of?.answer.by !== answer.by) {
        rows = new Map();
        ticked = [];
      }
      of = { answer, subject };
      const { by, busyUs, values, others } = answer;
      const { kind } = subject.selection;
      const byTime = inTime(kind);
      const name = nameOfKey(by);
      head.textContent = name;
      shareHead.textContent = `Share of ${byTime ? 'CPU' : wordsOf(kind).whole}`;
      amountHead.textContent = byTime ? 'CPU time' : inBytes(kind) ? 'Bytes' : wordsOf(kind).name;
      element.setAttribute('aria-label', name);
      table.setAttribute('aria-label', `${name}: ${shareHead.textContent.toLowerCase()}`);
      about.textContent = aboutShares(answer, kind);
      for (const value of values) {
        const row = rows.get(value.name) ?? rowOf(value.name, by);
        rows.set(value.name, row);
        row.update(busyUs === 0 ? 0 : value.busyUs / busyUs, amount(value.busyUs, 'us', kind));
      }
      ticked = ticked.filter((one) => values.some((value) => value.name === one));
      const layout = JSON.stringify([by, values.map((value) => value.name), others]);
      if (layout !== laidOut) {
        laidOut = layout;
        const focused = document.activeElement;
        body.replaceChildren(...values.flatMap((value) => rows.get(value.name)?.element ?? []));
        if (others !== undefined) {
          const rest = plainRow(`${others.values.toLocaleString('en')} more`, '');
          rest.update(others.busyUs / busyUs, amount(others.busyUs, 'us', kind));
          body.append(rest.element);
        }
        if (focused instanceof HTMLElement && body.contains(focused)) focused.focus({ preventScroll: true });
      }
      tell();
    },
  };

  function rowOf(name: string, by: string): Row {
    const named = of === undefined ? undefined : selectedBy(of.subject.selection, by, name);
    if (named === undefined) return plainRow(name === '' ? 'for nobody' : name, name === '' ? `without ${by}` : '');
    const box = h('input', { type: 'checkbox', 'aria-label': `Compare ${name}` });
    box.addEventListener('change', () => {
      ticked = box.checked ? [...ticked.slice(-1), name] : ticked.filter((one) => one !== name);
      tell();
    });
    return lineOf(h('td', { class: 'tick' }, box), h('td', {}, button(name, () => { chosen(name); }, { class: 'plain', title: 'Show this one alone' })), box);
  }

  /** How far the two that are to be compared are chosen. */
  function tell(): void {
    for (const [name, { box }] of rows) if (box !== undefined) box.checked = ticked.includes(name);
    const [a, b] = ticked;
    const boxes = [...rows.values()].filter(({ box }) => box !== undefined).length;
    compare.hidden = boxes < 2;
    if (of === undefined) return;
    const { answer: { asked, by }, subject } = of;
    const [first, second] = [a, b].map((name) => (name === undefined ? undefined : selectedBy(subject.selection, by, name)));
    const at = (selection: Subject['selection']): Subject => fixedAt({ selection, from: subject.from, until: subject.until }, asked);
    if (first === undefined || second === undefined) compare.replaceChildren(h('span', { class: 'quiet' }, a === undefined ? 'Tick two to compare them.' : `Tick another to compare it with ${a}.`));
    else compare.replaceChildren(h('a', { href: pairAddress(at(first), at(second)) }, `Compare ${a ?? ''} with ${b ?? ''}`));
  }
}

function plainRow(text: string, more: string): Row {
  return lineOf(h('td', { class: 'tick' }), h('td', {}, text, ...(more === '' ? [] : [' ', h('span', { class: 'quiet' }, more)])), undefined);
}

function lineOf(tick: HTMLElement, name: HTMLElement, box: HTMLInputElement | undefined): Row {
  const bar = h('span', { class: 'part' });
  const part = h('span', {});
  const time = h('td', { class: 'number' });
  return {
    element: h('tr', box === undefined ? { class: 'nobody' } : {}, tick, name, h('td', { class: 'share-of' }, part, h('span', { class: 'bar-of', 'aria-hidden': 'true' }, bar)), time),
    box,
    update(share, told) {
      part.textContent = percent(share);
      time.textContent = told;
      bar.style.width = `${(share * 100).toFixed(2)}%`;
    },
  };
}
