// `npm run bench:overhead`: what an always-on profiler costs three services: nothing, ours, and the profilers people use
// today, in turn, each time in a fresh process. Markdown on stdout, progress on stderr.
//   --node 20,24  --service express,renderer  --variant ours,datadog  --rounds 3  --seconds 2.5  --minutes 35
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { parseArgs } from 'node:util';
import { short } from '../store/figures.ts';
import type { Peer } from './install.ts';
import { nodeBinary, peer, samplerBytes } from './install.ts';
import type { Measurement } from './measure.ts';
import { Clients, measure } from './measure.ts';
import type { Pauses } from './pauses.ts';
import { PAUSED_VARIANTS, PAUSED_WORKS, pausesOf } from './pauses.ts';
import type { Round } from './report.ts';
import { pauseTable, serviceTables, sizeTable, targets } from './report.ts';
import type { ServiceName, ServiceOptions, Variant } from './variants.ts';
import { SERVICE_NAMES, VARIANT_NAMES } from './variants.ts';

const PEERS = { datadog: ['@datadog/pprof', '5.20.0'], pyroscope: ['@pyroscope/nodejs', '0.6.4'] } as const;
const WARM_MS = 2000;
const FIRST_SLICE_MS = 1000;

const { values: flags } = parseArgs({
  options: {
    node: { type: 'string', default: '20,22,24,26' },
    service: { type: 'string', default: SERVICE_NAMES.join() },
    variant: { type: 'string', default: VARIANT_NAMES.join() },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2.5' },
    /** Of each measurement of pauses. */
    pauses: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '35' },
  },
});
const startMs = performance.now();
const services = chosen(flags.service, SERVICE_NAMES);
const variants = chosen(flags.variant, VARIANT_NAMES);
const [rounds, seconds, pauseSeconds, minutes] = [flags.rounds, flags.seconds, flags.pauses, flags.minutes].map(Number) as [number, number, number, number];

const nodes = flags.node.split(',').map((major) => ({ major: Number(major), path: nodeBinary(Number(major)) }));
const peers = Object.fromEntries(Object.entries(PEERS).map(([key, [name, version]]) => [key, peer(name, version)])) as Record<keyof typeof PEERS, Peer>;
const clients = new Clients();
const sink = createServer((request, response) => {
  request.resume();
  request.once('end', () => response.end());
}).listen(0, '127.0.0.1');
await once(sink, 'listening');
const common = { datadog: peers.datadog.from, pyroscope: peers.pyroscope.from, sink: `http://127.0.0.1:${(sink.address() as AddressInfo).port}` };

const paused: (Pauses | string)[] = [];
if (pauseSeconds > 0) for (const node of nodes) await measurePauses(node);
const measured: Round[] = [];
/** By Node and service, from their first measurement. */
const fixed = new Map<string, number>();
let slowestRoundMs = 0;
for (let round = 1; round <= rounds; round++) {
  const roundMs = performance.now();
  if (roundMs - startMs + slowestRoundMs > minutes * 60_000) {
    say(`no time for round ${round} of ${rounds}`);
    break;
  }
  for (const node of nodes) for (const service of services) measured.push(await measureRound(round, node, service));
  slowestRoundMs = Math.max(slowestRoundMs, performance.now() - roundMs);
}
clients.stop();
sink.close();
sink.closeAllConnections();

const sizes = { samplerBytes: samplerBytes(), peers: Object.values(peers) };
process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, load ${short(loadavg()[0] ?? 0)}, Node ${nodes.map(({ major }) => major).join(', ')}, \`npm run bench:overhead\`; ${counting()}

${targets(measured, paused.filter((one) => typeof one === 'object'), sizes)}

${serviceTables(measured)}
### pauses

${pauseTable(paused)}

### size

${sizeTable(sizes)}

Each measurement is a fresh process: ${WARM_MS / 1000} s to warm up, then requests for about ${seconds} s, as many for every profiler. Ratios are to nothing in the same round; medians, in brackets the interval that holds 95 % of the medians of resampled rounds. RSS is read after a full collection. One reader asks ours in each measurement. What the peers hand over once a minute at their defaults is seldom part of so short a measurement; how long it takes is under pauses.
`);

async function measureRound(round: number, node: { readonly major: number; readonly path: string }, service: ServiceName): Promise<Round> {
  const taken = new Map<Variant, Measurement | string>();
  const place = `${node.major} ${service}`;
  let sliceMs = FIRST_SLICE_MS;
  for (const variant of variants) {
    const options = { ...common, work: service, variant, sliceMs };
    const one = await measure(node.path, options, clients, WARM_MS, (perMs) => {
      const requests = fixed.get(place) ?? Math.max(50, Math.round(perMs * seconds * 1000));
      fixed.set(place, requests);
      return requests;
    }).catch(inWords);
    taken.set(variant, one);
    if (typeof one === 'object' && variant === 'ours') sliceMs = Math.round(one.sliceMs ?? FIRST_SLICE_MS);
    say(`round ${round}, Node ${node.major}, ${service}, ${variant}: ${typeof one === 'string' ? one : `${short(one.cpuUsPerRequest)} µs, p99 ${short(one.p99Ms)} ms, ${one.requests} requests in ${short(one.elapsedMs / 1000)} s`}`);
  }
  return { node: node.major, service, measured: taken };
}

async function measurePauses(node: { readonly major: number; readonly path: string }): Promise<void> {
  for (const work of PAUSED_WORKS) {
    let sliceMs = FIRST_SLICE_MS;
    for (const variant of PAUSED_VARIANTS) {
      const options: ServiceOptions = { ...common, work, variant, sliceMs };
      // Ours is what has a target for its p99.
      const one = await pausesOf(node, options, clients, (variant === 'ours' ? 1 : 0.5) * pauseSeconds * 1000).catch((error: unknown) => `Node ${node.major}, ${work}, ${variant}: ${inWords(error)}`);
      paused.push(one);
      if (typeof one === 'object' && variant === 'ours') sliceMs = Math.round(one.sliceMs);
      say(`pauses, Node ${node.major}, ${work}, ${variant}: ${typeof one === 'string' ? one : `${one.pausesMs.length} slices of ${short(one.sliceMs)} ms`}`);
    }
  }
}

function inWords(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[|\n]/g, ' ').slice(0, 200);
}

function chosen<T extends string>(flag: string, known: readonly T[]): T[] {
  return flag.split(',').map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new Error(`there is no ${name}; there are ${known.join(', ')}`);
    return found;
  });
}

/** Instructions would vary less than time does: says whether this machine counts them. */
function counting(): string {
  const { stderr, error } = spawnSync('perf', ['stat', '-e', 'instructions:u', 'true'], { encoding: 'utf8' });
  const counted = error === undefined && /\d[\d,.]*\s+instructions/.test(stderr);
  return counted ? 'CPU time, though `perf stat` could count instructions here' : 'CPU time: `perf stat` counts no instructions here';
}

function say(text: string): void {
  process.stderr.write(`${Math.round((performance.now() - startMs) / 1000)} s: ${text}\n`);
}
