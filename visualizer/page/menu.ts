// A menu at a point: arrows walk, Escape and whatever is outside close it, and the focus goes back to where it was.
import { button, h } from './dom.ts';

export interface Menu {
  readonly element: HTMLElement;
  open(title: string, items: readonly MenuItem[], at: { readonly x: number; readonly y: number }): void;
}

export interface MenuItem {
  readonly label: string;
  readonly act: () => void;
}

const MARGIN_PX = 8;

export function createMenu(): Menu {
  const element = h('div', { class: 'menu', role: 'menu', hidden: '' });
  let back: Element | null = null;
  const close = (): void => {
    if (element.hidden) return;
    element.hidden = true;
    if (back instanceof HTMLElement) back.focus({ preventScroll: true });
  };

  document.addEventListener('pointerdown', ({ target }) => {
    if (target instanceof Node && !element.contains(target)) close();
  });
  window.addEventListener('blur', close);
  window.addEventListener('resize', close);
  document.addEventListener('scroll', close, { capture: true, passive: true });
  element.addEventListener('keydown', (event) => {
    const items = [...element.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const at = items.findIndex((item) => item === document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) items.at(next % items.length)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    element,
    open(title, items, at) {
      if (element.hidden) back = document.activeElement;
      element.setAttribute('aria-label', title);
      element.replaceChildren(...items.map(({ label, act }) => button(label, () => {
        close();
        act();
      }, { role: 'menuitem', tabindex: '-1' })));
      element.hidden = false;
      element.style.left = `${Math.max(MARGIN_PX, Math.min(at.x, innerWidth - element.offsetWidth - MARGIN_PX))}px`;
      element.style.top = `${Math.max(MARGIN_PX, Math.min(at.y, innerHeight - element.offsetHeight - MARGIN_PX))}px`;
      element.querySelector<HTMLElement>('[role=menuitem]')?.focus({ preventScroll: true });
    },
  };
}
