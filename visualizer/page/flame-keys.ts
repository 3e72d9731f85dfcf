// Walking the flame graph by keyboard: arrows move, Enter zooms to where one is, Escape zooms out.
import type { DrawnNode } from 'd3-flame-graph';
import type { Drawn, FlameEvents } from './flame-view.ts';

export interface FlameKeys {
  readonly top: () => DrawnNode<Drawn> | undefined;
  readonly zoomTo: (node: DrawnNode<Drawn>) => void;
  readonly pointed: FlameEvents['pointed'];
}

type Step = (node: DrawnNode<Drawn>) => DrawnNode<Drawn> | null | undefined;

const STEPS: Readonly<Record<string, Step>> = {
  ArrowDown: (node) => shown(node.children)[0],
  ArrowUp: (node) => node.parent,
  ArrowLeft: (node) => beside(node, -1),
  ArrowRight: (node) => beside(node, 1),
};

export function addKeys(place: HTMLElement, { top, zoomTo, pointed }: FlameKeys): void {
  let current = 0;

  place.addEventListener('keydown', ({ key, altKey, ctrlKey, metaKey, target }) => {
    const root = top();
    if (root === undefined || altKey || ctrlKey || metaKey || target !== place) return;
    const here = find(root, current) ?? root;
    if (key === 'Escape') zoomTo(root);
    else if (key === 'Enter') zoomTo(here);
    else goTo(STEPS[key]?.(here) ?? undefined);
  });
  // Scrolling by arrows is what the browser would do; here they walk.
  place.addEventListener('keydown', (event) => {
    if (event.key in STEPS) event.preventDefault();
  });
  place.addEventListener('focus', () => {
    const root = top();
    if (root !== undefined) goTo(find(root, current) ?? root);
  });
  place.addEventListener('blur', () => {
    place.querySelector('.current')?.classList.remove('current');
    pointed(undefined, { x: 0, y: 0 });
  });

  function goTo(node: DrawnNode<Drawn> | undefined): void {
    const frame = node === undefined ? null : place.querySelector(`#frame-${node.id}`);
    if (node === undefined || frame === null) return;
    current = node.id;
    place.querySelector('.current')?.classList.remove('current');
    frame.classList.add('current');
    place.setAttribute('aria-activedescendant', frame.id);
    frame.scrollIntoView({ block: 'nearest' });
    const { left, bottom } = frame.getBoundingClientRect();
    pointed(node.data.node, { x: left, y: bottom });
  }
}

function find(node: DrawnNode<Drawn>, id: number): DrawnNode<Drawn> | undefined {
  if (node.id === id) return node;
  for (const child of node.children ?? []) {
    const found = find(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is outside the zoom has no value. */
function shown(nodes: readonly DrawnNode<Drawn>[] = []): readonly DrawnNode<Drawn>[] {
  return nodes.filter(({ value }) => value > 0);
}

function beside(node: DrawnNode<Drawn>, by: number): DrawnNode<Drawn> | undefined {
  const row = shown(node.parent?.children);
  return row[row.indexOf(node) + by];
}
