// What the API answers, put together from the store and from what the collector last saw.
import type { QueryOptions, Range, Selector, StoreReader } from '../collector/store/contract.ts';
import type { FlameAnswer, HostAnswer } from './api.ts';
import { flameTree } from './flame.ts';
import type { HostStatus } from '../collector/store/host-status.ts';

const BUSY_RANGE_MS = 15 * 60_000;
/** Steps of a range as a strip shows them; shorter than a window they would show gaps that are none. */
const STEPS = 96;
const LEAST_STEP_MS = 15_000;

export interface FlameOptions extends Required<Pick<QueryOptions, 'limit'>> {
  readonly thread: { readonly boot: string; readonly id: number } | undefined;
  readonly idle: boolean;
}

export async function flameOf(store: StoreReader, status: HostStatus, asked: Range, { limit, thread, idle: withIdle }: FlameOptions): Promise<FlameAnswer> {
  const { host } = status;
  const selector: Selector = { kind: 'cpu', hosts: [host], ...(thread === undefined ? {} : { boots: [thread.boot], threads: [thread.id] }) };
  const stepMs = Math.max(LEAST_STEP_MS, Math.ceil((asked.untilMs - asked.fromMs) / STEPS));
  const [{ tree, idle, dropped, windows, covered }, extent, inventory, timeline] = await Promise.all([
    store.query(selector, asked, { limit }),
    store.extent(host),
    store.labels(asked, [host]),
    store.timeline(selector, asked, stepMs),
  ]);
  const [{ busy, coveredUs } = { busy: [], coveredUs: [] }] = timeline.series;
  return {
    host,
    asked,
    ...(covered === undefined ? {} : { covered }),
    ...(extent === undefined ? {} : { extent }),
    windows,
    idle,
    steps: { stepMs, busyUs: busy, coveredUs },
    dropped,
    threads: inventory.threads.filter((one) => one.host === host).map(({ boot, id, name }) => ({ boot, id, name })),
    root: flameTree(tree, host, withIdle ? idle : undefined),
    status,
  };
}

/** Configured hosts in their order, then those of which something is still kept. */
export async function hostAnswers(store: StoreReader, configured: readonly HostStatus[], nowMs: number): Promise<HostAnswer[]> {
  const fromMs = nowMs - BUSY_RANGE_MS;
  const { series } = await store.timeline({ kind: 'cpu' }, { fromMs, untilMs: nowMs }, BUSY_RANGE_MS, 'host');
  const shares = new Map(series.map(({ name, busy, coveredUs }) => [name, share(sum(busy), sum(coveredUs))]));
  const names = new Set(configured.map(({ host }) => host));
  const gone = (await store.hosts()).filter((host) => !names.has(host));
  return [...configured, ...gone.map(goneStatus)].map((status) => {
    const busyShare = shares.get(status.host);
    return {
      ...status,
      up: status.state === 'up',
      ...(status.lastPullMs === undefined ? {} : { lastPull: new Date(status.lastPullMs).toISOString() }),
      ...(busyShare === undefined ? {} : { busyShare }),
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
