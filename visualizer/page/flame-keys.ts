// Walking the flame graph by keyboard: arrows move, Enter zooms to where one is, Escape zooms out, and the menu's key
// opens the menu. Where one is stays through another drawing.
import type { DrawnNode } from 'd3-flame-graph';
import { keyOf } from '../view/tree.ts';
import type { Drawn } from './drawn.ts';
import { pathOf } from './drawn.ts';
import type { FlameEvents } from './flame-view.ts';

export interface FlameKeys {
  /** Marks again where one is. */
  redrawn(): void;
  current(): DrawnNode<Drawn> | undefined;
}

export interface FlameKeyOptions extends Pick<FlameEvents, 'pointed'> {
  readonly top: () => DrawnNode<Drawn> | undefined;
  /** Whether a child lies deeper on the screen, not higher. */
  readonly down: () => boolean;
  readonly zoomTo: (node: DrawnNode<Drawn>) => void;
  readonly menu: (node: DrawnNode<Drawn>, at: { readonly x: number; readonly y: number }) => void;
}

type Step = (node: DrawnNode<Drawn>) => DrawnNode<Drawn> | null | undefined;

const toChild: Step = (node) => shown(node.children)[0];
const toParent: Step = (node) => node.parent;

export function addKeys(place: HTMLElement, { top, down, zoomTo, menu, pointed }: FlameKeyOptions): FlameKeys {
  let path: readonly string[] = [];
  const steps = (): Readonly<Record<string, Step>> => ({
    ArrowDown: down() ? toChild : toParent,
    ArrowUp: down() ? toParent : toChild,
    ArrowLeft: (node) => beside(node, -1),
    ArrowRight: (node) => beside(node, 1),
  });

  place.addEventListener('keydown', (event) => {
    const { key, altKey, ctrlKey, metaKey, shiftKey, target } = event;
    const here = current();
    const root = top();
    if (root === undefined || here === undefined || altKey || ctrlKey || metaKey || target !== place) return;
    if (key === 'Escape') zoomTo(root);
    else if (key === 'Enter') zoomTo(here);
    else if (key === 'ContextMenu' || (key === 'F10' && shiftKey)) menu(here, cornerOf(here));
    else if (key in steps()) goTo(steps()[key]?.(here) ?? undefined);
    else return;
    // Scrolling by arrows is what the browser would do; here they walk.
    event.preventDefault();
  });
  place.addEventListener('focus', () => { goTo(current()); });
  place.addEventListener('blur', () => {
    place.querySelector('.current')?.classList.remove('current');
    pointed(undefined, { x: 0, y: 0 });
  });

  return {
    current,
    redrawn() {
      if (document.activeElement === place) mark(current());
    },
  };

  function current(): DrawnNode<Drawn> | undefined {
    let here = top();
    for (const key of path) {
      const next = here?.children?.find((child) => child.value > 0 && keyOf(child.data.node, child.parent?.data.node.c ?? []) === key);
      if (next === undefined) break;
      here = next;
    }
    return here;
  }

  function goTo(node: DrawnNode<Drawn> | undefined): void {
    const frame = mark(node);
    if (node === undefined || frame === null) return;
    path = pathOf(node);
    frame.scrollIntoView({ block: 'nearest' });
    pointed(node.data.node, cornerOf(node));
  }

  function mark(node: DrawnNode<Drawn> | undefined): Element | null {
    const frame = node === undefined ? null : place.querySelector(`#${idOf(place, node)}`);
    if (frame === null) return null;
    place.querySelector('.current')?.classList.remove('current');
    frame.classList.add('current');
    place.setAttribute('aria-activedescendant', frame.id);
    return frame;
  }

  function cornerOf(node: DrawnNode<Drawn>): { readonly x: number; readonly y: number } {
    const { left = 0, bottom = 0 } = place.querySelector(`#${idOf(place, node)}`)?.getBoundingClientRect() ?? {};
    return { x: left, y: bottom };
  }
}

export function idOf(place: HTMLElement, { id }: DrawnNode<Drawn>): string {
  return `${place.id}-${id}`;
}

/** What is outside the zoom has no value. */
function shown(nodes: readonly DrawnNode<Drawn>[] = []): readonly DrawnNode<Drawn>[] {
  return nodes.filter(({ value }) => value > 0);
}

function beside(node: DrawnNode<Drawn>, by: number): DrawnNode<Drawn> | undefined {
  const row = shown(node.parent?.children);
  return row[row.indexOf(node) + by];
}
