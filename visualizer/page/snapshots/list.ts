// The snapshots at hand, and how to get another: from a host that allows it, or from a file.
import type { ExpectedAnswer, SnapshotsAnswer, SnapshotWork } from '../../snapshot/answers.ts';
import { bytes, clockTime, percent } from '../../view/units.ts';
import { ask } from '../ask.ts';
import { button, h } from '../dom.ts';

export interface SnapshotList {
  readonly element: HTMLElement;
  show(answer: SnapshotsAnswer, open: string, before: string): void;
  /** Asks whether one of this host is to be taken. */
  ask(host: string): void;
}

export interface ListEvents {
  readonly opened: (name: string) => void;
  /** One of this host is being taken. */
  readonly begun: (host: string) => void;
  readonly compared: (name: string) => void;
  /** Something was begun or done: the list may be another. */
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}

const PHASES: Readonly<Record<SnapshotWork['phase'], string>> = { waiting: 'waiting for the host', receiving: 'receiving', reading: 'reading', references: 'following references', dominators: 'finding who keeps what', sizes: 'adding up sizes', paths: 'finding paths' };

export function createList({ opened, begun, compared, changed, failed }: ListEvents): SnapshotList {
  const body = h('tbody', {});
  const table = h('table', { 'aria-label': 'Snapshots at hand', hidden: '' }, h('thead', {}, h('tr', {}, ...['Snapshot', 'Taken', 'Size'].map((name) => h('th', { scope: 'col' }, name)), h('td', {}))), body);
  const none = h('p', { class: 'quiet', hidden: '' }, 'There is no snapshot yet.');
  const bar = h('progress', { max: '1', 'aria-label': 'Progress' });
  const doing = h('span', {});
  const working = h('p', { class: 'working', role: 'status', hidden: '' }, doing, ' ', bar);
  const host = h('select', { name: 'host', 'aria-label': 'Host' });
  const dialog = createDialog();
  const asked = (name: string): void => { dialog.ask(name).then((taken) => { if (taken) begun(name); }, failed); };
  const take = button('Take a snapshot …', () => { asked(host.value); });
  const taking = h('span', { class: 'taking', hidden: '' }, h('label', {}, 'Of ', host), take);
  const closed = h('span', { class: 'quiet', hidden: '' }, 'No host lets its heap be read from here: that takes an adminSecret.');
  const file = h('input', { type: 'file', accept: '.heapsnapshot', name: 'file' });
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? [];
    if (chosen !== undefined) void upload(chosen).then(opened, failed).finally(() => { file.value = ''; });
  });
  const element = h('section', { class: 'snapshots', 'aria-label': 'Snapshots at hand' }, h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Table of snapshots' }, table), none,
    h('div', { class: 'controls' }, taking, closed, h('label', {}, 'Open a file ', file)), working, dialog.element);

  async function remove(name: string): Promise<void> {
    await ask('/api/snapshots/delete', undefined, { snapshot: name });
    changed();
  }

  return {
    element,
    ask(name) {
      if ([...host.options].some(({ value }) => value === name)) host.value = name;
      asked(name);
    },
    show(answer, open, before) {
      const { snapshots, hosts, working: work } = answer;
      table.hidden = snapshots.length === 0;
      none.hidden = snapshots.length > 0;
      body.replaceChildren(...snapshots.map(({ name, bytes: size, takenMs }) => {
        const compare = open === '' || name === open ? undefined : button(name === before ? 'Compared' : 'Compare', () => { compared(name === before ? '' : name); }, { 'aria-pressed': String(name === before), title: `What changed from ${name} to ${open}` });
        return h('tr', name === open ? { 'aria-current': 'true' } : {},
          h('td', { class: 'name' }, button(name, () => { opened(name); }, { class: 'plain' })), h('td', {}, clockTime(takenMs)), h('td', {}, bytes(size)),
          h('td', { class: 'acts' }, compare, button('Delete', () => void remove(name).catch(failed), { 'aria-label': `Delete ${name}` })));
      }));
      taking.hidden = hosts.length === 0;
      closed.hidden = hosts.length > 0;
      if ([...host.options].map(({ value }) => value).join('\n') !== hosts.join('\n')) host.replaceChildren(...hosts.map((name) => h('option', { value: name }, name)));
      take.disabled = work?.doing === 'taking';
      working.hidden = work === undefined;
      if (work === undefined) return;
      const { doing: what, name, phase, share } = work;
      doing.textContent = `${what === 'taking' ? 'Taking a snapshot of' : 'Analysing'} ${name}: ${PHASES[phase]}${share === undefined ? '' : `, ${percent(share)}`}`;
      if (share === undefined) bar.removeAttribute('value');
      else bar.value = share;
    },
  };
}

async function upload(file: File): Promise<string> {
  const response = await fetch(`/api/snapshots/upload?name=${encodeURIComponent(file.name)}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: file });
  const answer = (await response.json()) as { name?: string; error?: { message: string } };
  if (answer.name === undefined) throw new Error(answer.error?.message ?? `liveprofiler answered ${response.status} without a word why.`);
  return answer.name;
}

/** Tells what it will cost the host before it is done. */
function createDialog(): { readonly element: HTMLElement; ask(host: string): Promise<boolean> } {
  const words = h('p', {});
  const title = h('h2', { id: 'take-title' });
  let decide: (taken: boolean) => void = () => undefined;
  const element = h('dialog', { 'aria-labelledby': 'take-title' }, title, words,
    h('p', {}, 'It holds whatever the program holds, also passwords and people’s data. It stays in the folder of this server, and is shown to whoever may see this page.'),
    h('div', { class: 'controls' }, button('Take it', () => { decide(true); }, { class: 'sure' }), button('Leave it', () => { decide(false); })));
  element.addEventListener('cancel', () => { decide(false); });
  return {
    element,
    async ask(host) {
      const { heapBytes, pauseMs } = await ask<ExpectedAnswer>(`/api/snapshots/expected?host=${encodeURIComponent(host)}`);
      title.textContent = `Take a snapshot of ${host}?`;
      words.textContent = `Its heap holds ${bytes(heapBytes)}. It will stand still for about ${pauseMs >= 1000 ? `${(pauseMs / 1000).toFixed(1)} s` : `${Math.round(pauseMs)} ms`}, and answer nobody meanwhile.`;
      element.showModal();
      const sure = await new Promise<boolean>((resolve) => { decide = resolve; });
      element.close();
      if (sure) await ask('/api/snapshots/take', undefined, { host });
      return sure;
    },
  };
}
