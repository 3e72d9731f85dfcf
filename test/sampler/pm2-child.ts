// A service as PM2 starts it: sampled, at work, and on a port that it tells to whoever listens on TELL_PORT.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createSampler } from 'liveprofiler-sampler';
import { SECRET } from './ask.ts';
import { spinFor } from './spin.ts';

const sampler = createSampler({ secret: SECRET, service: 'shop', windowMs: 1000 });
setInterval(() => { spinFor(5); }, 50);
const server = createServer((request, response) => {
  if (!sampler.handle(request, response)) response.end();
});
server.listen(0, '127.0.0.1', () => {
  connect(Number(process.env['TELL_PORT']), '127.0.0.1').end(String((server.address() as AddressInfo).port));
});
