// A list of links that opens at a button and closes at Escape.
import { h } from './dom.ts';

export function createLinks(label: string): { readonly element: HTMLElement; readonly show: (links: readonly HTMLElement[]) => void } {
  const list = h('ul', {});
  const element = h('details', { class: 'take', hidden: '' }, h('summary', {}, label), list);
  element.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !element.open) return;
    element.open = false;
    element.querySelector('summary')?.focus();
  });
  return {
    element,
    show(links) {
      element.hidden = false;
      list.replaceChildren(...links);
    },
  };
}

export function entry(href: string, text: string, more: Readonly<Record<string, string>> = {}): HTMLElement {
  return h('li', {}, h('a', { href, ...more }, text));
}
