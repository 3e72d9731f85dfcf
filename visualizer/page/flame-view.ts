// A flame graph over d3-flame-graph. Another tree is drawn at once and zoomed as the last one was, so that following
// the newest windows does not flicker; only zooming moves.
import { select } from 'd3-selection';
import flamegraph from 'd3-flame-graph';
import type { DrawnNode } from 'd3-flame-graph';
import type { FlameNode, FrameKey } from '../api.ts';
import { sameFunction } from '../view/functions.ts';
import { colourOf, groupOf } from '../view/groups.ts';
import type { Search } from '../view/search.ts';
import type { Weight } from '../view/state.ts';
import { percent } from '../view/units.ts';
import { atOnce } from './at-once.ts';
import { h } from './dom.ts';
import type { Drawn } from './drawn.ts';
import { drawnOf, nodeAt, pathOf } from './drawn.ts';
import { addKeys, idOf } from './flame-keys.ts';

export interface FlameView {
  readonly element: HTMLElement;
  /** Draws another tree, zoomed to the end of a path of its nodes. */
  draw(drawing: Drawing): void;
  /** Moves to the end of a path of the nodes that are drawn. */
  zoomTo(path: readonly FlameNode[]): void;
  /** Colours what a search finds. */
  find(search: Search | undefined): void;
  /** Makes one function stand out, wherever it is. */
  mark(frame: FrameKey | undefined): void;
}

export interface Drawing {
  readonly root: FlameNode;
  readonly weight: Weight;
  readonly zoom: readonly FlameNode[];
  /** The root at the bottom. */
  readonly up: boolean;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface FlameEvents {
  readonly pointed: (node: FlameNode | undefined, at: Point, root?: FlameNode) => void;
  /** Keys below the root; empty when zoomed out. */
  readonly zoomed: (path: readonly string[]) => void;
  /** What was cut at the end of this path is wanted. */
  readonly opened: (path: readonly string[]) => void;
  /** `stack`: from the root, which is not in it. */
  readonly menu: (node: FlameNode, at: Point, stack: readonly FlameNode[]) => void;
}

/** What differs from a graph of one profile. */
export interface FlameLook {
  /** A class of colours. */
  readonly colour?: (node: FlameNode) => string;
  /** What assistive technology says of a node. */
  readonly told?: (node: FlameNode) => string;
}

const CELL_PX = 20;
/** What is narrower is all edge. */
const MIN_FRAME_PX = 2;
/** More than these do not move smoothly: they are where they will be at once. */
const MOST_MOVING = 600;
const TRANSITION_MS = 180;
/** In place of the library's titles, which would be one more element of each frame. */
const NO_TIP = Object.assign(() => undefined, { show: () => undefined, hide: () => undefined });

export function createFlameView(id: string, events: FlameEvents, { colour: classOf = (node) => colourOf(groupOf(node)), told }: FlameLook = {}): FlameView {
  const place: HTMLElement = h('div', { class: 'flames', id, role: 'tree', tabindex: '0' });
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let found: Search | undefined;
  let marked: FrameKey | undefined;
  let up = false;
  let drawn = false;
  let widthPx = 0;
  /** While the page itself zooms, nobody chose anything. */
  let choosing = true;
  const colour = ({ parent, data }: DrawnNode<Drawn>): string => (parent !== null && found?.matches(data.node) === true ? 'var(--match)' : `var(--${classOf(data.node)})`);
  const chart = flamegraph<Drawn>()
    .cellHeight(CELL_PX)
    .minFrameSize(MIN_FRAME_PX)
    .resetHeightOnZoom(true)
    .transitionDuration(TRANSITION_MS)
    .tooltip(NO_TIP)
    .setLabelHandler(() => '')
    .setColorMapper(colour)
    .onClick((node) => {
      describe();
      if (!choosing) return;
      if (node.data.node.cut !== undefined && node.parent !== null) events.opened(pathOf(node.parent));
      else events.zoomed(pathOf(node));
    });
  const top = (): DrawnNode<Drawn> => select<HTMLElement, DrawnNode<Drawn>>(place).datum();
  const menu = (node: DrawnNode<Drawn>, at: Point): void => { events.menu(node.data.node, at, stackOf(node)); };
  const keys = addKeys(place, { top: () => (drawn ? top() : undefined), down: () => !up, zoomTo: zoom, menu, pointed });

  // Before d3-flame-graph hears of it, which would always move.
  place.addEventListener('click', (event) => {
    const frame = frameOf(event);
    if (frame === null) return;
    event.stopPropagation();
    zoom(nodeAt(frame));
  }, { capture: true });
  place.addEventListener('mousemove', (event) => {
    const frame = frameOf(event);
    pointed(frame === null ? undefined : nodeAt(frame).data.node, { x: event.clientX, y: event.clientY });
  });
  place.addEventListener('mouseleave', () => { pointed(undefined, { x: 0, y: 0 }); });
  place.addEventListener('contextmenu', (event) => {
    const frame = frameOf(event);
    if (frame === null) return;
    event.preventDefault();
    menu(nodeAt(frame), { x: event.clientX, y: event.clientY });
  });
  new ResizeObserver(() => {
    if (!drawn || place.clientWidth === 0 || place.clientWidth === widthPx) return;
    atOnce(() => { chart.width(widthPx = place.clientWidth).update(); });
    describe();
  }).observe(place);

  return {
    element: place,
    draw({ root, weight, zoom, up: upwards }) {
      up = upwards;
      place.classList.toggle('up', up);
      const tree = drawnOf(root, weight, zoom);
      chart.width(widthPx = place.clientWidth).inverted(!up);
      atOnce(() => {
        if (drawn) chart.update(tree);
        else select(place).datum(tree).call(chart);
      });
      drawn = true;
      describe(true);
    },
    zoomTo(path) {
      const target = path.reduce((node, wanted) => node.children?.find((child) => child.data.node === wanted) ?? node, top());
      choosing = false;
      zoom(target);
      choosing = true;
    },
    find(search) {
      found = search;
      for (const frame of place.querySelectorAll('g.frame')) {
        const [rect, fill] = [frame.firstElementChild, colour(nodeAt(frame))];
        if (rect?.getAttribute('fill') !== fill) rect?.setAttribute('fill', fill);
      }
    },
    mark(frame) {
      marked = frame;
      showMarks();
    },
  };

  function zoom(node: DrawnNode<Drawn>): void {
    if (still || place.querySelectorAll('g.frame').length > MOST_MOVING) atOnce(() => { chart.zoomTo(node); });
    else chart.zoomTo(node);
  }

  function pointed(node: FlameNode | undefined, at: Point): void {
    events.pointed(node, at, drawn ? top().data.node : undefined);
  }

  /** d3-flame-graph draws bare groups: this says to assistive technology what they are. `anew`: all are of another tree. */
  function describe(anew = false): void {
    const whole = top().data.value;
    place.querySelector('svg')?.setAttribute('role', 'presentation');
    for (const frame of place.querySelectorAll('g.frame')) {
      if (!anew && frame.hasAttribute('role')) continue;
      const node = nodeAt(frame);
      frame.id = idOf(place, node);
      frame.setAttribute('role', 'treeitem');
      frame.setAttribute('aria-level', String(node.depth + 1));
      frame.setAttribute('aria-label', told?.(node.data.node) ?? `${node.data.name}, ${whole === 0 ? '' : percent(node.data.value / whole)}`);
    }
    keys.redrawn();
    showMarks();
  }

  function showMarks(): void {
    if (marked === undefined && !place.classList.contains('marking')) return;
    place.classList.toggle('marking', marked !== undefined);
    for (const frame of place.querySelectorAll('g.frame')) frame.classList.toggle('marked', sameFunction(nodeAt(frame).data.node.frame, marked));
  }
}

function frameOf({ target }: Event): Element | null {
  return target instanceof Element ? target.closest('g.frame') : null;
}

function stackOf(node: DrawnNode<Drawn>): FlameNode[] {
  const stack: FlameNode[] = [];
  for (let at = node; at.parent !== null; at = at.parent) stack.unshift(at.data.node);
  return stack;
}
