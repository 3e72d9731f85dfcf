// What grows on and on, in words, each with how sure that is and where to look on.
import type { LeakAnswer, LeaksAnswer } from '../api.ts';
import { EVERYTHING, narrowed } from '../selection.ts';
import { pairAddress } from '../view/diff-state.ts';
import { leakDoubt, leakSentence } from '../view/leak-words.ts';
import type { MemoryState } from '../view/memory-state.ts';
import { memoryAddress } from '../view/memory-state.ts';
import { textsOf } from '../view/range.ts';
import { readSnapshotState, snapshotAddress } from '../view/snapshot-state.ts';
import type { Subject } from '../view/state.ts';
import { addressOf, readState } from '../view/state.ts';
import { h } from './dom.ts';

export interface LeaksView {
  readonly element: HTMLElement;
  /** Nothing is told before there is an answer. */
  show(answer: LeaksAnswer | undefined, state: MemoryState): void;
}

const MOST = 8;
const HOUR_MS = 3_600_000;

export function createLeaks(): LeaksView {
  const element = h('div', { class: 'leaks', role: 'status' });
  let drawn = '';
  return {
    element,
    show(answer, state) {
      const wanted = JSON.stringify([answer?.leaks, answer?.checked.length, answer?.left, state.utc, memoryAddress(state)]);
      if (wanted === drawn) return;
      drawn = wanted;
      if (answer === undefined) {
        element.replaceChildren();
        return;
      }
      const { leaks, checked, left } = answer;
      const whose = checked.length + left > 1 || new Set(leaks.map(({ host, boot }) => `${host} ${boot}`)).size > 1;
      const listed = leaks.slice(0, MOST).map((leak) => h('li', {}, ...sentenceOf(leak, answer, state, whose), h('div', { class: 'quiet' }, leakDoubt(leak)), h('div', { class: 'leak-acts' }, ...actsFor(leak, answer))));
      const more = [
        leaks.length > MOST ? `${leaks.length - MOST} more processes grow.` : '',
        left > 0 ? `${checked.length} of ${checked.length + left} hosts were looked at: narrow the choice to look at others.` : '',
      ].filter((part) => part !== '').join(' ');
      element.replaceChildren(
        listed.length > 0 ? h('ul', { class: 'notice' }, ...listed) : h('p', { class: 'quiet' }, 'No leak in sight. What grows is told when it has grown steadily for 20 minutes, after the warm-up of its process.'),
        ...(more === '' ? [] : [h('p', { class: 'quiet' }, more)]));
    },
  };
}

/** Where it is held, what grew, and who keeps it. */
function actsFor({ of, host, boot, sinceMs, lastMs }: LeakAnswer, { asked }: LeaksAnswer): HTMLElement[] {
  const selection = { ...narrowed(EVERYTHING, { host, process: boot }), kind: 'heap-live' };
  const lengthMs = Math.min(HOUR_MS, (lastMs - sinceMs) / 4);
  const at = (untilMs: number): Subject => ({ selection, ...textsOf({ fromMs: untilMs - lengthMs, untilMs }) });
  const snapshot = h('a', { href: snapshotAddress({ ...readSnapshotState(''), take: host }) }, 'Who keeps it: take a heap snapshot');
  if (of !== 'heap') return [snapshot];
  return [
    snapshot,
    h('a', { href: pairAddress(at(sinceMs + lengthMs), at(lastMs)) }, 'What grew, by where it was allocated'),
    h('a', { href: addressOf({ ...readState('', ''), ...at(Math.min(lastMs, asked.untilMs)), live: false }) }, 'Where it is held'),
  ];
}

function sentenceOf(leak: LeakAnswer, { asked }: LeaksAnswer, state: MemoryState, whose: boolean): (Node | string)[] {
  const words = leakSentence(leak, asked, state.utc);
  if (!whose) return [h('strong', {}, `${words.charAt(0).toUpperCase()}${words.slice(1)}.`)];
  return [h('a', { href: memoryAddress({ ...state, by: '', selection: narrowed(EVERYTHING, { host: leak.host, process: leak.boot }) }) }, leak.host), ': ', h('strong', {}, `${words}.`)];
}
