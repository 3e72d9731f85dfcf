// What someone chose to look at, as addresses say it: hosts, labels, processes, a thread. Pure; server and page share it.
import type { Selector } from '../collector/store/contract.ts';
import { wordsOf } from './view/kinds.ts';

/** An empty list, record or text selects all. */
export interface Selection {
  /** Of windows: `cpu`, `heap-live`, … */
  readonly kind: string;
  readonly hosts: readonly string[];
  /** `service`, `version` and any other label of processes or samples: name → one of these values. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Boots. */
  readonly processes: readonly string[];
  /** `boot/id` of one thread. */
  readonly thread: string;
}

export const EVERYTHING: Selection = { kind: 'cpu', hosts: [], labels: {}, processes: [], thread: '' };

/** Labels whose key in an address is their bare name; others are written `label.NAME`. */
const BARE = ['service', 'version'];
const PREFIX = 'label.';

export function readSelection(query: URLSearchParams): Selection {
  const names = [...new Set(query.keys())].filter((key) => BARE.includes(key) || (key.startsWith(PREFIX) && key.length > PREFIX.length));
  return {
    kind: query.get('kind') ?? EVERYTHING.kind,
    hosts: valuesOf(query, 'host'),
    labels: Object.fromEntries(names.map((key) => [BARE.includes(key) ? key : key.slice(PREFIX.length), valuesOf(query, key)] as const).filter(([, values]) => values.length > 0)),
    processes: valuesOf(query, 'process'),
    thread: query.get('thread') ?? '',
  };
}

export function writeSelection({ kind, hosts, labels, processes, thread }: Selection, query: URLSearchParams): void {
  if (kind !== EVERYTHING.kind) query.set('kind', kind);
  for (const host of hosts) query.append('host', host);
  for (const [name, values] of Object.entries(labels)) for (const value of values) query.append(BARE.includes(name) ? name : PREFIX + name, value);
  for (const process of processes) query.append('process', process);
  if (thread !== '') query.set('thread', thread);
}

/** undefined when `text` names no thread. */
export function readThread(text: string): { readonly boot: string; readonly id: number } | undefined {
  const [, boot, id] = /^(.+)\/(\d{1,15})$/.exec(text) ?? [];
  return boot === undefined ? undefined : { boot, id: Number(id) };
}

/** A thread that names none selects nothing. */
export function selectorOf({ kind, hosts, labels, processes, thread }: Selection): Selector {
  const one = readThread(thread);
  return {
    kind,
    ...(hosts.length === 0 ? {} : { hosts }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(processes.length === 0 ? {} : { boots: processes }),
    ...(thread === '' ? {} : { boots: one === undefined ? [] : [one.boot], threads: one === undefined ? [] : [one.id] }),
  };
}

/** One more value that is accepted: of a host, a process, or the label called so. */
export function narrowed(selection: Selection, by: { readonly host?: string; readonly process?: string; readonly thread?: string; readonly label?: readonly [name: string, value: string] }): Selection {
  const { host, process, thread, label } = by;
  return {
    kind: selection.kind,
    hosts: host === undefined ? selection.hosts : [host],
    processes: process === undefined ? selection.processes : [process],
    thread: thread ?? selection.thread,
    labels: label === undefined ? selection.labels : { ...selection.labels, [label[0]]: [label[1]] },
  };
}

/** As a heading: what is chosen, without words about what is not. */
export function titleOf({ kind, hosts, labels, processes }: Selection): string {
  const named = Object.entries(labels).map(([name, values]) => `${name === 'service' ? '' : `${name} `}${values.join(', ')}`);
  const parts = [hosts.join(', '), ...named, processes.length === 0 ? '' : `process ${processes.join(', ')}`].filter((part) => part !== '');
  const what = kind === EVERYTHING.kind ? [] : [wordsOf(kind).name.toLowerCase()];
  return [...(parts.length === 0 ? ['All hosts'] : parts), ...what].join(' · ');
}

function valuesOf(query: URLSearchParams, key: string): string[] {
  return [...new Set(query.getAll(key))].filter((value) => value !== '');
}
