// The flame graph itself, over d3-flame-graph: it writes into the tree that it draws, so it gets a copy of its own.
import { select } from 'd3-selection';
import flamegraph from 'd3-flame-graph';
import type { DrawnNode } from 'd3-flame-graph';
import type { FlameNode } from '../api.ts';
import { addKeys } from './flame-keys.ts';
import { keyOf } from '../view/tree.ts';
import { percent } from '../view/units.ts';

export interface FlameView {
  /** Draws another tree, zoomed to the end of a path of its nodes. */
  draw(root: FlameNode, weight: 'us' | 'count', zoom: readonly FlameNode[]): void;
  /** Marks what matches; tells the summed weight of it, each stack once. */
  search(term: string): number;
  resetZoom(): void;
}

export interface FlameEvents {
  readonly pointed: (node: FlameNode | undefined, at: { readonly x: number; readonly y: number }) => void;
  /** Keys below the root; empty when zoomed out. */
  readonly zoomed: (path: readonly string[]) => void;
  /** What was cut at the end of this path is wanted. */
  readonly opened: (path: readonly string[]) => void;
}

export interface Drawn {
  readonly name: string;
  readonly value: number;
  readonly c: readonly Drawn[];
  readonly node: FlameNode;
}

const CELL_PX = 20;
const MIN_FRAME_PX = 1;
const TRANSITION_MS = 180;

export function createFlameView(place: HTMLElement, events: FlameEvents): FlameView {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let matched = 0;
  let drawn = false;
  /** While the page itself zooms, nobody chose anything. */
  let choosing = true;
  const chart = flamegraph<Drawn>()
    .cellHeight(CELL_PX)
    .minFrameSize(MIN_FRAME_PX)
    .transitionDuration(still ? 0 : TRANSITION_MS)
    .inverted(true)
    .resetHeightOnZoom(true)
    .setLabelHandler(() => '')
    .setColorMapper((node) => (node.highlight === true ? 'var(--match)' : `var(--${node.data.node.origin})`))
    .setSearchMatch((node, term) => term !== '' && node.parent !== null && matches(node.data.node, term))
    .setSearchHandler((results) => {
      const found = new Set(results);
      matched = results.filter((node) => !hasAncestorIn(node, found)).reduce((sum, node) => sum + node.data.value, 0);
    })
    .onClick((node) => {
      describe();
      if (!choosing) return;
      if (node.data.node.cut !== undefined && node.parent !== null) events.opened(pathOf(node.parent));
      else events.zoomed(pathOf(node));
    });
  const top = (): DrawnNode<Drawn> => select<HTMLElement, DrawnNode<Drawn>>(place).datum();

  place.addEventListener('mousemove', (event) => {
    const frame = event.target instanceof Element ? event.target.closest('g.frame') : null;
    events.pointed(frame === null ? undefined : nodeAt(frame).data.node, { x: event.clientX, y: event.clientY });
  });
  place.addEventListener('mouseleave', () => {
    events.pointed(undefined, { x: 0, y: 0 });
  });
  addKeys(place, {
    top: () => (drawn ? top() : undefined),
    zoomTo: (node) => { chart.zoomTo(node); },
    pointed: events.pointed,
  });
  new ResizeObserver(() => {
    if (!drawn || place.clientWidth === 0) return;
    chart.width(place.clientWidth);
    chart.update();
    describe();
  }).observe(place);

  return {
    draw(root, weight, zoom) {
      const tree = copyOf(root, (node) => (weight === 'us' ? node.totalUs : node.totalCount));
      chart.width(place.clientWidth);
      if (drawn) chart.update(tree);
      else select(place).datum(tree).call(chart);
      drawn = true;
      const target = zoom.reduce((node, wanted) => node.children?.find((child) => child.data.node === wanted) ?? node, top());
      if (target !== top()) quietly(() => { chart.zoomTo(target); });
      describe();
    },
    search(term) {
      matched = 0;
      if (!drawn) return 0;
      if (term === '') chart.clear();
      else chart.search(term);
      describe();
      return matched;
    },
    resetZoom() {
      if (drawn) chart.resetZoom();
    },
  };

  function quietly(work: () => void): void {
    choosing = false;
    work();
    choosing = true;
  }

  /** d3-flame-graph draws bare groups: this says to assistive technology what they are. */
  function describe(): void {
    const whole = top().data.value;
    place.querySelector('svg')?.setAttribute('role', 'presentation');
    for (const frame of place.querySelectorAll('g.frame')) {
      const node = nodeAt(frame);
      frame.id = `frame-${node.id}`;
      frame.setAttribute('role', 'treeitem');
      frame.setAttribute('aria-level', String(node.depth + 1));
      frame.setAttribute('aria-label', `${node.data.name}, ${whole === 0 ? '' : percent(node.data.value / whole)}`);
    }
  }
}

export function nodeAt(frame: Element): DrawnNode<Drawn> {
  return select<Element, DrawnNode<Drawn>>(frame).datum();
}

function copyOf(node: FlameNode, weigh: (node: FlameNode) => number): Drawn {
  const c = node.c.map((child) => copyOf(child, weigh)).sort((a, b) => b.value - a.value);
  return { name: node.name, value: weigh(node), c, node };
}

/** By name and by file, whatever the case. */
function matches({ name, url }: FlameNode, term: string): boolean {
  const wanted = term.toLowerCase();
  return name.toLowerCase().includes(wanted) || url.toLowerCase().includes(wanted);
}

function hasAncestorIn(node: DrawnNode<Drawn>, found: ReadonlySet<DrawnNode<Drawn>>): boolean {
  for (let up = node.parent; up !== null; up = up.parent) if (found.has(up)) return true;
  return false;
}

function pathOf(node: DrawnNode<Drawn>): string[] {
  const path: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) path.unshift(keyOf(at.data.node, at.parent.data.node.c));
  return path;
}
