// How a host is doing, in the words that its collector writes and the page reads. Types only.
import type { Milliseconds } from 'liveprofiler-sampler/wire';

/** How a host is doing, as the collector last saw it. */
export interface HostStatus {
  /** The name used in URLs and in the store. */
  readonly host: string;
  /** Where it is pulled from; never holds a secret. */
  readonly address: string;
  readonly service: string;
  readonly version: string;
  /**
   * `new`: not asked yet. `stale`: answers, but with no new window for a while. `down`: does not answer. `gone`: nothing
   * names it any more, so it is not asked.
   */
  readonly state: 'new' | 'up' | 'stale' | 'down' | 'gone';
  readonly sinceMs: Milliseconds;
  readonly lastPullMs?: Milliseconds;
  /** Why the last pull failed, or what is odd about the host, in words. */
  readonly error?: string;
  /** The format it speaks; an ancestor's format is read at most once. */
  readonly speaks: 'liveprofiler' | 'ancestor-json' | 'nylas' | 'unknown';
  /** Host clock minus ours. */
  readonly clockOffsetMs?: Milliseconds;
  /** Steps of the host's clock seen during its current boot. */
  readonly clockSteps: number;
  /** Its samples carry the label `route`. */
  readonly tellsRoutes?: true;
  /** When a pull last brought something new. */
  readonly freshMs?: Milliseconds;
}
