// The checked configuration: what config.ini says, with defaults filled in, every value in its unit and every file read.
// Whoever holds a Config need check nothing again.
import type { Bytes, Microseconds } from 'liveprofiler-sampler/wire';
import type { Retention } from '../store/index.ts';
import type { Settings } from '../target.ts';

export interface Config {
  /** Absolute. */
  readonly dbpath: string;
  /** No tier is kept longer than the coarser one. */
  readonly retention: Retention;
  /** What `dbpath` may take on disk. */
  readonly maxBytes?: Bytes;
  /** At least one host or source; each has its secret, names and addresses are unique. */
  readonly collector: Settings;
  readonly visualizer: VisualizerConfig;
  /** Only when the visualizer is to profile itself. */
  readonly sampler?: SamplerConfig;
}

export interface VisualizerConfig {
  /** An IPv6 host stands without brackets; port 0 lets the system choose. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Whether only this machine can reach `listen`. */
  readonly loopback: boolean;
  /** Always there without `loopback`. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Names a browser may call the page by besides loopback ones: lower case, no port. */
  readonly allowedHosts: readonly string[];
}

export interface SamplerConfig {
  /** What the process is called among the hosts; none of them has that name. */
  readonly host: string;
  readonly secret: string;
  readonly intervalUs: Microseconds;
}
