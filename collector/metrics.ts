// The collector's own figures in Prometheus' terms. Invariant: a host that is no longer configured leaves no series.
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import { FAILURES } from './failures.ts';
import type { PullReport } from './pull.ts';

export interface CollectorMetrics {
  pulled(host: string, report: PullReport, durationMs: Milliseconds): void;
  skipped(host: string): void;
  forget(host: string): void;
}

/** `takes`: whether the store took what it was last given. */
export function createMetrics(registry: Registry, wallMs: () => Milliseconds, takes: () => boolean): CollectorMetrics {
  const registers = [registry];
  const perHost = (name: string, help: string): Counter<'host'> => new Counter({ name, help, labelNames: ['host'], registers });
  const pulls = perHost('liveprofiler_pulls_total', 'Pulls of a host, failed ones included.');
  const failures = new Counter({ name: 'liveprofiler_pull_failures_total', help: 'Pulls that failed, by reason.', labelNames: ['host', 'reason'], registers });
  const skips = perHost('liveprofiler_pulls_skipped_total', 'Turns that passed while the pull before was still running.');
  const counters = {
    bytes: perHost('liveprofiler_pulled_bytes_total', 'Bytes of answers after inflating.'),
    samples: perHost('liveprofiler_samples_total', 'Samples stored.'),
    windows: perHost('liveprofiler_windows_total', 'Windows stored.'),
    duplicates: perHost('liveprofiler_windows_duplicate_total', 'Windows that the store had already.'),
    refused: perHost('liveprofiler_windows_refused_total', 'Windows that the store refused.'),
    malformed: perHost('liveprofiler_entries_malformed_total', 'Entries of an ancestor’s answer that could not be read.'),
    lost: perHost('liveprofiler_samples_lost_total', 'Samples that left the memory of the host before anybody read them.'),
    clockJumps: perHost('liveprofiler_clock_steps_total', 'How often the clock of the host was set.'),
  };
  new Gauge({
    name: 'liveprofiler_store_up',
    help: '0 while the store refuses what hosts answer, as on a full disk.',
    registers,
    collect() {
      this.set(takes() ? 1 : 0);
    },
  });
  const offset = new Gauge({ name: 'liveprofiler_clock_offset_seconds', help: 'Clock of the host minus clock of the collector.', labelNames: ['host'], registers });
  const up = new Gauge({ name: 'liveprofiler_host_up', help: '1 when the last pull of the host succeeded.', labelNames: ['host'], registers });
  const lastEndMs = new Map<string, Milliseconds>();
  const lag = new Gauge({
    name: 'liveprofiler_lag_seconds',
    help: 'Time since the end of the last window stored.',
    labelNames: ['host'],
    registers,
    collect() {
      for (const [host, endMs] of lastEndMs) this.set({ host }, (wallMs() - endMs) / 1000);
    },
  });
  const duration = new Histogram({
    name: 'liveprofiler_pull_duration_seconds',
    help: 'Time from the request of a pull to the stored answer.',
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30],
    registers,
  });

  return {
    pulled(host, report, durationMs) {
      pulls.inc({ host });
      if (report.failure !== undefined) failures.inc({ host, reason: report.failure.code });
      up.set({ host }, report.failure === undefined ? 1 : 0);
      for (const [figure, counter] of Object.entries(counters)) counter.inc({ host }, report[figure as keyof typeof counters]);
      if (report.clockOffsetMs !== undefined) offset.set({ host }, report.clockOffsetMs / 1000);
      if (report.lastEndMs !== undefined) lastEndMs.set(host, report.lastEndMs);
      duration.observe(durationMs / 1000);
    },
    skipped(host) {
      skips.inc({ host });
    },
    forget(host) {
      lastEndMs.delete(host);
      for (const metric of [pulls, skips, offset, up, lag, ...Object.values(counters)]) metric.remove({ host });
      for (const reason of FAILURES) failures.remove({ host, reason });
    },
  };
}
