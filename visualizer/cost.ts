// What the sampler itself cost each host over a range, from the numbers that windows carry.
import type { Range } from '../collector/store/contract.ts';
import type { HostCost } from './api.ts';
import type { Spared, SparingReader } from './spare.ts';

export async function costsOf(store: SparingReader, hosts: readonly string[], range: Range): Promise<Spared & { readonly costs: ReadonlyMap<string, HostCost> }> {
  const { series, damaged } = await store.numbers({ hosts, kind: 'facts' }, range, range.untilMs - range.fromMs, 'host');
  const costs = new Map<string, HostCost>();
  for (const { name, numbers } of series) {
    const pause = Object.hasOwn(numbers, 'samplerPauseUs') ? numbers['samplerPauseUs'] : undefined;
    const held = Object.hasOwn(numbers, 'samplerHeldBytes') ? numbers['samplerHeldBytes'] : undefined;
    if (pause !== undefined && held !== undefined) costs.set(name, { longestPauseUs: pause.max[0] ?? 0, pausesUs: pause.sum[0] ?? 0, heldBytes: held.last[0] ?? 0 });
  }
  return { costs, damaged };
}
