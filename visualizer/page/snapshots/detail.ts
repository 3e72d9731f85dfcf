// One class or one object: who keeps it, as a picture and as text, and what it refers to, step by step.
import type { ClassView, Holder, Neighbour, ObjectRow, ObjectView } from '../../snapshot/answers.ts';
import { holdsText, objectText, pathLines, referenceText } from '../../view/retaining.ts';
import { bytes, percent } from '../../view/units.ts';
import { h } from '../dom.ts';
import { createPathView } from './path-view.ts';

/** Address of the page about an object. */
export type HrefOf = (id: number) => string;

export function classDetail({ row, paths, objects }: ClassView, hrefOf: HrefOf): HTMLElement[] {
  const { name, count, shallow, retained } = row;
  const kept = paths.slice(0, MOST_PATHS);
  return [
    h('h2', { tabindex: '-1' }, h('span', { class: 'mono' }, name)),
    h('p', { class: 'quiet' }, `${count.toLocaleString('en')} of them, ${bytes(shallow)}; they keep ${bytes(retained)} alive.`),
    h('h3', {}, 'Who keeps them'),
    createPathView(kept.map((group) => ({ path: group.path, about: `${group.count.toLocaleString('en')} of ${count.toLocaleString('en')}, ${bytes(group.retained)}, are kept so:` })), ({ object }) => hrefOf(object.id)),
    h('ul', { class: 'quiet groups' }, ...kept.map((group) => h('li', {}, `${group.count.toLocaleString('en')} of ${count.toLocaleString('en')}, ${bytes(group.retained)}, end at `, link(group.path.at(-1)?.object, hrefOf), ' and its like'))),
    h('h3', {}, objects.length < count ? `The ${objects.length} largest` : 'All of them'),
    objectTable(objects.map((object) => ({ object })), hrefOf, 'Objects'),
  ];
}

const MOST_PATHS = 4;

export function objectDetail({ object, path, retainers, retainerCount, referents, referentCount }: ObjectView, hrefOf: HrefOf, hrefOfClass: (name: string) => string): HTMLElement[] {
  const more = (shown: readonly unknown[], all: number): string => (shown.length < all ? ` (the first ${shown.length} of ${all.toLocaleString('en')})` : '');
  return [
    h('h2', { tabindex: '-1' }, h('span', { class: 'mono' }, objectText(object))),
    h('p', { class: 'quiet' }, `${bytes(object.shallow)} itself, keeps ${bytes(object.retained)} alive. `, h('a', { href: hrefOfClass(object.className) }, `All ${object.className}`)),
    h('h3', {}, 'Who keeps it'),
    ...(path.length > 1 ? [createPathView([{ path, about: '' }], ({ object: one }) => hrefOf(one.id))] : [h('p', {}, 'Nothing but weak references reach it: the next garbage collection takes it.')]),
    h('h3', {}, `What refers to it${more(retainers, retainerCount)}`),
    objectTable(retainers, hrefOf, 'What refers to it'),
    h('h3', {}, `What it refers to${more(referents, referentCount)}`),
    objectTable(referents, hrefOf, 'What it refers to'),
  ];
}

/** What keeps the most, each with its path. */
export function holderList(holders: readonly Holder[], whole: number, hrefOf: HrefOf): HTMLElement {
  return h('ol', { class: 'holders' }, ...holders.map((holder) => h('li', {},
    h('strong', {}, `${bytes(holder.object.retained)}, ${percent(holder.object.retained / whole)}`), ' ', link(holder.object, hrefOf), holder.holds.length === 0 ? '' : ` with ${holdsText(holder)}`,
    h('details', {}, h('summary', {}, 'Who keeps it'), h('pre', { tabindex: '0' }, pathLines(holder.path).join('\n'))))));
}

function objectTable(rows: readonly (Partial<Neighbour> & { readonly object: ObjectRow })[], hrefOf: HrefOf, label: string): HTMLElement {
  if (rows.length === 0) return h('p', { class: 'quiet' }, 'Nothing.');
  const named = rows.some(({ by }) => by !== undefined);
  const heads = [...(named ? ['By'] : []), 'Object', 'Shallow', 'Retained'];
  return h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': `Table: ${label}` }, h('table', { class: 'objects', 'aria-label': label },
    h('thead', {}, h('tr', {}, ...heads.map((name, index) => h('th', { scope: 'col', class: index >= heads.length - 2 ? 'number' : name.toLowerCase() }, name)))),
    h('tbody', {}, ...rows.map(({ by, object }) => h('tr', {},
      named ? h('td', { class: by?.type === 'weak' ? 'mono quiet' : 'mono' }, by === undefined ? '' : `${referenceText(by)}${by.type === 'weak' ? ' weak' : ''}`) : undefined,
      h('td', {}, link(object, hrefOf)), h('td', { class: 'number' }, bytes(object.shallow)), h('td', { class: 'number' }, bytes(object.retained)))))));
}

function link(object: ObjectRow | undefined, hrefOf: HrefOf): HTMLElement | string {
  return object === undefined ? '' : h('a', { href: hrefOf(object.id), class: 'mono' }, objectText(object));
}
