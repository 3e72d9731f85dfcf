// The flame graph itself, over d3-flame-graph: it writes into the tree that it draws, so it gets a copy of its own.
import { select } from 'd3-selection';
import flamegraph from 'd3-flame-graph';
import type { DrawnNode } from 'd3-flame-graph';
import type { FlameNode } from '../api.ts';

export interface FlameView {
  /** Draws another tree, zoomed to the same path where it is still there. */
  draw(root: FlameNode, weight: 'us' | 'count'): void;
  /** Marks what matches; tells the summed weight of it, each stack once. */
  search(term: string): number;
  resetZoom(): void;
}

export interface FlameEvents {
  hovered(node: FlameNode | undefined, at: { readonly x: number; readonly y: number }): void;
  zoomed(path: readonly FlameNode[]): void;
}

interface Drawn {
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
  let weightOf = (node: FlameNode): number => node.totalUs;
  let zoom: readonly string[] = [];
  let drawn = false;
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
      zoom = pathOf(node).map(({ name }) => name);
      events.zoomed(pathOf(node));
    });

  place.addEventListener('mousemove', (event) => {
    const frame = event.target instanceof Element ? event.target.closest('g.frame') : null;
    const node = frame === null ? undefined : select<Element, DrawnNode<Drawn>>(frame).datum().data.node;
    events.hovered(node, { x: event.clientX, y: event.clientY });
  });
  place.addEventListener('mouseleave', () => {
    events.hovered(undefined, { x: 0, y: 0 });
  });
  new ResizeObserver(() => {
    if (!drawn) return;
    chart.width(place.clientWidth);
    chart.update();
  }).observe(place);

  return {
    draw(root, weight) {
      weightOf = (node) => (weight === 'us' ? node.totalUs : node.totalCount);
      const tree = copyOf(root);
      chart.width(place.clientWidth);
      if (drawn) chart.update(tree);
      else select(place).datum(tree).call(chart);
      drawn = true;
      const top = select<HTMLElement, DrawnNode<Drawn>>(place).datum();
      const target = follow(top, zoom);
      if (target !== top) chart.zoomTo(target);
    },
    search(term) {
      matched = 0;
      if (!drawn) return 0;
      if (term === '') chart.clear();
      else chart.search(term);
      return matched;
    },
    resetZoom() {
      zoom = [];
      if (drawn) chart.resetZoom();
    },
  };

  function copyOf(node: FlameNode): Drawn {
    const children = node.c.map(copyOf).sort((a, b) => b.value - a.value);
    return { name: node.name, value: weightOf(node), c: children, node };
  }
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

/** Below the root. */
function pathOf(node: DrawnNode<Drawn>): FlameNode[] {
  const path: FlameNode[] = [];
  for (let at = node; at.parent !== null; at = at.parent) path.unshift(at.data.node);
  return path;
}

function follow(top: DrawnNode<Drawn>, names: readonly string[]): DrawnNode<Drawn> {
  return names.reduce((node, name) => node.children?.find((child) => child.data.name === name) ?? node, top);
}
