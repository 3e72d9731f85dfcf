// From one page about a choice to the others about the same choice and time.
import type { Subject, Times } from '../view/state.ts';
import { joined, pageOf, writeTimes } from '../view/state.ts';
import { h } from './dom.ts';

export interface PageLinks {
  readonly element: HTMLElement;
  show(state: Subject & Times): void;
}

const PAGES = { graph: 'Flames', memory: 'Memory', process: 'Processes' } as const;

export function createPageLinks(current: keyof typeof PAGES): PageLinks {
  const links = Object.entries(PAGES).map(([page, name]) => ({ page, link: h('a', page === current ? { 'aria-current': 'page' } : {}, name) }));
  return {
    element: h('nav', { class: 'page-links', 'aria-label': 'About the same' }, ...links.map(({ link }) => link)),
    show(state) {
      for (const { page, link } of links) {
        const { path, query } = pageOf(page, state);
        writeTimes(state, query);
        link.href = joined(path, query);
      }
    },
  };
}
