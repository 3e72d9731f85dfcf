// The page of heap snapshots: those at hand, the classes of one or what changed between two, and who keeps what.
import type { ClassesAnswer, ClassView, ObjectView, SnapshotsAnswer } from '../../snapshot/answers.ts';
import type { ClassChange } from '../../view/retaining.ts';
import { SNAPSHOTS_QUESTION } from '../../view/questions.ts';
import type { SnapshotState } from '../../view/snapshot-state.ts';
import { changeLines, classLines, readSnapshotState, snapshotAddress } from '../../view/snapshot-state.ts';
import { bytes } from '../../view/units.ts';
import { ask } from '../ask.ts';
import { h } from '../dom.ts';
import { focusOnSlash } from '../keys.ts';
import { createClassTable } from './class-table.ts';
import { classDetail, holderList, objectDetail } from './detail.ts';
import { createList } from './list.ts';

const WORKING_EVERY_MS = 500;
const LIST_EVERY_MS = 5000;

export function showSnapshots(app: HTMLElement): void {
  let state = readSnapshotState(location.search);
  let listed: SnapshotsAnswer | undefined;
  let classes: ClassesAnswer | undefined;
  let changes: readonly ClassChange[] | undefined;
  /** What `classes`, `changes` and the detail are about. */
  let shown = { classes: '', detail: '' };
  /** What was at hand when one was begun here: the next one that comes is opened. */
  let awaited: ReadonlySet<string> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const notice = h('p', { class: 'notice', role: 'alert', hidden: '' });
  const failed = (error: unknown): void => { say(error instanceof Error ? error.message : String(error)); };
  const list = createList({
    opened(name) {
      apply({ snapshot: name, before: '', className: '', object: undefined });
      void refreshList();
    },
    begun() {
      awaited = new Set(listed?.snapshots.map(({ name }) => name));
      apply({ take: '' }, true);
      void refreshList();
    },
    compared: (before) => { apply({ before, className: '', object: undefined }); },
    changed: () => void refreshList(),
    failed,
  });
  const title = h('h2', {});
  const about = h('p', { class: 'quiet', role: 'status' });
  const filter = h('input', { type: 'search', name: 'filter', placeholder: 'class', spellcheck: 'false', autocomplete: 'off', 'aria-keyshortcuts': '/' });
  filter.addEventListener('input', () => { apply({ filter: filter.value.trim() }, true); });
  focusOnSlash(filter);
  const table = createClassTable((sorting) => { apply(sorting, true); }, (className) => { apply({ className, object: undefined }); });
  const tools = h('form', { class: 'tools', 'aria-label': 'Which classes' }, h('label', { class: 'search' }, h('span', {}, 'Filter '), filter));
  tools.addEventListener('submit', (event) => { event.preventDefault(); });
  const holders = h('div', {});
  const detail = h('section', { class: 'detail', 'aria-label': 'Who keeps it' });
  const open = h('div', { class: 'open', hidden: '' }, title, about, h('div', { class: 'heap-views' }, h('div', {}, tools, table.element), h('div', {}, detail, holders)));
  app.append(h('div', { class: 'head' }, h('h1', {}, 'Heap snapshots')), list.element, notice, open);
  app.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="/snapshots/"]') : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    apply(readSnapshotState(new URL(link.getAttribute('href') ?? '', location.href).search));
  });
  window.addEventListener('popstate', () => {
    state = readSnapshotState(location.search);
    void show();
  });
  void refreshList().then(() => { if (state.take !== '') list.ask(state.take); });
  void show();

  function apply(change: Partial<SnapshotState>, replace = false): void {
    state = { ...state, ...change };
    history[replace ? 'replaceState' : 'pushState'](null, '', snapshotAddress(state));
    void show();
  }

  async function refreshList(): Promise<void> {
    clearTimeout(timer);
    const before = listed;
    try {
      listed = await ask<SnapshotsAnswer>(SNAPSHOTS_QUESTION);
      list.show(listed, state.snapshot, state.before);
      const came = listed.snapshots.find(({ name }) => awaited?.has(name) === false);
      if (came !== undefined && listed.working?.doing !== 'taking') {
        awaited = undefined;
        apply({ snapshot: came.name, before: '', className: '', object: undefined });
      }
      if (listed.failed !== undefined && listed.failed !== before?.failed) say(listed.failed);
    } catch (error) {
      failed(error);
    }
    clearTimeout(timer);
    timer = setTimeout(() => void refreshList(), listed?.working === undefined ? LIST_EVERY_MS : WORKING_EVERY_MS);
  }

  async function show(): Promise<void> {
    const now = state;
    say('');
    filter.value = document.activeElement === filter ? filter.value : now.filter;
    if (listed !== undefined) list.show(listed, now.snapshot, now.before);
    if (now.snapshot === '') {
      open.hidden = true;
      return;
    }
    const wanted = JSON.stringify([now.snapshot, now.before]);
    if (wanted !== shown.classes) {
      [classes, changes, shown] = [undefined, undefined, { classes: wanted, detail: '' }];
      open.hidden = true;
      setTimeout(() => void refreshList(), WORKING_EVERY_MS);
      try {
        const query = (name: string): string => encodeURIComponent(name);
        const differing = now.before === '' ? undefined : await ask<ClassChange[]>(`/api/snapshots/compare?a=${query(now.before)}&b=${query(now.snapshot)}`);
        const answer = await ask<ClassesAnswer>(`/api/snapshots/classes?snapshot=${query(now.snapshot)}`);
        if (shown.classes !== wanted) return;
        [classes, changes] = [answer, differing];
      } catch (error) {
        if (shown.classes === wanted) {
          shown = { classes: '', detail: '' };
          failed(error);
        }
        return;
      }
    }
    paint();
    await showDetail();
  }

  function paint(): void {
    if (classes === undefined) return;
    const { summary, classes: rows } = classes;
    open.hidden = false;
    document.title = `${state.snapshot} · liveprofiler`;
    title.textContent = changes === undefined ? state.snapshot : `What changed from ${state.before} to ${state.snapshot}`;
    about.textContent = `${bytes(summary.bytes)} in ${summary.objects.toLocaleString('en')} objects of ${summary.classes.toLocaleString('en')} classes${changes === undefined ? '' : `; ${changes.length.toLocaleString('en')} classes changed`}.`;
    const lines = changes === undefined ? classLines(rows, summary.bytes, state) : changeLines(changes, state);
    table.show(lines, { sorting: state, chosen: state.className, about: lines.length === 0 ? `No class matches “${state.filter}”.` : `${lines.length.toLocaleString('en')} classes. Retained is what would be free without them.` });
    if (holders.childElementCount === 0 || holders.dataset['of'] !== state.snapshot) {
      holders.dataset['of'] = state.snapshot;
      holders.replaceChildren(h('h2', {}, 'What keeps the most'), holderList(classes.holders, summary.bytes, hrefOf));
    }
  }

  async function showDetail(): Promise<void> {
    const { snapshot, className, object } = state;
    const wanted = JSON.stringify([className, object]);
    if (wanted === shown.detail) return;
    shown = { ...shown, detail: wanted };
    const query = `snapshot=${encodeURIComponent(snapshot)}`;
    const hrefOfClass = (name: string): string => snapshotAddress({ ...state, className: name, object: undefined });
    try {
      const parts = object !== undefined ? objectDetail(await ask<ObjectView>(`/api/snapshots/object?${query}&id=${object}`), hrefOf, hrefOfClass)
        : className !== '' ? classDetail(await ask<ClassView>(`/api/snapshots/class?${query}&class=${encodeURIComponent(className)}`), hrefOf) : [];
      if (shown.detail !== wanted) return;
      detail.replaceChildren(...parts);
      holders.hidden = parts.length > 0;
      detail.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
    } catch (error) {
      if (shown.detail === wanted) failed(error);
    }
  }

  function hrefOf(id: number): string {
    return snapshotAddress({ ...state, object: id });
  }

  function say(sentence: string): void {
    notice.hidden = sentence === '';
    notice.textContent = sentence;
  }
}
