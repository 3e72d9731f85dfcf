// What colours mean, with the share of each; a click takes a group out or brings it back.
import type { Group } from '../view/groups.ts';
import { percent } from '../view/units.ts';
import { button, h } from './dom.ts';

export interface Legend {
  readonly element: HTMLElement;
  show(groups: readonly Group[], options: LegendOptions): void;
}

export interface LegendOptions {
  /** What shares are of. */
  readonly whole: number;
  readonly hide: readonly string[];
  readonly searching: boolean;
  /** Class of a group's colour. */
  readonly colour: (key: string) => string;
}

/** More are a click away. */
const MOST_GROUPS = 10;

export function createLegend(changed: (hide: readonly string[]) => void): Legend {
  const element = h('ul', { class: 'legend', 'aria-label': 'Colours' });
  let all = false;
  let drawn = '';

  function show(groups: readonly Group[], options: LegendOptions): void {
    const { whole, hide, searching, colour: classOf } = options;
    const listed = groups.slice(0, all ? groups.length : MOST_GROUPS);
    const left = groups.length - listed.length;
    const entries = listed.map(({ key, name, self }) => ({ key, colour: classOf(key), text: `${name} ${whole === 0 ? '' : percent(self / whole)}`, off: hide.includes(key), can: key !== 'part' }));
    const wanted = JSON.stringify([entries, left, searching]);
    if (wanted === drawn) return;
    drawn = wanted;
    const focused = element.contains(document.activeElement) ? document.activeElement?.getAttribute('data-key') : undefined;
    element.replaceChildren(
      ...entries.map(({ key, colour, text, off, can }) => h('li', {}, can ? toggle(key, colour, text, off) : h('span', { class: `swatched ${colour}` }, text))),
      ...(left === 0 ? [] : [h('li', {}, button(`${left} more`, () => {
        all = true;
        show(groups, options);
      }, { class: 'plain' }))]),
      ...(searching ? [h('li', {}, h('span', { class: 'swatched match' }, 'found'))] : []));
    for (const one of element.querySelectorAll<HTMLElement>('button')) if (focused !== undefined && one.dataset['key'] === focused) one.focus();

    function toggle(key: string, colour: string, text: string, off: boolean): HTMLElement {
      return button(text, () => { changed(off ? hide.filter((other) => other !== key) : [...hide, key]); }, {
        class: `swatched ${colour}`, 'aria-pressed': String(!off), 'data-key': key, title: off ? 'Bring it back' : 'Take it out: its time counts for what called it',
      });
    }
  }
  return { element, show };
}
