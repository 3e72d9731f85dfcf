// A thousand hosts in one process, each at a path of its own, that answer as the sampler does: with the windows that
// ended since the reader's cursor, gzipped. `node fleet.js HOSTS PROGRAM,PROGRAM`; tells its port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzip } from 'node:zlib';
import { FACTS, LINES } from 'liveprofiler-sampler/wire';
import type { WireAnswer, WireProcess, WireWindow } from 'liveprofiler-sampler/wire';
import { bootOf } from './layout.ts';
import type { Material } from './material.ts';
import { createTables, pieceAt, WINDOW_US } from './material.ts';
import { SECRET } from './programs.ts';
import { materialsOf } from './record.ts';

const [, , hostCount = '', programs = ''] = process.argv;
const hosts = Number(hostCount);
const materials = await materialsOf(programs.split(','));
const startUs = nowUs();

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://fleet');
  if (request.headers['profiler_token'] !== SECRET) {
    response.writeHead(403).end();
    return;
  }
  const answer = JSON.stringify(answerOf(Number(url.pathname.slice(1)), url.searchParams.get('after') ?? ''));
  gzip(answer, { level: 1 }, (_error, body) => response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body));
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once('disconnect', () => process.exit());

function answerOf(host: number, cursor: string): WireAnswer {
  const material = materials[host % materials.length];
  if (material === undefined) throw new Error('nothing was recorded');
  // Windows of the hosts end at different moments.
  const firstUs = startUs - Math.round((host / hosts) * WINDOW_US);
  const ended = Math.floor((nowUs() - firstUs) / WINDOW_US);
  // Whoever asks for the first time gets one window: there is no backlog to work off.
  const after = cursor === '' ? ended - 1 : Number(cursor);
  const seqs = Array.from({ length: ended - after }, (_, i) => after + 1 + i);
  return { liveprofiler: 1, wallMs: Date.now(), monotonicUs: nowUs(), cursor: String(ended), more: false, processes: [processOf(host, material, seqs, firstUs)] };
}

function processOf(host: number, material: Material, seqs: readonly number[], firstUs: number): WireProcess {
  const tables = createTables();
  const stackOf = tables.translate(material.frames, material.stacks);
  const frameOf = tables.frameOf(material.frames);
  const windows = seqs.map((seq): WireWindow => {
    const { durationUs, rows, lines, facts, ...rest } = pieceAt(material, host * 1000 + seq);
    const endUs = firstUs + seq * WINDOW_US;
    return { ...rest, thread: 0, kind: 'cpu', firstSeq: seq, lastSeq: seq, startUs: endUs - durationUs, endUs, rows: { ...rows, stack: rows.stack.map(stackOf) }, sections: { [LINES]: { ...lines, frame: lines.frame.map(frameOf) }, [FACTS]: facts } };
  });
  return {
    boot: bootOf(`fleet ${process.pid} ${host}`, 0),
    labels: { ...material.labels, hostname: `fleet-${host}` },
    nodeVersion: material.nodeVersion,
    state: 'running',
    intervalUs: 10_000,
    windowMs: WINDOW_US / 1000,
    cost: { firstStartUs: 0, longestPauseUs: 0, totalPauseUs: 0, slices: 0, bytesHeld: 0, windowsMerged: 0, windowsDropped: { read: 0, unread: 0 }, lost: { count: 0, weight: 0 }, recoveries: {} },
    kinds: { cpu: { unit: 'microseconds', over: 'sum' } },
    threads: [{ id: 0, name: 'main' }],
    frames: tables.frames,
    stacks: tables.stacks,
    labelSets: [{}],
    windows,
  };
}

function nowUs(): number {
  return Math.round(performance.now() * 1000) + 3_600_000_000;
}
