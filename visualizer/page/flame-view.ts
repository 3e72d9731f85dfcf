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
const MIN_FRAME_PX = 1;
const TRANSITION_MS = 180;

export function createFlameView(id: string, events: FlameEvents, { colour: classOf = (node) => colourOf(groupOf(node)), told }: FlameLook = {}): FlameView {
  const place: HTMLElement = h('div', { class: 'flames', id, role: 'tree', tabindex: '0' });
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let found: Search | undefined;
  let marked: FrameKey | undefined;
  let up = false;
  let drawn = false;
  /** While the page itself zooms, nobody chose anything. */
  let choosing = true;
  const colour = ({ parent, data }: DrawnNode<Drawn>): string => (parent !== null && found?.matches(data.node) === true ? 'var(--match)' : `var(--${classOf(data.node)})`);
  const chart = flamegraph<Drawn>()
    .cellHeight(CELL_PX)
    .minFrameSize(MIN_FRAME_PX)
    .resetHeightOnZoom(true)
    .setLabelHandler(() => '')
    .setColorMapper(colour)
    .onClick((node) => {
      if (still) settle();
      describe();
      if (!choosing) return;
      if (node.data.node.cut !== undefined && node.parent !== null) events.opened(pathOf(node.parent));
      else events.zoomed(pathOf(node));
    });
  const top = (): DrawnNode<Drawn> => select<HTMLElement, DrawnNode<Drawn>>(place).datum();
  const menu = (node: DrawnNode<Drawn>, at: Point): void => { events.menu(node.data.node, at, stackOf(node)); };
  const keys = addKeys(place, { top: () => (drawn ? top() : undefined), down: () => !up, zoomTo: (node) => { chart.zoomTo(node); }, menu, pointed });

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
    if (!drawn || place.clientWidth === 0) return;
    chart.width(place.clientWidth).transitionDuration(0).update();
    settle();
    describe();
  }).observe(place);

  return {
    element: place,
    draw({ root, weight, zoom, up: upwards }) {
      up = upwards;
      place.classList.toggle('up', up);
      const tree = drawnOf(root, weight, zoom);
      chart.width(place.clientWidth).inverted(!up).transitionDuration(0);
      if (drawn) chart.update(tree);
      else select(place).datum(tree).call(chart);
      drawn = true;
      settle();
      describe();
    },
    zoomTo(path) {
      const target = path.reduce((node, wanted) => node.children?.find((child) => child.data.node === wanted) ?? node, top());
      choosing = false;
      chart.zoomTo(target);
      choosing = true;
    },
    find(search) {
      found = search;
      for (const frame of place.querySelectorAll('g.frame')) frame.querySelector('rect')?.setAttribute('fill', colour(nodeAt(frame)));
    },
    mark(frame) {
      marked = frame;
      showMarks();
    },
  };

  function pointed(node: FlameNode | undefined, at: Point): void {
    events.pointed(node, at, drawn ? top().data.node : undefined);
  }

  /** d3-flame-graph moves whatever it draws: this puts everything where it will be, so that nothing moves. */
  function settle(): void {
    chart.transitionDuration(still ? 0 : TRANSITION_MS);
    const [widthPx, heightPx] = [place.clientWidth, Number(place.querySelector('svg')?.getAttribute('height'))];
    for (const frame of place.querySelectorAll('g.frame')) {
      const { x0, x1, depth, data } = nodeAt(frame);
      frame.setAttribute('transform', `translate(${x0 * widthPx},${up ? heightPx - (depth + 1) * CELL_PX : depth * CELL_PX})`);
      frame.querySelector('rect')?.setAttribute('width', String((x1 - x0) * widthPx));
      const label = frame.querySelector('.d3-flame-graph-label');
      if (label !== null && label.textContent !== data.name) label.textContent = data.name;
    }
  }

  /** d3-flame-graph draws bare groups: this says to assistive technology what they are. */
  function describe(): void {
    const whole = top().data.value;
    place.querySelector('svg')?.setAttribute('role', 'presentation');
    for (const frame of place.querySelectorAll('g.frame')) {
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
