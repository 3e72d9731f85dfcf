// What the page asks the server, as JSON: the types both sides share. Types only.
import type { Microseconds, Milliseconds } from 'liveprofiler-sampler/wire';
import type { HostStatus } from '../collector/store/host-status.ts';

/** `GET /api/hosts`: also holds hosts that the store knows and the configuration does not name any more. */
export interface HostAnswer extends HostStatus {
  readonly up: boolean;
  /** ISO 8601; absent before the first pull. */
  readonly lastPull?: string;
  /** Share of wall time that was not idle over the last 15 minutes, 0 to 1, all threads together; absent without windows. */
  readonly busyShare?: number;
}

/** A node of the flame graph. `c`: children. A node with `cut` stands for that many nodes that were left out. */
export interface FlameNode {
  readonly name: string;
  readonly url: string;
  readonly line: number;
  readonly origin: Origin;
  readonly selfCount: number;
  readonly selfUs: Microseconds;
  readonly totalCount: number;
  readonly totalUs: Microseconds;
  readonly cut?: number;
  readonly c: readonly FlameNode[];
}

/** Own code, an npm package, Node's own modules, what V8 does outside JavaScript, or a part made here. */
export type Origin = 'own' | 'package' | 'node' | 'native' | 'part';

/** `GET /api/flame?host=&from=&until=&thread=<boot>/<id>&idle=1&limit=`. */
export interface FlameAnswer {
  readonly host: string;
  /** What was asked, in epoch milliseconds. */
  readonly asked: { readonly fromMs: Milliseconds; readonly untilMs: Milliseconds };
  /** What the windows that went in cover; absent when there are none. */
  readonly covered?: { readonly fromMs: Milliseconds; readonly untilMs: Milliseconds };
  /** When the host's windows start and end in all; absent when it has none. */
  readonly extent?: { readonly fromMs: Milliseconds; readonly untilMs: Milliseconds };
  readonly windows: number;
  readonly idle: { readonly count: number; readonly weight: Microseconds };
  /** Equal steps of the range: what was sampled and not idle, and what windows cover; of all that was chosen. */
  readonly steps: { readonly stepMs: Milliseconds; readonly busyUs: readonly Microseconds[]; readonly coveredUs: readonly Microseconds[] };
  readonly dropped: { readonly count: number; readonly weight: Microseconds };
  readonly threads: readonly { readonly boot: string; readonly id: number; readonly name: string }[];
  readonly root: FlameNode;
  readonly status: HostStatus;
}

/** Every error of the API: a stable code and a sentence. */
export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string };
}
