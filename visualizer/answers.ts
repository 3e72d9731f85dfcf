// What the API answers, put together from the store and from what the collector last saw.
import type { Inventory, QueryOptions, Range, StoreReader } from '../collector/store/contract.ts';
import type { FlameAnswer } from './api.ts';
import { flameTree } from './flame.ts';
import type { HostStatus } from '../collector/store/host-status.ts';
import type { Selection } from './selection.ts';
import { selectorOf, titleOf } from './selection.ts';
import { damageOf } from './spare.ts';
import type { SparingReader } from './spare.ts';

/** Of a label's values; more are not chosen from a list. */
const MOST_VALUES = 200;

export interface FlameOptions extends Required<Pick<QueryOptions, 'limit'>>, Pick<QueryOptions, 'focus' | 'callersOf' | 'calleesOf'> {
  readonly idle: boolean;
}

export async function flameOf(store: SparingReader, hosts: readonly HostStatus[], selection: Selection, asked: Range, { idle: withIdle, ...options }: FlameOptions): Promise<FlameAnswer> {
  const named = selection.hosts.length > 0;
  const [answer, extent, inventory] = await Promise.all([
    store.query(selectorOf(selection), asked, options),
    extentOf(store, selection.hosts),
    store.labels(asked, named ? selection.hosts : undefined),
  ]);
  const { tree, idle, dropped, windows, covered, threads: threadCount } = answer;
  return {
    asked,
    ...(covered === undefined ? {} : { covered }),
    ...(extent === undefined ? {} : { extent }),
    windows,
    idle,
    dropped,
    threadCount,
    kinds: inventory.kinds,
    threads: named ? inventory.threads : [],
    labels: labelsToChoose(inventory),
    root: flameTree(tree, titleOf(selection), withIdle ? idle : undefined),
    hosts,
    ...damageOf(answer, inventory),
  };
}

export function labelsToChoose({ labels }: Pick<Inventory, 'labels'>): FlameAnswer['labels'] {
  return Object.fromEntries(Object.entries(labels).map(([name, values]) => [name, values.slice(0, MOST_VALUES)]));
}

/** Hosts that a selection means, as far as their service tells. */
export function meant({ hosts, labels }: Selection, configured: readonly HostStatus[]): HostStatus[] {
  const services = Object.hasOwn(labels, 'service') ? labels['service'] : undefined;
  return configured.filter(({ host, service }) => (hosts.length === 0 || hosts.includes(host)) && (services?.includes(service) ?? true));
}

/** When the windows of these hosts start and end in all. */
export async function extentOf(store: StoreReader, hosts: readonly string[]): Promise<Range | undefined> {
  const ranges = (await Promise.all(hosts.map((host) => store.extent(host)))).filter((one) => one !== undefined);
  if (ranges.length === 0) return undefined;
  return { fromMs: Math.min(...ranges.map(({ fromMs }) => fromMs)), untilMs: Math.max(...ranges.map(({ untilMs }) => untilMs)) };
}
