// What is chosen, each part with a way to take it away, and ways to narrow it; and what the lines are grouped by.
import type { FlameAnswer } from '../api.ts';
import type { Selection } from '../selection.ts';
import { narrowed } from '../selection.ts';
import { button, h } from './dom.ts';

export interface Chooser {
  readonly element: HTMLElement;
  show(selection: Selection, by: string, answer: (Pick<FlameAnswer, 'threads' | 'labels'> & { readonly hostNames?: readonly string[] }) | undefined): void;
}

export interface ChooserEvents {
  readonly selected: (selection: Selection) => void;
  /** Left out where there are no lines. */
  readonly grouped?: (by: string) => void;
  readonly label?: string;
}

const GROUPS = { '': 'all together', host: 'host', process: 'process', thread: 'thread' };

export function createChooser({ selected, grouped, label = 'What is looked at' }: ChooserEvents): Chooser {
  let selection: Selection;
  let narrowings: (() => Selection)[] = [];
  let shown: readonly unknown[] = [];
  const chips = h('span', { class: 'chips' });
  const more = h('select', { name: 'narrow', 'aria-label': 'Narrow' });
  more.addEventListener('change', () => {
    const narrow = narrowings[Number(more.value)];
    if (more.value !== '' && narrow !== undefined) selected(narrow());
  });
  const thread = h('select', { name: 'thread' });
  thread.addEventListener('change', () => { selected({ ...selection, thread: thread.value }); });
  const threads = h('label', {}, 'Thread ', thread);
  const by = h('select', { name: 'by' });
  by.addEventListener('change', () => { grouped?.(by.value); });
  const element = h('div', { class: 'chooser', role: 'group', 'aria-label': label }, chips, more, threads, grouped === undefined ? undefined : h('label', {}, 'Lines by ', by));

  return {
    element,
    show(now, grouping, answer) {
      const told = [now, grouping, answer];
      if (told.every((part, index) => part === shown[index])) return;
      shown = told;
      selection = now;
      chips.replaceChildren(...partsOf(now).map(({ text, without }) => h('span', { class: 'chip' }, text, button('×', () => { selected(without); }, { class: 'plain', 'aria-label': `Leave out ${text}` }))));
      const labels = answer?.labels ?? {};
      narrowings = [];
      const groups = Object.entries(labels).filter(([name, values]) => values.length > 1 && !Object.hasOwn(now.labels, name)).map(([name, values]) =>
        h('optgroup', { label: name }, ...values.map((value) => option(value, () => narrowed(now, { label: [name, value] })))));
      const hostNames = now.hosts.length > 0 ? [] : (answer?.hostNames ?? []);
      if (hostNames.length > 1) groups.unshift(h('optgroup', { label: 'host' }, ...hostNames.map((host) => option(host, () => narrowed(now, { host })))));
      setOptions(more, [h('option', { value: '' }, 'narrow to …'), ...groups], '');
      more.hidden = groups.length === 0;
      const known = answer?.threads ?? [];
      const unknown = now.thread === '' || known.some(({ boot, id }) => `${boot}/${id}` === now.thread) ? [] : [h('option', { value: now.thread }, now.thread)];
      setOptions(thread, [h('option', { value: '' }, 'all'), ...known.map(({ boot, id, name }) => h('option', { value: `${boot}/${id}` }, known.length > 1 ? `${name} (${boot})` : name)), ...unknown], now.thread);
      threads.hidden = known.length === 0 && now.thread === '';
      const groupings = new Map([...Object.entries(GROUPS), ...[...Object.keys(labels), grouping].filter((name) => !Object.hasOwn(GROUPS, name)).map((name) => [name, name] as const)]);
      setOptions(by, [...groupings].map(([value, text]) => h('option', { value }, text)), grouping);
    },
  };

  function option(text: string, narrow: () => Selection): HTMLElement {
    return h('option', { value: String(narrowings.push(narrow) - 1) }, text);
  }
}

/** Someone may be choosing from it: what is the same stays. */
function setOptions(select: HTMLSelectElement, options: readonly HTMLElement[], value: string): void {
  const fresh = h('select', {}, ...options);
  if (fresh.innerHTML !== select.innerHTML) select.replaceChildren(...fresh.childNodes);
  select.value = value;
}

function partsOf(selection: Selection): { text: string; without: Selection }[] {
  const { hosts, labels, processes } = selection;
  return [
    ...hosts.map((host) => ({ text: `host ${host}`, without: { ...selection, thread: '', hosts: hosts.filter((one) => one !== host) } })),
    ...Object.entries(labels).map(([name, values]) => ({ text: `${name} ${values.join(', ')}`, without: { ...selection, labels: Object.fromEntries(Object.entries(labels).filter(([other]) => other !== name)) } })),
    ...processes.map((process) => ({ text: `process ${process}`, without: { ...selection, processes: processes.filter((one) => one !== process) } })),
  ];
}
