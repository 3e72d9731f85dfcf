// How long a slice holds up the thread: ours, and those of the peers at the same slice length, in the same work.
import type { Clients } from './measure.ts';
import { Measured } from './measure.ts';
import type { ServiceOptions, Variant, Work } from './variants.ts';

export interface Pauses {
  readonly node: number;
  readonly work: Work;
  readonly variant: Variant;
  readonly pausesMs: readonly number[];
  /** What finishing a window took. */
  readonly endingsMs: readonly number[];
  /** Mean length of the slices. */
  readonly sliceMs: number;
}

/** What they are measured in. */
export const PAUSED_WORKS = ['typescript', 'express'] as const;
/** Ours first: it says how long a slice is. */
export const PAUSED_VARIANTS: readonly Variant[] = ['ours', 'datadogSlice', 'stopStart'];

const WARM_MS = 3000;

/** @throws when the process breaks. */
export async function pausesOf(node: { readonly major: number; readonly path: string }, options: ServiceOptions, clients: Clients, forMs: number): Promise<Pauses> {
  const measured = await Measured.start(node.path, options);
  const visit = (ms: number): Promise<unknown> =>
    options.work === 'typescript' ? new Promise((resolve) => setTimeout(resolve, ms)) : clients.visit({ port: measured.port, service: options.work, forMs: ms });
  try {
    await visit(WARM_MS);
    await measured.begin();
    await visit(forMs);
    const { pausesMs, endingsMs, elapsedMs } = await measured.end();
    return { node: node.major, work: options.work, variant: options.variant, pausesMs, endingsMs, sliceMs: elapsedMs / pausesMs.length };
  } finally {
    await measured.stop();
  }
}
