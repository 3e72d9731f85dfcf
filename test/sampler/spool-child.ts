// A cluster of sampled workers behind one port, each at work. The primary tells the port; 'tell' asks one of them how many
// samples it has of what it finished, 'kill' ends that one under load, and 'pause' makes all others finish what they have
// and tell.
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSampler } from 'liveprofiler-sampler';
import type { Sampler } from 'liveprofiler-sampler';
import { readWire } from 'liveprofiler-sampler/wire';
import { SECRET } from './ask.ts';
import { spinFor } from './spin.ts';

const WORKERS = 4;

if (cluster.isPrimary) {
  let listening = 0;
  const workers = Array.from({ length: WORKERS }, () => cluster.fork());
  const [first, ...others] = workers;
  cluster.on('listening', (_worker, { port }) => {
    if (++listening === WORKERS) process.send?.({ port, pids: workers.map((worker) => worker.process.pid) });
  });
  process.on('message', (order: string) => {
    if (first === undefined) return;
    if (order === 'tell') void finishedBy(first, order).then((finished) => process.send?.({ victim: first.process.pid, finished }));
    else if (order === 'kill') first.once('exit', () => process.send?.({ killed: first.process.pid })).process.kill('SIGKILL');
    else void Promise.all(others.map(async (worker) => [worker.process.pid, await finishedBy(worker, 'pause')])).then((sums) => process.send?.({ sums }));
  });
  process.once('disconnect', () => process.exit());
} else {
  const sampler = createSampler({ secret: SECRET, service: process.env['SPOOL_SERVICE'] ?? '', windowMs: 1000 });
  setInterval(() => { spinFor(10); }, 40);
  process.on('message', (order) => {
    if (order === 'pause') sampler.pause();
    void ownSamples(sampler).then((samples) => process.send?.(samples));
  });
  const server = createServer((request, response) => {
    if (!sampler.handle(request, response)) response.end();
  });
  server.listen(0, '127.0.0.1', () => (server.address() as AddressInfo).port);
}

async function finishedBy(worker: Worker, order: 'pause' | 'tell'): Promise<number> {
  worker.send(order);
  const [samples] = (await once(worker, 'message')) as [number];
  return samples;
}

/** Of this process alone, as its own memory has them. */
async function ownSamples(sampler: Sampler): Promise<number> {
  let samples = 0;
  for (let [after, more] = ['', true]; more; ) {
    const text = await new Promise<string>((resolve) => {
      const response = { statusCode: 0, setHeader: () => undefined, end: (body?: string | Uint8Array) => { resolve(String(body)); } };
      sampler.handle({ method: 'GET', url: `/liveprofiler?after=${after}`, headers: { profiler_token: SECRET } }, response);
    });
    const answer = readWire(JSON.parse(text));
    for (const { labels, windows } of answer.processes) {
      if (labels['pid'] !== String(process.pid)) continue;
      for (const { rows, idle } of windows) samples += rows.count.reduce((sum, count) => sum + count, 0) + idle.count;
    }
    ({ cursor: after, more } = answer);
  }
  return samples;
}
