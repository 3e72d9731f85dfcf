// How a host is doing, from one pull to the next. Pure: a state and a report give the next state.
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import type { PullReport } from './pull.ts';
import type { HostStatus } from './store/host-status.ts';

export function newHost(host: string, url: URL, labels: Readonly<Record<string, string>>, nowMs: Milliseconds): HostStatus {
  return {
    host,
    address: url.origin + url.pathname,
    service: labels['service'] ?? '',
    version: labels['version'] ?? '',
    state: 'new',
    sinceMs: nowMs,
    speaks: 'unknown',
    clockSteps: 0,
  };
}

/** Of a host that `source`, or the configuration, has ceased to name. */
export function goneHost(before: HostStatus, source: string | undefined, nowMs: Milliseconds): HostStatus {
  return { ...before, state: 'gone', sinceMs: nowMs, error: `${source ?? 'The configuration'} does not name it any more; what was collected is still here.` };
}

/** `staleAfterMs`: for how long a host may bring nothing new and count as up. Labels of config.ini win. */
export function afterPull(before: HostStatus, report: PullReport, labels: Readonly<Record<string, string>>, nowMs: Milliseconds, staleAfterMs: Milliseconds): HostStatus {
  const state = stateAfter(before, report, nowMs, staleAfterMs);
  const known = { ...report.labels, ...labels };
  const freshMs = report.windows > 0 ? nowMs : before.freshMs;
  const clockOffsetMs = report.clockOffsetMs ?? before.clockOffsetMs;
  const tellsRoutes = report.tellsRoutes ?? before.tellsRoutes;
  const error = errorOf(report);
  return {
    host: before.host,
    address: before.address,
    service: known['service'] ?? before.service,
    version: known['version'] ?? before.version,
    state,
    sinceMs: state === before.state ? before.sinceMs : nowMs,
    lastPullMs: nowMs,
    speaks: report.speaks ?? before.speaks,
    clockSteps: report.clockSteps ?? before.clockSteps,
    ...(tellsRoutes !== undefined && { tellsRoutes }),
    ...(freshMs !== undefined && { freshMs }),
    ...(clockOffsetMs !== undefined && { clockOffsetMs }),
    ...(error !== undefined && { error }),
  };
}

function stateAfter(before: HostStatus, { failure, windows, notes }: PullReport, nowMs: Milliseconds, staleAfterMs: Milliseconds): HostStatus['state'] {
  // A store that refuses says nothing about the host; one that was stopped asking neither.
  if (failure?.code === 'stopped') return before.state;
  if (failure !== undefined && failure.code !== 'not-stored') return 'down';
  if (windows > 0) return 'up';
  if (notes.some(({ code }) => code === 'not-running' || code === 'not-started')) return 'stale';
  // The quiet time counts from the last news, or from when it began to answer.
  const quietSinceMs = before.state === 'up' ? Math.max(before.freshMs ?? 0, before.sinceMs) : nowMs;
  return before.state === 'stale' || nowMs - quietSinceMs >= staleAfterMs ? 'stale' : 'up';
}

const MOST_NOTES = 4;

function errorOf({ failure, notes }: PullReport): string | undefined {
  const sentences = failure === undefined ? [] : [failure.message];
  for (const { sentence } of notes.slice(0, MOST_NOTES)) sentences.push(sentence);
  return sentences.length === 0 ? undefined : sentences.join(' ');
}
