// A sampled process that works in bursts. Tells its port; `pause` ends its last window, so that what it served stands.
import { createSampler } from 'liveprofiler-sampler';

const BURST_MS = 15;
const REST_MS = 10;

const sampler = createSampler({ secret: 'secret', service: 'busy', windowMs: 1000 });
const { port } = await sampler.listen({ port: 0 });
const bursts = setInterval(() => {
  sortForAWhile();
  hashForAWhile();
}, BURST_MS + REST_MS);
process.on('message', () => {
  sampler.pause();
  clearInterval(bursts);
  process.send?.('paused');
});
process.once('disconnect', () => process.exit());
process.send?.(port);

function sortForAWhile(): void {
  for (const endMs = performance.now() + BURST_MS / 2; performance.now() < endMs; ) Array.from({ length: 500 }, (_, i) => Math.sin(i)).sort();
}

function hashForAWhile(): void {
  let hash = 0;
  for (const endMs = performance.now() + BURST_MS / 2; performance.now() < endMs; ) for (let i = 0; i < 1000; i++) hash = (hash * 31 + i) | 0;
}
