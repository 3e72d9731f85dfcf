// A service that holds and throws away known amounts of memory. Arguments: `memory` of the sampler, as JSON.
import { createSampler } from 'liveprofiler-sampler';
import type { MemoryOptions } from 'liveprofiler-sampler';
import { SECRET } from '../ask.ts';

interface Order {
  readonly id: number;
  readonly items: readonly number[];
}

const held: Order[] = [];
let thrownAway = 0;

function holdOrders(count: number): void {
  for (let id = 0; id < count; id++) held.push({ id, items: [id, id + 1, id + 2, id + 3] });
}

function throwOrdersAway(count: number): void {
  for (let id = 0; id < count; id++) {
    const order: Order = { id, items: [id, thrownAway, id + 2, id + 3] };
    thrownAway += order.items.length;
  }
}

const sampler = createSampler({ secret: SECRET, adminSecret: 'admin', windowMs: 1000, memory: JSON.parse(process.argv[2] ?? '{}') as MemoryOptions });
const { port } = await sampler.listen({ port: 0 });
process.on('message', (order: { hold?: number; throwAway?: number; pause?: true }) => {
  const before = process.memoryUsage().heapUsed;
  holdOrders(order.hold ?? 0);
  throwOrdersAway(order.throwAway ?? 0);
  if (order.pause === true) sampler.pause();
  process.send?.({ grownBytes: process.memoryUsage().heapUsed - before, held: held.length });
});
process.once('disconnect', () => process.exit());
process.send?.({ port });
