// From the text of config.ini to a checked Config, or to all of its faults. Pure but for `readFile`.
import { resolve } from 'node:path';
import type { Environment } from './environment.ts';
import { isLoopback } from './addresses.ts';
import { ConfigError } from './fault.ts';
import type { Fault } from './fault.ts';
import { readSections } from './sections.ts';
import type { Sections } from './sections.ts';
import { readTargets } from './targets.ts';
import type { Config, SamplerConfig } from './types.ts';

const OWN_HOST = 'liveprofiler';

export interface ParseOptions {
  /** Where `${NAME}` is looked up. */
  readonly env: Environment;
  /** What relative paths start from: the folder of the file. */
  readonly baseDir: string;
  /** Takes an absolute path. @throws with a `code` as of node:fs. */
  readonly readFile: (path: string) => string;
  /** How the file is called in messages. */
  readonly source?: string;
}

/** @throws ConfigError with all faults at once. */
export function parseConfig(text: string, { env, baseDir, readFile, source = 'config.ini' }: ParseOptions): Config {
  const faults: Fault[] = [];
  const sections = readSections(text, env, (fault) => faults.push(fault));
  const { hosts, sources } = readTargets(sections, (path) => readFile(resolve(baseDir, path)));
  const timeoutMs = readTimeout(sections);
  checkAccess(sections);
  checkRetention(sections);
  const sampler = readSampler(sections);
  if (faults.length > 0) throw new ConfigError(source, faults);

  const { dbpath } = sections.section('global').values;
  const { raw, minutes, hours, days, max_size: maxSize } = sections.section('retention').values;
  const { interval, concurrency, max_response: maxBytes } = sections.section('collector').values;
  const { listen, user, password, allowed_hosts: allowedHosts = [] } = sections.section('visualizer').values;
  return {
    dbpath: resolve(baseDir, known(dbpath)),
    retention: { rawMs: known(raw), minutesMs: known(minutes), hoursMs: known(hours), daysMs: known(days) },
    ...(maxSize === undefined ? {} : { maxBytes: maxSize }),
    collector: {
      hosts,
      sources: sources.map((source) => (source.kind === 'file' ? { ...source, path: resolve(baseDir, source.path) } : source)),
      intervalMs: known(interval),
      timeoutMs: known(timeoutMs),
      maxBytes: known(maxBytes),
      concurrency: known(concurrency),
    },
    visualizer: {
      listen: known(listen),
      loopback: isLoopback(known(listen).host),
      ...(user !== undefined && password !== undefined && { credentials: { user, password } }),
      allowedHosts,
    },
    ...(sampler && { sampler }),
  };
}

/** A pull that outlasts the interval would take the next one's turn. */
function readTimeout(sections: Sections): number | undefined {
  const { values: { interval, timeout }, has, at } = sections.section('collector');
  if (interval === undefined || timeout === undefined) return undefined;
  if (timeout <= interval) return timeout;
  if (has('timeout')) at('timeout').complain(`It is longer than interval, which is ${interval / 1000}s: a pull must end before the next one.`);
  return interval;
}

function checkAccess(sections: Sections): void {
  const { values: { listen }, has, at } = sections.section('visualizer');
  if (has('user') && !has('password')) at('user').complain('It needs password beside it.');
  if (has('password') && !has('user')) at('password').complain('It needs user beside it.');
  if (listen && !isLoopback(listen.host) && !has('user') && !has('password')) {
    at('listen').complain('Other machines can reach the page there: set user and password, or listen on 127.0.0.1.');
  }
}

/** What is dropped must be in something coarser that stays. */
function checkRetention(sections: Sections): void {
  const { values, at } = sections.section('retention');
  for (const [finer, coarser] of [['raw', 'minutes'], ['minutes', 'hours'], ['hours', 'days']] as const) {
    if ((values[finer] ?? 0) > (values[coarser] ?? Number.POSITIVE_INFINITY)) at(finer).complain(`It is longer than ${coarser}, which holds the same time by less detail: make ${coarser} as long.`);
  }
}

function readSampler(sections: Sections): SamplerConfig | undefined {
  const { values: { enabled, interval, secret_header: own }, has, at } = sections.section('sampler');
  const collector = sections.section('collector');
  if (enabled !== true) return undefined;
  if (sections.hosts.has(OWN_HOST)) at('enabled').complain(`The visualizer itself is then the host ${OWN_HOST}: give [host ${OWN_HOST}] another name.`);
  const secret = own ?? collector.values.secret_header;
  if (secret === undefined && !has('secret_header') && !collector.has('secret_header')) at('secret_header').complain('It is missing, and [collector] has none either.');
  return secret === undefined || interval === undefined ? undefined : { host: OWN_HOST, secret, intervalUs: interval };
}

/** Without a fault every key with a fallback has its value. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a key has neither a value nor a fault');
  return value;
}
