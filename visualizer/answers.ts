// What the API answers, put together from the store and from what the collector last saw.
import type { Inventory, QueryOptions, Range } from '../collector/store/contract.ts';
import type { FlameAnswer, HostAnswer } from './api.ts';
import { costsOf } from './cost.ts';
import { flameTree } from './flame.ts';
import type { HostStatus } from '../collector/store/host-status.ts';
import type { Selection } from './selection.ts';
import { selectorOf, titleOf } from './selection.ts';
import { damageOf } from './spare.ts';
import type { SparingReader } from './spare.ts';

const BUSY_RANGE_MS = 15 * 60_000;
/** Of a label's values; more are not chosen from a list. */
const MOST_VALUES = 200;

export interface FlameOptions extends Required<Pick<QueryOptions, 'limit'>>, Pick<QueryOptions, 'focus' | 'callersOf' | 'calleesOf'> {
  readonly idle: boolean;
}

export async function flameOf(store: SparingReader, hosts: readonly HostStatus[], selection: Selection, asked: Range, { idle: withIdle, ...options }: FlameOptions): Promise<FlameAnswer> {
  const named = selection.hosts.length > 0;
  const [answer, extents, inventory] = await Promise.all([
    store.query(selectorOf(selection), asked, options),
    Promise.all(selection.hosts.map((host) => store.extent(host))),
    store.labels(asked, named ? selection.hosts : undefined),
  ]);
  const { tree, idle, dropped, windows, covered, threads: threadCount } = answer;
  const extent = union(extents.filter((one) => one !== undefined));
  return {
    asked,
    ...(covered === undefined ? {} : { covered }),
    ...(extent === undefined ? {} : { extent }),
    windows,
    idle,
    dropped,
    threadCount,
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

function union(ranges: readonly Range[]): Range | undefined {
  if (ranges.length === 0) return undefined;
  return { fromMs: Math.min(...ranges.map(({ fromMs }) => fromMs)), untilMs: Math.max(...ranges.map(({ untilMs }) => untilMs)) };
}

/** Configured hosts in their order, then those of which something is still kept. */
export async function hostAnswers(store: SparingReader, configured: readonly HostStatus[], nowMs: number): Promise<HostAnswer[]> {
  const fromMs = nowMs - BUSY_RANGE_MS;
  const busy = await store.timeline({ kind: 'cpu' }, { fromMs, untilMs: nowMs }, BUSY_RANGE_MS, 'host');
  const shares = new Map(busy.series.map(({ name, busy, coveredUs }) => [name, share(sum(busy), sum(coveredUs))]));
  const spent = await costsOf(store, { fromMs, untilMs: nowMs });
  const damage = new Map(damageOf(busy, spent).damaged?.map(({ host, message }) => [host, `What is kept of it is damaged. ${message}`]));
  const names = new Set(configured.map(({ host }) => host));
  const gone = (await store.hosts()).filter((host) => !names.has(host));
  return [...configured, ...gone.map(goneStatus)].map((status) => {
    const busyShare = shares.get(status.host);
    const cost = spent.costs.get(status.host);
    const error = [status.error, damage.get(status.host)].filter((words) => words !== undefined).join(' ');
    return {
      ...status,
      up: status.state === 'up',
      ...(status.lastPullMs === undefined ? {} : { lastPull: new Date(status.lastPullMs).toISOString() }),
      ...(busyShare === undefined ? {} : { busyShare }),
      ...(cost === undefined ? {} : { cost }),
      ...(error === '' ? {} : { error }),
    };
  });
}

/** A host that the configuration does not name any more. */
export function goneStatus(host: string): HostStatus {
  return { host, address: '', service: '', version: '', state: 'down', sinceMs: 0, error: 'The configuration does not name it any more; what was collected is still here.', speaks: 'unknown', clockSteps: 0 };
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : Math.min(1, part / whole);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
