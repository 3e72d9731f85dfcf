// One side of a comparison: what it is, when it was, and ways to choose another.
import { amount, inTime, wordsOf } from '../view/kinds.ts';
import { clockTime, duration, samples } from '../view/units.ts';
import type { DiffSide } from '../view/change.ts';
import { dateRead, dateShown } from '../view/range.ts';
import type { Subject } from '../view/state.ts';
import { createChooser } from './chooser.ts';
import { field } from './controls.ts';
import { h } from './dom.ts';

export interface SideView {
  readonly element: HTMLElement;
  /** `href`: its own page of flames. */
  show(subject: Subject, side: DiffSide | undefined, options: { readonly href: string; readonly utc: boolean }): void;
}

export function createSide(name: 'A' | 'B', changed: (change: Partial<Subject>) => void): SideView {
  let utc = false;
  const title = h('a', { href: '/' });
  const facts = h('p', { class: 'quiet facts' });
  const chooser = createChooser({ label: `What ${name} is`, selected: (selection) => { changed({ selection }); } });
  const from = field('From', (text) => { changed({ from: dateRead(text, utc) }); });
  const until = field('Until', (text) => { changed({ until: dateRead(text, utc) }); });
  const times = h('form', { class: 'controls', 'aria-label': `When ${name} was` }, from.element, until.element);
  times.addEventListener('submit', (event) => { event.preventDefault(); });
  return {
    element: h('section', { class: 'side', 'aria-label': name }, h('h2', {}, `${name}: `, title), facts, chooser.element, times),
    show(subject, side, { href, utc: inUtc }) {
      utc = inUtc;
      title.href = href;
      title.textContent = side?.title ?? '…';
      facts.textContent = side === undefined ? '' : factsOf(side, utc);
      chooser.show(subject.selection, '', side);
      from.show(dateShown(subject.from, utc));
      until.show(dateShown(subject.until, utc));
    },
  };
}

function factsOf({ selection, covered, windows, threadCount, samples: count, busyUs, coveredUs }: DiffSide, utc: boolean): string {
  if (covered === undefined) return 'Nothing is kept for this choice.';
  return [
    `${clockTime(covered.fromMs, utc)} to ${clockTime(covered.untilMs, utc)}`,
    `${windows} ${windows === 1 ? 'window' : 'windows'}${threadCount > 1 ? ` of ${threadCount} threads` : ''}`,
    samples(count),
    inTime(selection.kind) ? `${duration(busyUs)} busy in ${duration(coveredUs)}` : `${amount(busyUs, 'us', selection.kind)} ${wordsOf(selection.kind).did}`,
  ].join(' · ');
}
