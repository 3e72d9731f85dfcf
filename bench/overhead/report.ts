// The tables: ratios paired by round, per service over all Node versions and for each, and pauses. Pure.
import type { Figure } from '../store/figures.ts';
import { figureTable, quantile, short, table } from '../store/figures.ts';
import type { Measurement } from './measure.ts';
import type { Pauses } from './pauses.ts';
import type { Estimate } from './statistics.ts';
import { estimate, median } from './statistics.ts';
import type { ServiceName, Variant } from './variants.ts';
import { NATIVE, SERVICES, VARIANT_NAMES, VARIANTS } from './variants.ts';

/** What was measured of one service on one Node in one round; what failed is told in words. */
export interface Round {
  readonly node: number;
  readonly service: ServiceName;
  readonly measured: ReadonlyMap<Variant, Measurement | string>;
}

/** Read once of each process, when all rounds are over. */
export interface Memory {
  readonly node: number;
  readonly service: ServiceName;
  readonly rssBytes: ReadonlyMap<Variant, number>;
  /** A request's, from one callback of Node's to another, with nothing beside it. */
  readonly switches: number | undefined;
}

interface Sizes {
  readonly samplerBytes: number;
  readonly peers: readonly { readonly name: string; readonly version: string; readonly bytes: number }[];
}

const TARGETS = { cpu: 1.03, p99: 1.05, rssBytes: 20e6, spread: 1.01, installBytes: 200e3, share: 1 / 3 };
const PAUSE_TARGETS_MS = { typescript: { median: 4, p99: 10 }, express: { p99: 2 } };

/** The figures that have a target, of all Node versions together. */
export function targets(rounds: readonly Round[], memory: readonly Memory[], pauses: readonly Pauses[], { samplerBytes }: Sizes): string {
  const figures: Figure[] = [];
  for (const service of servicesOf(rounds)) {
    const here = rounds.filter((round) => round.service === service);
    const ours = paired(here, 'ours', ({ cpuUsPerRequest }) => cpuUsPerRequest);
    const again = paired(here, 'again', ({ cpuUsPerRequest }) => cpuUsPerRequest);
    const least = NATIVE.map((variant) => paired(here, variant, ({ cpuUsPerRequest }) => cpuUsPerRequest)).filter((values) => values.length > 0).map((values) => estimate(values).median);
    figures.push(figure(`CPU per request, ${service}, 100 Hz`, `≤ ${TARGETS.cpu} of nothing at the upper end`, ours, shownRatio, ({ high }) => high <= TARGETS.cpu));
    figures.push(figure(`the same of nothing again (A/A), ${service}`, `within ${percent(TARGETS.spread - 1)}`, again, shownRatio, ({ low, high }) => high <= TARGETS.spread && low >= 1 / TARGETS.spread));
    if (least.length > 0) figures.push(figure(`the same beside the native peers, ${service}`, `≤ the least of theirs, ${Math.min(...least).toFixed(3)}`, ours, shownRatio, (ratio) => ratio.median <= Math.min(...least)));
    figures.push(figure(`p99 latency, ${service}, 100 Hz`, `≤ ${TARGETS.p99} of nothing at the upper end`, paired(here, 'ours', ({ p99Ms }) => p99Ms), shownRatio, ({ high }) => high <= TARGETS.p99));
    figures.push(figure(`RSS added, ${service}, 100 Hz`, '≤ 20 MB', added(memory.filter((one) => one.service === service), 'ours'), ({ median: bytes, low, high }) => `${megabytes(bytes)} (${megabytes(low)} to ${megabytes(high)})`, (bytes) => bytes.median <= TARGETS.rssBytes));
  }
  figures.push(...pauseTargets(pauses));
  figures.push({ what: 'install size of the sampler', target: '≤ 200 kB', measured: `${short(samplerBytes / 1000)} kB`, met: samplerBytes <= TARGETS.installBytes });
  return figureTable(figures);
}

function pauseTargets(pauses: readonly Pauses[]): Figure[] {
  const of = (work: string, variant: Variant): number[] => pauses.filter((one) => one.work === work && one.variant === variant).flatMap(({ pausesMs }) => pausesMs);
  const figures: Figure[] = [];
  for (const [work, target] of Object.entries(PAUSE_TARGETS_MS)) {
    const [ours, theirs] = [of(work, 'ours'), of(work, 'datadogSlice')];
    if (ours.length === 0) continue;
    const measured = `median ${short(median(ours))} ms, p99 ${short(quantile(ours, 0.99))} ms`;
    const met = quantile(ours, 0.99) <= target.p99 && (!('median' in target) || median(ours) <= target.median);
    figures.push({ what: `pause per slice, ${work}, 100 Hz`, target: `${'median' in target ? `median ≤ ${target.median} ms, ` : ''}p99 ≤ ${target.p99} ms`, measured, met });
    if (theirs.length > 0) figures.push({ what: `the same as a share of @datadog/pprof's, ${work}`, target: '≤ 1/3', measured: short(median(ours) / median(theirs)), met: median(ours) / median(theirs) <= TARGETS.share });
  }
  return figures;
}

/** A row per variant; of several Node versions the rounds are taken together. */
function serviceTable(rounds: readonly Round[], memory: readonly Memory[]): string {
  const rows = VARIANT_NAMES.filter((variant) => rounds.some(({ measured }) => measured.has(variant))).map((variant) => {
    const failures = failuresOf(rounds, variant);
    const all = valuesOf(rounds, variant);
    if (all.length === 0) return [VARIANTS[variant], `failed: ${failures.join('; ')}`, '', '', '', '', ''];
    const of = (read: (one: Measurement) => number): number => median(all.map(read));
    const ratio = (read: (one: Measurement) => number): string => (variant === 'nothing' ? '1' : shownRatio(estimate(paired(rounds, variant, read))));
    return [
      VARIANTS[variant] + (failures.length === 0 ? '' : ` (failed: ${failures.join('; ')})`),
      `${short(of(({ cpuUsPerRequest }) => cpuUsPerRequest))} µs`,
      ratio(({ cpuUsPerRequest }) => cpuUsPerRequest),
      `${short(of(({ p50Ms }) => p50Ms))} / ${short(of(({ p99Ms }) => p99Ms))} ms`,
      ratio(({ p99Ms }) => p99Ms),
      `${short(of(({ longestDelayMs }) => longestDelayMs))} ms`,
      variant === 'nothing' ? megabytes(median(memory.map(({ rssBytes }) => rssBytes.get(variant) ?? Number.NaN))) : signed(median(added(memory, variant))),
    ];
  });
  return table(['profiler', 'CPU per request', 'of nothing', 'latency p50 / p99', 'p99 of nothing', 'longest loop delay', 'RSS'], rows);
}

export function serviceTables(rounds: readonly Round[], memory: readonly Memory[]): string {
  return servicesOf(rounds).map((service) => {
    const here = rounds.filter((round) => round.service === service);
    const held = memory.filter((one) => one.service === service);
    const nodes = [...new Set(here.map(({ node }) => node))];
    const each = nodes.length > 1 ? nodes.map((node) => `Node ${node}:\n\n${serviceTable(here.filter((round) => round.node === node), held.filter((one) => one.node === node))}\n`) : [];
    const together = `${SERVICES[service]}, Node ${nodes.join(', ')}, ${here.length} ${here.length === 1 ? 'round' : 'rounds'}${switchesOf(held)}:`;
    return [`### ${service}\n`, `${together[0]?.toUpperCase()}${together.slice(1)}\n`, `${serviceTable(here, held)}\n`, ...each].join('\n');
  }).join('\n');
}

function switchesOf(memory: readonly Memory[]): string {
  const all = memory.flatMap(({ switches }) => switches ?? []);
  return all.length === 0 ? '' : `, ${short(median(all))} switches a request`;
}

export function pauseTable(pauses: readonly (Pauses | string)[]): string {
  return table(
    ['at work', 'Node', 'profiler', 'pause per slice, median', 'p99', 'longest', 'slices', 'slice length', 'finishing a window, median / longest'],
    pauses.map((one) =>
      typeof one === 'string'
        ? [one, '', '', '', '', '', '', '', '']
        : [one.work, String(one.node), VARIANTS[one.variant], `${short(median(one.pausesMs))} ms`, `${short(quantile(one.pausesMs, 0.99))} ms`, `${short(Math.max(...one.pausesMs))} ms`, String(one.pausesMs.length), `${short(one.sliceMs)} ms`, one.endingsMs.length === 0 ? '' : `${short(median(one.endingsMs))} / ${short(Math.max(...one.endingsMs))} ms`],
    ),
  );
}

export function sizeTable({ samplerBytes, peers }: Sizes): string {
  return table(['installed', 'size on disk, all that it brings'], [['liveprofiler-sampler', `${short(samplerBytes / 1000)} kB`], ...peers.map(({ name, version, bytes }) => [`${name} ${version}`, megabytes(bytes)])]);
}

/** Nothing of a round is compared with another round's. */
function paired(rounds: readonly Round[], variant: Variant, read: (one: Measurement) => number): number[] {
  return pairs(rounds, variant).map(([base, one]) => read(one) / read(base));
}

function added(memory: readonly Memory[], variant: Variant): number[] {
  return memory.flatMap(({ rssBytes }) => {
    const [base, one] = [rssBytes.get('nothing'), rssBytes.get(variant)];
    return base === undefined || one === undefined ? [] : [one - base];
  });
}

function pairs(rounds: readonly Round[], variant: Variant): [base: Measurement, one: Measurement][] {
  return rounds.flatMap(({ measured }) => {
    const [base, one] = [measured.get('nothing'), measured.get(variant)];
    return typeof base === 'object' && typeof one === 'object' ? [[base, one]] : [];
  });
}

function failuresOf(rounds: readonly Round[], variant: Variant): string[] {
  const all = rounds.flatMap(({ node, measured }) => {
    const one = measured.get(variant);
    return typeof one === 'string' ? [`Node ${node}: ${one}`] : [];
  });
  return [...new Set(all)];
}

function valuesOf(rounds: readonly Round[], variant: Variant): Measurement[] {
  return rounds.flatMap(({ measured }) => {
    const one = measured.get(variant);
    return typeof one === 'object' ? [one] : [];
  });
}

function servicesOf(rounds: readonly Round[]): ServiceName[] {
  return [...new Set(rounds.map(({ service }) => service))];
}

function figure(what: string, target: string, values: readonly number[], shown: (one: Estimate) => string, met: (one: Estimate) => boolean): Figure {
  if (values.length === 0) return { what, target, measured: 'not measured' };
  const one = estimate(values);
  return { what, target, measured: shown(one), met: met(one) };
}

function shownRatio({ median: middle, low, high }: Estimate): string {
  return `${middle.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function signed(bytes: number): string {
  return `${bytes < 0 ? '−' : '+'}${megabytes(Math.abs(bytes))}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
