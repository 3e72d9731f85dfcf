// A sampled service that a debugger attaches to; told to, it pauses its sampler.
import inspector from 'node:inspector';
import { createSampler } from 'liveprofiler-sampler';
import { SECRET } from './ask.ts';
import { spinFor } from './spin.ts';

const sampler = createSampler({ secret: SECRET, windowMs: 1000 });
const { port } = await sampler.listen({ port: 0 });
setInterval(() => spinFor(20), 50);
process.once('message', () => {
  sampler.pause();
  process.send?.('paused');
});
process.once('disconnect', () => process.exit());
process.send?.({ url: inspector.url(), port });
