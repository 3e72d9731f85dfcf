// What every recorded program begins with: a sampler in it, and its port told to whoever started it.
import { createSampler } from 'liveprofiler-sampler';

/** A second per window: seconds are put together to windows of any length later. */
const WINDOW_MS = 1000;
/** What the sampler does by itself, unless whoever started the program wants another. */
const INTERVAL_US = Number(process.env['INTERVAL_US'] ?? 10_000);
const MAX_BYTES = 256 * 1024 * 1024;

export async function sampled(service: string): Promise<void> {
  const sampler = createSampler({ secret: process.env['PROFILER_TOKEN'] ?? '', service, version: '1.0.0', intervalUs: INTERVAL_US, windowMs: WINDOW_MS, maxBytes: MAX_BYTES });
  const { port } = await sampler.listen({ port: 0 });
  process.once('disconnect', () => process.exit());
  process.send?.({ port });
}

/** Lets timers and answers through between two pieces of work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
