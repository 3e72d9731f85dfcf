// A cluster of sampled workers behind one port, each at work. The primary tells the port and, when told 'kill', ends one
// worker under load and tells its pid; 'pause' makes all others finish what they have.
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSampler } from 'liveprofiler-sampler';
import { SECRET } from './ask.ts';
import { spinFor } from './spin.ts';

const WORKERS = 4;

if (cluster.isPrimary) {
  let listening = 0;
  const workers = Array.from({ length: WORKERS }, () => cluster.fork());
  cluster.on('listening', (_worker, { port }) => {
    if (++listening === WORKERS) process.send?.({ port, pids: workers.map((worker) => worker.process.pid) });
  });
  process.on('message', (order: string) => {
    if (order === 'kill') workers[0]?.once('exit', () => process.send?.({ killed: workers[0]?.process.pid })).process.kill('SIGKILL');
    else for (const worker of workers.slice(1)) worker.send(order);
  });
  process.once('disconnect', () => process.exit());
} else {
  const sampler = createSampler({ secret: SECRET, service: process.env['SPOOL_SERVICE'] ?? '', windowMs: 1000 });
  setInterval(() => { spinFor(10); }, 40);
  process.on('message', (order) => { if (order === 'pause') sampler.pause(); });
  const server = createServer((request, response) => {
    if (!sampler.handle(request, response)) response.end();
  });
  server.listen(0, '127.0.0.1', () => (server.address() as AddressInfo).port);
}
