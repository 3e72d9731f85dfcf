// The page of comparing: two sides, what changed per stack and per function, and how sure that is.
import type { FlameNode } from '../api.ts';
import { titleOf } from '../selection.ts';
import type { By, DiffAnswer, DiffNode, DiffRow, DiffSide } from '../view/change.ts';
import { isWithinError, standingOf } from '../view/change.ts';
import { damageWords } from '../view/damage.ts';
import type { DiffState } from '../view/diff-state.ts';
import { diffAddress, diffQuestion, readDiff } from '../view/diff-state.ts';
import { inBytes, inTime, isLevel, wordsOf } from '../view/kinds.ts';
import { signed, stepOf, STEPS, tellerOf } from '../view/palette.ts';
import { changesQuestion } from '../view/questions.ts';
import { searchFor } from '../view/search.ts';
import type { Subject } from '../view/state.ts';
import { addressOf, fixedAt, readState } from '../view/state.ts';
import { follow } from '../view/tree.ts';
import { percent } from '../view/units.ts';
import { nameOf, placeOf } from '../view/words.ts';
import { ask } from './ask.ts';
import { COMPARED } from './compare-menu.ts';
import { createCrumbs } from './crumbs.ts';
import { createSide } from './diff-side.ts';
import { createDiffTable } from './diff-table.ts';
import { choice, h, segments } from './dom.ts';
import { createFlameView } from './flame-view.ts';
import { createTelling, onReturn } from './telling.ts';
import { createTip } from './tooltip.ts';

/** What shares are of, by kind. */
function wholesOf(kind: string): Readonly<Record<By, string>> {
  return { total: wordsOf(kind).whole, duration: inTime(kind) ? 'all time covered' : `${inBytes(kind) ? 'bytes' : 'numbers'} ${isLevel(kind) ? 'themselves' : 'a second'}` };
}
/** Shares become whole numbers, as the flames' widths are. */
const UNIT = 1e9;

export function showDiff(app: HTMLElement): void {
  let state = readDiff(location.search);
  let answer: DiffAnswer | undefined;
  let answered = '';
  let root: FlameNode | undefined;
  /** What the flames show: what is the same is not drawn again. */
  let drawn: readonly [FlameNode | undefined, string] = [undefined, ''];
  /** What each node that is drawn stands for. */
  let changes = new Map<FlameNode, DiffNode>();

  const sides = { a: createSide('A', (change) => { change1('a', change); }), b: createSide('B', (change) => { change1('b', change); }) };
  const other = segments('Compare B with', COMPARED, (value) => { apply({ a: undefined, with: value, zoom: [] }); });
  const whole = choice('by', wholesOf(state.b.selection.kind), (value) => { apply({ by: value === 'duration' ? 'duration' : 'total' }); });
  const zone = choice('zone', { local: 'local time', utc: 'UTC' }, (value) => { apply({ utc: value === 'utc' }); });
  zone.setAttribute('aria-label', 'Time zone');
  const of = segments('Shares of', { self: 'Self', total: 'Total' }, (value) => { apply({ of: value }); });
  const search = h('input', { type: 'search', name: 'search', placeholder: 'function or file, also a|b', spellcheck: 'false', autocomplete: 'off' });
  search.value = state.search;
  search.addEventListener('input', () => { apply({ search: search.value.trim() }); });
  const tools = h('form', { class: 'tools', 'aria-label': 'How to show it' }, h('label', { class: 'search' }, h('span', {}, 'Search '), search), h('label', {}, 'Shares of ', whole), zone);
  tools.addEventListener('submit', (event) => { event.preventDefault(); });
  const tip = createTip();
  const view = createFlameView('changes', {
    pointed: (node, at) => { tip.show(node === undefined ? [] : tipOf(node), at); },
    zoomed(zoom) {
      drawn = [drawn[0], zoom.join('\n')];
      apply({ zoom });
    },
    opened: (zoom) => { apply({ zoom, more: true }); },
    menu: () => undefined,
  }, {
    colour: (node) => { const change = changes.get(node); return change === undefined ? 'same' : stepOf(change.total); },
    told: (node) => { const change = changes.get(node); const told = answer === undefined ? percent : tellerOf(answer); return change === undefined ? node.name : `${nameOf(node)}, ${told(change.total.before)} before, ${told(change.total.after)} after`; },
  });
  view.element.setAttribute('aria-label', 'Differential flame graph. Arrows walk, Enter zooms, Escape zooms out.');
  const crumbs = createCrumbs((steps) => { apply({ zoom: state.zoom.slice(0, steps) }); });
  const legend = h('ul', { class: 'legend', 'aria-label': 'Colours' }, ...Object.entries(STEPS).map(([step, words]) => h('li', {}, h('span', { class: `swatched ${step}` }, words))));
  const table = createDiffTable((row) => { view.mark(row?.frame); }, (sorting) => { apply(sorting); });
  const drawing = h('div', { hidden: '' },
    h('p', { class: 'quiet about-table' }, 'Widths are the mean of both sides; colours tell how a share changed.'), legend, crumbs.element, view.element,
    h('div', { class: 'sandwich-head' }, h('h2', {}, 'Changes by function'), of.element), table.element);
  const { status, notice, say, refresh } = createTelling(app, {
    async question(signal) {
      const wanted = diffQuestion(state);
      const fresh = await ask<DiffAnswer>(changesQuestion(state), signal);
      if (signal.aborted) return;
      [answer, answered, changes] = [fresh, wanted, new Map<FlameNode, DiffNode>()];
      root = flameOf(fresh.root);
      paint();
    },
    failed() { drawing.hidden = true; },
    again: () => false,
  });
  app.append(h('div', { class: 'head' }, h('h1', {}, 'What changed from A to B')), h('div', { class: 'sides' }, sides.a.element, sides.b.element), h('div', { class: 'controls' }, h('span', {}, 'Compare B with'), other.element), tools, status, notice, drawing, tip.element);
  show();
  void refresh();
  onReturn(() => {
    state = readDiff(location.search);
    show();
    if (diffQuestion(state) === answered) paint();
    else void refresh();
  });

  function change1(side: 'a' | 'b', change: Partial<Subject>): void {
    const now = subjectOf(side);
    if (now !== undefined) apply({ [side]: { ...now, ...change }, zoom: [] });
  }

  function apply(change: Partial<DiffState>): void {
    const before = state;
    state = { ...state, ...change };
    const step = diffQuestion(before) !== diffQuestion(state);
    history[step ? 'pushState' : 'replaceState'](null, '', diffAddress(state));
    show();
    if (diffQuestion(state) !== answered) void refresh();
    else paint();
  }

  /** A that follows from B is at fixed times: those of the answer. */
  function subjectOf(side: 'a' | 'b'): Subject | undefined {
    const chosen = state[side];
    if (chosen !== undefined || answer === undefined) return chosen;
    return fixedAt({ selection: answer[side].selection, from: '', until: '' }, answer[side].asked);
  }

  /** What follows from the state alone. */
  function show(): void {
    document.title = `${titleOf(state.b.selection)}: what changed · liveprofiler`;
    other.show(state.a === undefined ? state.with : undefined);
    of.show(state.of);
    whole.value = state.by;
    zone.value = state.utc ? 'utc' : 'local';
    if (document.activeElement !== search) search.value = state.search;
    for (const side of ['a', 'b'] as const) {
      const subject = subjectOf(side);
      const known = diffQuestion(state) === answered ? answer?.[side] : undefined;
      if (subject !== undefined) sides[side].show(subject, known, { href: graphOf(subject), utc: state.utc });
    }
  }

  function paint(): void {
    if (answer === undefined || root === undefined) return;
    show();
    const found = searchFor(state.search);
    const nothing = [['A', answer.a], ['B', answer.b]].flatMap(([name, side]) => ((side as DiffSide).windows === 0 ? [name as string] : []));
    say([nothing.length === 0 ? '' : `Nothing is kept for ${nothing.join(' and ')}: choose another time above, or take a part of the choice away.`, damageWords([...answer.a.damaged ?? [], ...answer.b.damaged ?? []])].filter(Boolean).join(' '));
    drawing.hidden = nothing.length > 0;
    status.textContent = nothing.length > 0 ? '' : summary(answer);
    if (nothing.length > 0) return;
    const path = follow(root, state.zoom);
    if (drawn[0] !== root) view.draw({ root, weight: 'us', zoom: path, up: false });
    else if (drawn[1] !== state.zoom.join('\n')) view.zoomTo(path);
    drawn = [root, state.zoom.join('\n')];
    view.find(found);
    crumbs.show(root, path);
    const graphs = { a: subjectOf('a'), b: subjectOf('b') };
    table.show(answer.rows, { of: state.of, sorting: state, search: found, functions: answer.functions, told: tellerOf(answer), hrefOf: (row) => graphOf(graphs[standingOf(row) === 'gone' ? 'a' : 'b'], row) });
  }

  function flameOf(node: DiffNode): FlameNode {
    const { name, url, line, origin, frame, cut, total, self } = node;
    const [totalUs, selfUs] = [Math.round(((total.before + total.after) / 2) * UNIT), Math.round(((self.before + self.after) / 2) * UNIT)];
    const flame: FlameNode = { name, url, line, origin, ...(frame === undefined ? {} : { frame }), ...(cut === undefined ? {} : { cut }), selfCount: 0, totalCount: 0, selfUs, totalUs, c: node.c.map(flameOf) };
    changes.set(flame, node);
    return flame;
  }

  function tipOf(node: FlameNode): HTMLElement[] {
    const change = changes.get(node);
    if (change === undefined) return [];
    const told = answer === undefined ? percent : tellerOf(answer);
    const words = { new: 'New in B. ', gone: 'Vanished in B. ', both: '' }[standingOf(change)];
    return [
      h('strong', {}, nameOf(node)),
      h('div', { class: 'quiet' }, node.url === '' && node.cut === undefined && node.origin === 'part' ? wholesOf(state.b.selection.kind)[state.by] : placeOf(node)),
      h('div', {}, `A ${told(change.total.before)} · B ${told(change.total.after)} · ${signed(change.total, told)} ± ${told(change.total.error)}`),
      h('div', { class: 'quiet' }, `${words}${isWithinError(change.total) ? 'Chance alone may have made this difference.' : `self ${told(change.self.before)} · ${told(change.self.after)}`}`),
    ];
  }
}

function summary(answer: DiffAnswer): string {
  const { by, root, rows, wholeBytes, b } = answer;
  const { kind } = b.selection;
  const told = tellerOf(answer);
  const sure = rows.filter(({ self }) => !isWithinError(self));
  const all = `${wordsOf(kind).did}: ${told(root.total.before)} in A, ${told(root.total.after)} in B, ${signed(root.total, told)}. `;
  const busy = wholeBytes !== undefined ? `${all.charAt(0).toUpperCase()}${all.slice(1)}` : by === 'duration' ? `Busy ${percent(root.total.before)} of the time in A, ${percent(root.total.after)} in B. ` : '';
  return `${busy}${wholeBytes !== undefined ? '' : `Shares are of ${wholesOf(kind)[by]} of each side. `}${sure.length === 0 ? 'Nothing changed beyond the sampling error.' : `${sure.length} ${sure.length === 1 ? 'function' : 'functions'} changed beyond the sampling error.`}`;
}

/** The page of flames of a side, or of one function there. */
function graphOf(subject: Subject | undefined, { frame }: Partial<Pick<DiffRow, 'frame'>> = {}): string {
  return subject === undefined ? '/' : addressOf({ ...readState('', ''), ...subject, of: frame, live: subject.until === 'now' });
}
