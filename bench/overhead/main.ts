// `npm run bench:overhead`: what an always-on profiler costs three services: nothing, ours, and the profilers people use
// today, in turn, each in a process of its own. Markdown on stdout, progress on stderr.
//   --node 20,24  --service express,renderer  --variant nothing,ours  --rounds 6  --seconds 2.5  --warm 18  --minutes 60
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { parseArgs } from 'node:util';
import { short } from '../store/figures.ts';
import { inWords, measureBlock } from './block.ts';
import type { Peer } from './install.ts';
import { nodeBinary, peer, samplerBytes } from './install.ts';
import { Clients } from './measure.ts';
import type { Pauses } from './pauses.ts';
import { PAUSED_VARIANTS, PAUSED_WORKS, pausesOf } from './pauses.ts';
import type { Memory, Round } from './report.ts';
import { pauseTable, serviceTables, sizeTable, targets } from './report.ts';
import type { ServiceOptions } from './variants.ts';
import { SERVICE_NAMES, VARIANT_NAMES } from './variants.ts';

const PEERS = { datadog: ['@datadog/pprof', '5.20.0'], pyroscope: ['@pyroscope/nodejs', '0.6.4'] } as const;
const FIRST_SLICE_MS = 1000;

const { values: flags } = parseArgs({
  options: {
    node: { type: 'string', default: '20,22,24,26' },
    service: { type: 'string', default: SERVICE_NAMES.join() },
    variant: { type: 'string', default: VARIANT_NAMES.join() },
    rounds: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '2.5' },
    /** All profilers at the same time. */
    warm: { type: 'string', default: '18' },
    /** Of each measurement of pauses. */
    pauses: { type: 'string', default: '15' },
    minutes: { type: 'string', default: '60' },
  },
});
const startMs = performance.now();
const services = chosen(flags.service, SERVICE_NAMES);
const variants = chosen(flags.variant, VARIANT_NAMES);
const [rounds, seconds, warmSeconds, pauseSeconds, minutes] = [flags.rounds, flags.seconds, flags.warm, flags.pauses, flags.minutes].map(Number) as [number, number, number, number, number];

const nodes = flags.node.split(',').map((major) => ({ major: Number(major), path: nodeBinary(Number(major)) }));
const peers = Object.fromEntries(Object.entries(PEERS).map(([key, [name, version]]) => [key, peer(name, version)])) as Record<keyof typeof PEERS, Peer>;
const sink = createServer((request, response) => {
  request.resume();
  request.once('end', () => response.end());
}).listen(0, '127.0.0.1');
await once(sink, 'listening');
const common = { datadog: peers.datadog.from, pyroscope: peers.pyroscope.from, sink: `http://127.0.0.1:${(sink.address() as AddressInfo).port}` };

const paused: (Pauses | string)[] = [];
if (pauseSeconds > 0) for (const node of nodes) await measurePauses(node);
const measured: Round[] = [];
const memory: Memory[] = [];
let longestMs = 0;
for (const node of nodes) {
  for (const service of services) {
    const blockMs = performance.now();
    if (blockMs - startMs + longestMs > minutes * 60_000) {
      say(`no time for Node ${node.major}, ${service}`);
      continue;
    }
    const block = await measureBlock({ node, service, variants, common, rounds, warmMs: warmSeconds * 1000, measureMs: seconds * 1000, say }).catch((error: unknown) => { say(inWords(error)); });
    longestMs = Math.max(longestMs, performance.now() - blockMs);
    if (block === undefined) continue;
    measured.push(...block.rounds);
    memory.push(block.memory);
  }
}
sink.close();
sink.closeAllConnections();

const sizes = { samplerBytes: samplerBytes(), peers: Object.values(peers) };
process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, load ${short(loadavg()[0] ?? 0)}, Node ${nodes.map(({ major }) => major).join(', ')}, \`npm run bench:overhead\`; ${counting()}

${targets(measured, memory, paused.filter((one) => typeof one === 'object'), sizes)}

${serviceTables(measured, memory)}
### pauses

${pauseTable(paused)}

### size

${sizeTable(sizes)}

Per Node and service, each profiler has a process of its own. All warm up at the same time for ${warmSeconds} s; then they are measured in turn, ${rounds} ${rounds === 1 ? 'round' : 'rounds'} of about ${seconds} s each, with as many requests for every profiler, while the others are halted. Ratios are to nothing in the same round: medians, in brackets the interval that holds 95 % of the medians of resampled rounds. RSS is read in the end, after twelve quiet seconds and full collections, with V8's young generation at its full size from the start. A reader asks ours after every ten seconds of measurement; windows that fall due while a process is halted are finished just before it is measured again, so that what this takes is in the table of pauses alone. The peers' uploads are answered on loopback.
`);

async function measurePauses(node: { readonly major: number; readonly path: string }): Promise<void> {
  const clients = new Clients();
  for (const work of PAUSED_WORKS) {
    let sliceMs = FIRST_SLICE_MS;
    for (const variant of PAUSED_VARIANTS) {
      const options: ServiceOptions = { ...common, work, variant, sliceMs };
      // Ours is what has a target for its p99.
      const one = await pausesOf(node, options, clients, (variant === 'ours' ? 1 : 0.4) * pauseSeconds * 1000).catch((error: unknown) => `Node ${node.major}, ${work}, ${variant}: ${inWords(error)}`);
      paused.push(one);
      if (typeof one === 'object' && variant === 'ours') sliceMs = Math.round(one.sliceMs);
      say(`pauses, Node ${node.major}, ${work}, ${variant}: ${typeof one === 'string' ? one : `${one.pausesMs.length} slices of ${short(one.sliceMs)} ms`}`);
    }
  }
  clients.stop();
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
