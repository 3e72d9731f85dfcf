// Sources of hosts that come and go: each is looked at again and again, on its own. Invariant: what cannot be learnt now
// changes nothing, and is told once until it is well again.
import type { Logger } from 'pino';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import type { Clock } from '../clock.ts';
import { MOST_HOSTS } from '../config/addresses.ts';
import { isSame } from '../target.ts';
import type { Source, Target } from '../target.ts';
import { createDnsLook } from './dns.ts';
import type { NameServers } from './dns.ts';
import { createFileLook } from './file.ts';
import type { Look, Trouble } from './look.ts';

export interface Sources {
  /** Which there are from now on; one that is known keeps its hosts, and is looked at anew if it was changed. */
  set(sources: readonly Source[]): void;
  /** The hosts given, then those of the sources in their order: each place once, at most `MOST_HOSTS` in all. */
  addTo(hosts: readonly Target[]): readonly Target[];
  /** Begins to look: at each at once, then every few seconds. */
  start(): void;
  stop(): void;
}

export interface SourcesOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
  readonly nameServers: () => NameServers;
  /** A source names other hosts than before. */
  readonly changed: () => void;
}

/** Of a name: resolvers on the way keep answers for as long as the zone says, so asking often costs little. */
const EVERY_MS: Readonly<Record<Source['kind'], Milliseconds>> = { dns: 10_000, file: 2000 };
const MOST_TOLD = 20;

interface Watched {
  readonly source: Source;
  targets: readonly Target[];
  up: boolean;
  start(): void;
  stop(): void;
}

export function createSources({ clock, log, registry, nameServers, changed }: SourcesOptions): Sources {
  let watched = new Map<string, Watched>();
  let started = false;
  let cut = false;
  const perSource = (name: string, help: string, of: (one: Watched) => number): Gauge<'source'> => new Gauge({
    name,
    help,
    labelNames: ['source'],
    registers: [registry],
    collect() {
      this.reset();
      for (const one of watched.values()) this.set({ source: one.source.name }, of(one));
    },
  });
  perSource('liveprofiler_source_up', '1 when the last look at where hosts come from went well.', ({ up }) => Number(up));
  perSource('liveprofiler_source_hosts', 'Hosts that it names.', ({ targets }) => targets.length);

  function lookFor(source: Source): Look {
    return source.kind === 'dns' ? createDnsLook(source, nameServers, () => clock.monotonicMs()) : createFileLook(source);
  }

  function watch(source: Source, known: readonly Target[] = []): Watched {
    const look = lookFor(source);
    const told = new Set<string>();
    let stopped = false;
    let cancel = (): void => undefined;
    const one: Watched = {
      source,
      targets: known,
      up: false,
      start() {
        void look().then(({ targets = one.targets, trouble }) => {
          if (stopped) return;
          one.up = trouble === undefined;
          tell(source.name, told, trouble);
          cancel = clock.at(clock.monotonicMs() + EVERY_MS[source.kind], () => { one.start(); });
          const before = one.targets;
          one.targets = targets;
          if (before.length === targets.length && targets.every((target, index) => isSame(target, before[index]))) return;
          tellHosts(source.name, before, targets);
          changed();
        });
      },
      stop() {
        stopped = true;
        cancel();
      },
    };
    return one;
  }

  function tell(source: string, told: Set<string>, trouble: Trouble | undefined): void {
    if (trouble !== undefined && !told.has(trouble.code)) log.warn({ source, code: trouble.code }, trouble.sentence);
    if (trouble === undefined && told.size > 0) log.info({ source }, `${source} is well again`);
    if (trouble === undefined) told.clear();
    else told.add(trouble.code);
  }

  function tellHosts(source: string, before: readonly Target[], now: readonly Target[]): void {
    const [old, next] = [before, now].map((targets) => new Set(targets.map(({ name }) => name)));
    const came = [...(next ?? [])].filter((name) => old?.has(name) !== true);
    const left = [...(old ?? [])].filter((name) => next?.has(name) !== true);
    log.info({ source, hosts: now.length, came: came.length, left: left.length, who: [...came.map((name) => `+${name}`), ...left.map((name) => `-${name}`)].slice(0, MOST_TOLD) }, `${source} names other hosts`);
  }

  return {
    set(sources) {
      const before = watched;
      watched = new Map(sources.map((source) => {
        const known = before.get(source.name);
        return [source.name, known !== undefined && isSame(known.source, source) ? known : watch(source, known?.targets)];
      }));
      for (const [name, one] of before) if (watched.get(name) !== one) one.stop();
      if (started) for (const [name, one] of watched) if (before.get(name) !== one) one.start();
    },
    addTo(hosts) {
      const places = new Set(hosts.map(placeOf));
      const all = [...hosts];
      for (const target of [...watched.values()].flatMap(({ targets }) => targets)) {
        if (places.has(placeOf(target))) continue;
        places.add(placeOf(target));
        all.push(target);
      }
      if (all.length > MOST_HOSTS && !cut) log.warn({ hosts: all.length }, `these are more than ${MOST_HOSTS} hosts: those above it are not asked`);
      cut = all.length > MOST_HOSTS;
      return all.slice(0, MOST_HOSTS);
    },
    start() {
      started = true;
      for (const one of watched.values()) one.start();
    },
    stop() {
      for (const one of watched.values()) one.stop();
    },
  };
}

/** One place can have an alias, and one name. */
function placeOf({ url }: Target): string {
  return `${url.host}${url.pathname}`;
}
