// A service that holds and throws away known amounts of memory. Arguments: `memory` of the sampler, as JSON; `held` where
// the service samples its heap itself before the sampler does.
import { Session } from 'node:inspector';
import * as v8 from 'node:v8';
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

// Node 26 on.
const { startHeapProfile } = v8 as { readonly startHeapProfile?: () => { stop(): string } };
const others = process.argv[3] === 'held' ? startHeapProfile?.() : undefined;

function endOthers(): void {
  const session = new Session();
  session.connect();
  session.post('HeapProfiler.stopSampling');
  session.disconnect();
}

const sampler = createSampler({ secret: SECRET, adminSecret: 'admin', windowMs: 1000, memory: JSON.parse(process.argv[2] ?? '{}') as MemoryOptions });
const { port } = await sampler.listen({ port: 0 });
process.on('message', (order: { hold?: number; throwAway?: number; pause?: true; letGo?: true; endOthers?: true }) => {
  const before = process.memoryUsage().heapUsed;
  holdOrders(order.hold ?? 0);
  throwOrdersAway(order.throwAway ?? 0);
  if (order.pause === true) sampler.pause();
  if (order.letGo === true) others?.stop();
  if (order.endOthers === true) endOthers();
  process.send?.({ grownBytes: process.memoryUsage().heapUsed - before, held: held.length });
});
process.once('disconnect', () => process.exit());
process.send?.({ port });
