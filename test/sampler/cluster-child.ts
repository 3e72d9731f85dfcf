// A node:cluster of sampled workers behind one port; the primary tells the port, and ends with its parent.
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSampler } from 'liveprofiler-sampler';

const WORKERS = 3;

if (cluster.isPrimary) {
  let listening = 0;
  cluster.on('listening', (_worker, { port }) => {
    if (++listening === WORKERS) process.send?.(port);
  });
  for (let i = 0; i < WORKERS; i++) cluster.fork();
  process.once('disconnect', () => process.exit());
} else {
  const sampler = createSampler({ secret: 'a secret', windowMs: 1000 });
  const server = createServer((request, response) => {
    response.setHeader('connection', 'close');
    if (!sampler.handle(request, response)) response.end();
  });
  server.listen(0, '127.0.0.1', () => (server.address() as AddressInfo).port);
}
