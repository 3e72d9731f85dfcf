// How every host is doing: what the collector last saw, and what the store has of it over a range.
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import type { Range, TimelineSeries } from '../collector/store/contract.ts';
import type { HostStatus } from '../collector/store/host-status.ts';
import type { HostAnswer } from './api.ts';
import { costsOf } from './cost.ts';
import type { Gone } from './gone.ts';
import { damageOf } from './spare.ts';
import type { SparingReader } from './spare.ts';
import { alignedTo, stepFor } from './timeline.ts';

/** A line the width of a word shows no more. */
const MOST_STEPS = 40;
/** Before the end of the range: a thread that ended earlier is not there any more. */
const THREADS_MS = 2 * 60_000;

/** Hosts that are asked, as the collector last saw them: at once, however long the store takes. */
export function hostStates(statuses: readonly HostStatus[]): HostAnswer[] {
  return statuses.filter(({ state }) => state !== 'gone').map(seenOf);
}

export interface HostsOptions {
  readonly gone: Gone;
  readonly nowMs: Milliseconds;
  /** Left out, all of it. */
  readonly only?: 'busy' | 'cost' | undefined;
}

/** Hosts that are asked, in their order, then those that are gone and still listed. */
export async function hostAnswers(store: SparingReader, statuses: readonly HostStatus[], asked: Range, { gone, nowMs, only }: HostsOptions): Promise<HostAnswer[]> {
  const configured = statuses.filter(({ state }) => state !== 'gone');
  const stepMs = stepFor(asked, MOST_STEPS);
  // Named once, they need not be looked for by every question.
  const known = await store.hosts();
  const [lines, spent, inventory] = await Promise.all([
    only === 'cost' ? undefined : store.timeline({ kind: 'cpu', hosts: known }, alignedTo(asked, stepMs), stepMs, 'host'),
    only === 'busy' ? undefined : costsOf(store, known, asked),
    only === 'busy' ? undefined : store.labels({ ...asked, fromMs: Math.max(asked.fromMs, asked.untilMs - THREADS_MS) }),
  ]);
  const measured = new Map(lines?.series.map((series) => [series.name, measuredOf(series)]));
  const threads = new Map<string, number>();
  for (const { host } of inventory?.threads ?? []) threads.set(host, (threads.get(host) ?? 0) + 1);
  const damage = new Map(damageOf(...[lines, spent, inventory].filter((answer) => answer !== undefined)).damaged?.map(({ host, message }) => [host, `What is kept of it is damaged. ${message}`]));
  const names = new Set(configured.map(({ host }) => host));
  const others = await gone.listed(known.filter((host) => !names.has(host)), (host) => (lines === undefined ? threads : measured).has(host), nowMs);
  return [...configured, ...others].map((status) => {
    const cost = spent?.costs.get(status.host);
    const threadCount = threads.get(status.host);
    const error = [status.error, damage.get(status.host)].filter((words) => words !== undefined).join(' ');
    return {
      ...seenOf(status),
      ...measured.get(status.host),
      ...(threadCount === undefined ? {} : { threadCount }),
      ...(cost === undefined ? {} : { cost }),
      ...(error === '' ? {} : { error }),
    };
  });
}

function seenOf(status: HostStatus): HostAnswer {
  return { ...status, up: status.state === 'up', ...(status.lastPullMs === undefined ? {} : { lastPull: new Date(status.lastPullMs).toISOString() }) };
}

function measuredOf({ busy, idle, coveredUs }: TimelineSeries): Pick<HostAnswer, 'busyShare' | 'busyShares' | 'droppedUs'> {
  const [busyUs, idleUs, wholeUs] = [sum(busy), sum(idle), sum(coveredUs)];
  if (wholeUs === 0) return {};
  return { busyShare: Math.min(1, busyUs / wholeUs), busyShares: busy.map((us, step) => shareOf(us, coveredUs[step])), droppedUs: Math.max(0, wholeUs - busyUs - idleUs) };
}

function shareOf(part: number, whole = 0): number | null {
  return whole === 0 ? null : Math.round(Math.min(1, part / whole) * 10_000) / 10_000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
