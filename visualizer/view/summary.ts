// What an answer covers and how its host is doing, in a line each. Pure.
import type { FlameAnswer, FlameNode } from '../api.ts';
import type { HostStatus } from '../../collector/store/host-status.ts';
import type { GraphState } from './state.ts';
import { amount, inTime, wordsOf } from './kinds.ts';
import { ago, clockTime, duration, percent } from './units.ts';

export const STATES: Readonly<Record<HostStatus['state'], string>> = { new: 'not asked yet', up: 'up', stale: 'stale', down: 'down', gone: 'gone' };

export function coverage({ covered, windows, idle, dropped, root, threadCount }: FlameAnswer, { idle: withIdle, utc, selection: { kind } }: Pick<GraphState, 'idle' | 'utc' | 'selection'>): string {
  const busyUs = root.totalUs - (withIdle && inTime(kind) ? idle.weight : 0);
  const cut = cutOf(root);
  return joined([
    covered === undefined ? '' : `${clockTime(covered.fromMs, utc)} to ${clockTime(covered.untilMs, utc)}`,
    `${windows} ${windows === 1 ? 'window' : 'windows'}${threadCount > 1 ? ` of ${threadCount} threads` : ''}`,
    inTime(kind) ? `${duration(busyUs)} busy${busyUs + idle.weight === 0 ? '' : ` (${percent(busyUs / (busyUs + idle.weight))})`}` : `${amount(root.totalUs, 'us', kind)} ${wordsOf(kind).did}`,
    inTime(kind) ? `${duration(idle.weight)} idle` : '',
    dropped.weight > 0 ? `${duration(dropped.weight)} could not be sampled` : '',
    cut > 0 ? `${cut} smaller parts are summed up: click one to open it` : '',
  ]);
}

/** After the name of the state. */
export function standing(status: HostStatus, nowMs: number): string {
  const { sinceMs, service, version, lastPullMs, error } = status;
  return joined([
    sinceMs > 0 ? `for ${ago(sinceMs, nowMs)}` : '',
    service === '' ? '' : `service ${service}${version === '' ? '' : ` ${version}`}`,
    lastPullMs === undefined ? '' : `last pull ${ago(lastPullMs, nowMs)} ago`,
    ...oddities(status),
    error ?? '',
  ]);
}

/** What is odd about a host for longer than one pull. */
export function oddities({ speaks, clockSteps }: Pick<HostStatus, 'speaks' | 'clockSteps'>): string[] {
  return [
    ...(speaks === 'ancestor-json' || speaks === 'nylas' ? ['speaks an older format: it is read at most once'] : []),
    ...(clockSteps > 0 ? [`its clock was set ${clockSteps === 1 ? 'once' : `${clockSteps} times`} since it started`] : []),
  ];
}

/** Of several hosts: how many are in which state. */
export function tallied(hosts: readonly HostStatus[]): string {
  const states = Object.entries(STATES).map(([state, words]) => [hosts.filter((host) => host.state === state).length, words] as const);
  return joined([`${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}`, ...states.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`)]);
}

function cutOf({ cut = 0, c }: FlameNode): number {
  return c.reduce((sum, child) => sum + cutOf(child), cut);
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
