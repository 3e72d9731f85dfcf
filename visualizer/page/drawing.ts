// What was answered, drawn: flames, the table of functions, or one function between callers and callees, with what
// all of them share: tools, legend, tooltip and menu.
import type { FlameAnswer, FlameNode, FrameKey, LinesOfFunction, SharesAnswer, TopGroup } from '../api.ts';
import { chosenRows } from '../view/functions.ts';
import type { Group } from '../view/groups.ts';
import { colourOf, coloursOf, groupName, groupOf, groupsOf } from '../view/groups.ts';
import type { Search } from '../view/search.ts';
import { matchedWeight, searchFor } from '../view/search.ts';
import { nameOfKey, usualKey } from '../view/shares.ts';
import type { GraphState, Weight } from '../view/state.ts';
import { transformed } from '../view/transform.ts';
import { follow } from '../view/tree.ts';
import { percent } from '../view/units.ts';
import { nameOf } from '../view/words.ts';
import { totalOf } from '../view/weights.ts';
import { createCrumbs } from './crumbs.ts';
import { h } from './dom.ts';
import type { FlameLook } from './flame-view.ts';
import { createFlameView } from './flame-view.ts';
import { createLegend } from './legend.ts';
import { menuOf } from './frame-menu.ts';
import { createMenu } from './menu.ts';
import { createSandwich } from './sandwich.ts';
import { createShares } from './shares-view.ts';
import { createTable } from './table-view.ts';
import { createTools } from './tools.ts';
import { createTooltip } from './tooltip.ts';

export interface Answers {
  readonly flame: FlameAnswer;
  /** Of the same range, when they were asked for. */
  readonly top: TopGroup | undefined;
  readonly around: Around | undefined;
  readonly shares: SharesAnswer | undefined;
}

export interface Around {
  readonly callers: FlameNode;
  readonly callees: FlameNode;
  readonly lines: LinesOfFunction;
}

export interface DrawingView {
  readonly element: HTMLElement;
  show(state: GraphState, answers: Answers): void;
}

/** `narrowed`: one value of what the shares are by is what is wanted. */
export function createDrawing(start: GraphState, { changed, narrowed }: { readonly changed: (change: Partial<GraphState>) => void; readonly narrowed: (name: string) => void }): DrawingView {
  let state = start;
  let answers: Answers | undefined;
  /** What the flames and the sandwich show: what is the same is not drawn again. */
  let drawnFlames: readonly unknown[] = [];
  let drawnAround: readonly unknown[] = [];
  let shown: { readonly of: FlameNode; readonly wish: string; readonly root: FlameNode } | undefined;

  let colour = colourOf;
  let [searched, search]: [string, Search | undefined] = ['', undefined];
  let grouped: { readonly of: FlameNode; readonly weight: Weight; readonly groups: readonly Group[] } | undefined;

  const look: FlameLook = { colour: (node) => colour(groupOf(node)) };
  const tooltip = createTooltip();
  const menu = createMenu();
  const told = h('p', { class: 'told', role: 'status' });
  const pointed = (node: FlameNode | undefined, at: { readonly x: number; readonly y: number }, root?: FlameNode): void => { tooltip.show(menu.element.hidden ? node : undefined, root, at, state.selection.kind); };
  const openMenu = (node: FlameNode, at: { readonly x: number; readonly y: number }, stack: readonly FlameNode[]): void => {
    tooltip.show(undefined, undefined, at, state.selection.kind);
    menu.open(nameOf(node), menuOf({ node, stack, root: shown?.root ?? node, state }, { changed, chosen: choose, copied: (words) => { told.textContent = words; } }), at);
  };
  const view = createFlameView('flames', {
    pointed,
    menu: openMenu,
    zoomed(zoom) {
      drawnFlames = [...drawnFlames.slice(0, -1), zoom.join('\n')];
      changed({ zoom });
    },
    opened: (zoom) => { changed({ zoom, open: true }); },
  }, look);
  const sandwich = createSandwich({ pointed, menu: openMenu, closed: () => { changed({ of: undefined }); }, opened: () => { changed({ open: true }); } }, look);
  const table = createTable({
    sorted: changed,
    pointed(row) {
      view.mark(row?.frame);
    },
    chosen: ({ frame }) => { choose(frame); },
  });
  const shares = createShares(narrowed);
  const tools = createTools(start, changed);
  const legend = createLegend((hide) => { changed({ hide }); });
  const crumbs = createCrumbs((steps) => { changed({ zoom: state.zoom.slice(0, steps) }); });
  const graph = h('div', { class: 'graph' }, crumbs.element, view.element);
  const views = h('div', { class: 'views' }, graph, sandwich.element, table.element, shares.element);
  const element = h('div', { class: 'drawing', hidden: '' }, tools.element, legend.element, views, told, tooltip.element, menu.element);

  return {
    element,
    show(now, answered) {
      state = now;
      answers = answered;
      const { flame, top } = answered;
      const { weight, hide, search: text } = state;
      if (text !== searched) [searched, search] = [text, searchFor(text)];
      const root = transformedOnce(flame.root);
      const whole = totalOf(root, weight);
      const drawn = state.view === 'flames' || state.view === 'both';
      const between = state.of !== undefined && drawn;
      views.classList.toggle('both', state.view === 'both');
      graph.hidden = between || !drawn;
      sandwich.element.hidden = !between;
      table.element.hidden = state.view === 'flames' || state.view === 'shares';
      shares.element.hidden = state.view !== 'shares' || answered.shares === undefined;
      legend.element.hidden = state.view === 'shares';
      view.element.setAttribute('aria-label', `Flame graph of ${root.name}. Arrows walk, Enter zooms, Escape zooms out, the menu key opens a menu.`);
      const share = search === undefined || whole === 0 ? 0 : matchedWeight(root, search, weight) / whole;
      const found = search === undefined ? '' : `${search.valid ? '' : 'as plain text: '}matches ${whole === 0 ? '0 %' : percent(share)}`;
      tools.show(state, { found, shares: nameOfKey(state.by === '' ? usualKey(flame.labels) : state.by) });
      if (grouped?.of !== flame.root || grouped.weight !== weight) grouped = { of: flame.root, weight, groups: groupsOf(flame.root, weight) };
      const { groups } = grouped;
      colour = coloursOf(groups);
      // What is hidden and not there at the moment can be brought back too.
      const missing = hide.filter((hidden) => groups.every(({ key }) => key !== hidden)).map((key) => ({ key, name: groupName(key), self: 0, area: 0 }));
      legend.show([...groups, ...missing], { whole, hide, colour, searching: search !== undefined });
      if (!graph.hidden) drawFlames(root);
      if (between) drawAround(whole);
      view.find(search);
      sandwich.find(search);
      crumbs.show(root, follow(root, state.zoom));
      if (!table.element.hidden && top !== undefined) showTable(top, whole);
      if (!shares.element.hidden && answered.shares !== undefined) shares.show(answered.shares, state);
    },
  };

  function drawFlames(root: FlameNode): void {
    const { weight, up, zoom } = state;
    const wanted = [root, weight, up, zoom.join('\n')];
    const path = follow(root, zoom);
    const [sameTree, sameZoom] = [wanted.slice(0, 3).every((part, index) => part === drawnFlames[index]), wanted[3] === drawnFlames[3]];
    drawnFlames = wanted;
    if (!sameTree) view.draw({ root, weight, up, zoom: path });
    else if (!sameZoom) view.zoomTo(path);
  }

  function drawAround(whole: number): void {
    const around = answers?.around;
    const wanted = [around, state.weight, state.fold, state.hide, whole, state.utc];
    if (around === undefined || wanted.every((part, index) => part === drawnAround[index])) return;
    drawnAround = wanted;
    const [callers, callees] = [around.callers, around.callees].map(({ c: [top] }) => (top === undefined ? undefined : transformed(top, { fold: state.fold, hide: state.hide })));
    sandwich.show(callers, callees, { weight: state.weight, kind: state.selection.kind, whole, lines: around.lines, utc: state.utc });
  }

  function showTable(top: TopGroup, whole: number): void {
    const { weight, hide, order, turned, of } = state;
    const rows = chosenRows(top, { weight, hide, order, turned, search });
    const { functions, rows: all } = top;
    const about = rows.length === 0
      ? (search === undefined ? 'No function is left: bring one of the colours back.' : 'No function matches the search.')
      : `${rows.length.toLocaleString('en')} of ${functions.toLocaleString('en')} functions${functions > all.length ? `; the ${all.length.toLocaleString('en')} largest are at hand` : ''}`;
    table.show(rows, { weight, kind: state.selection.kind, whole, sorting: { order, turned }, of, colour, about });
  }

  /** The same tree for the same wish: it is drawn anew when it is another. */
  function transformedOnce(of: FlameNode): FlameNode {
    const wish = JSON.stringify([state.hide, state.fold]);
    if (shown?.of !== of || shown.wish !== wish) shown = { of, wish, root: transformed(of, state) };
    return shown.root;
  }

  function choose(of: FrameKey): void {
    changed({ of, open: false, ...(state.view === 'table' ? { view: 'both' } : {}) });
  }
}
