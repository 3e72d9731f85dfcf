// What a configuration that was read again changes, key by key, as a person would write it. Pure; secrets stay hidden.
import type { Config } from '../collector/config/index.ts';
import type { Settings } from '../collector/target.ts';
import { isSame } from '../collector/target.ts';
import { days, HIDDEN, seconds } from './words.ts';

export interface Change {
  /** Such as `[visualizer] listen`. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

type Reading = readonly [key: string, of: (config: Config) => string | undefined, hidden?: 'hidden'];

/** What only a start takes over. */
const AT_START: readonly Reading[] = [
  ['[global] dbpath', ({ dbpath }) => dbpath],
  ['[retention] raw', ({ retention }) => days(retention.rawMs)],
  ['[retention] minutes', ({ retention }) => days(retention.minutesMs)],
  ['[retention] hours', ({ retention }) => days(retention.hoursMs)],
  ['[retention] days', ({ retention }) => days(retention.daysMs)],
  ['[retention] max_size', ({ maxBytes }) => (maxBytes === undefined ? undefined : `${maxBytes} bytes`)],
  ['[visualizer] listen', ({ visualizer: { listen: { host, port } } }) => `${host.includes(':') ? `[${host}]` : host}:${port}`],
  ['[sampler] enabled', ({ sampler }) => String(sampler !== undefined)],
  ['[sampler] interval', ({ sampler }) => sampler && `${sampler.intervalUs / 1000}ms`],
  ['[sampler] secret_header', ({ sampler }) => sampler?.secret, 'hidden'],
];

/** What holds from the next pull or request on. */
const AT_ONCE: readonly Reading[] = [
  ['[collector] interval', ({ collector }) => seconds(collector.intervalMs)],
  ['[collector] timeout', ({ collector }) => seconds(collector.timeoutMs)],
  ['[collector] concurrency', ({ collector }) => String(collector.concurrency)],
  ['[collector] max_response', ({ collector }) => `${collector.maxBytes} bytes`],
  ['[visualizer] user', ({ visualizer }) => visualizer.credentials?.user],
  ['[visualizer] password', ({ visualizer }) => visualizer.credentials?.password, 'hidden'],
  ['[visualizer] allowed_hosts', ({ visualizer }) => visualizer.allowedHosts.join(', ') || undefined],
];

export function needingRestart(before: Config, after: Config): readonly Change[] {
  return changesOf(AT_START, before, after);
}

export function atOnce(before: Config, after: Config): readonly Change[] {
  return changesOf(AT_ONCE, before, after);
}

/** Names of hosts, and of where hosts come from, that are new, that left, and that are asked in another way. */
export function hostChanges(before: Settings, after: Settings): { readonly came: readonly string[]; readonly left: readonly string[]; readonly changed: readonly string[] } {
  const [old, now] = [before, after].map(({ hosts, sources }) => new Map([...hosts, ...sources].map((one) => [one.name, one])));
  return {
    came: [...(now?.keys() ?? [])].filter((name) => old?.has(name) !== true),
    left: [...(old?.keys() ?? [])].filter((name) => now?.has(name) !== true),
    changed: [...(now?.values() ?? [])].filter((one) => old?.has(one.name) === true && !isSame(one, old.get(one.name))).map(({ name }) => name),
  };
}

function changesOf(readings: readonly Reading[], before: Config, after: Config): Change[] {
  return readings.flatMap(([key, of, hidden]) => {
    const [from, to] = [of(before), of(after)];
    const show = (value: string | undefined): string => (value === undefined ? 'not set' : hidden === undefined ? value : HIDDEN);
    return from === to ? [] : [{ key, from: show(from), to: show(to) }];
  });
}
