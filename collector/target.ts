// What the pulling half needs to know of a host and of the limits, whatever the configuration looks like.
import type { Bytes, Labels, Milliseconds } from 'liveprofiler-sampler/wire';
import type { FetchOptions } from './fetch.ts';

export interface Target extends Pick<FetchOptions, 'url' | 'secret' | 'tls'> {
  /** The name used in URLs and in the store. */
  readonly name: string;
  /** The service is one of them. */
  readonly labels: Labels;
}

export interface Limits {
  readonly intervalMs: Milliseconds;
  readonly timeoutMs: Milliseconds;
  readonly maxBytes: Bytes;
}

export interface Settings extends Limits {
  readonly hosts: readonly Target[];
  /** Pulls at the same time, at most. */
  readonly concurrency: number;
}
