// What is compared, and how it is called.
export const VARIANTS = {
  nothing: 'nothing',
  again: 'nothing again (A/A)',
  ours: 'liveprofiler, 100 Hz',
  ours1k: 'liveprofiler, 1 kHz',
  labels: 'liveprofiler, 100 Hz, route labels',
  datadog: '@datadog/pprof, its defaults',
  datadogSlice: '@datadog/pprof, our slice length',
  pyroscope: '@pyroscope/nodejs, its defaults',
  pyroscopeSlice: '@pyroscope/nodejs, our slice length',
  stopStart: 'stop and start, our slice length',
} as const;

export type Variant = keyof typeof VARIANTS;
export const VARIANT_NAMES: readonly Variant[] = Object.keys(VARIANTS) as Variant[];
/** Those of the peers that take native code into the service. */
export const NATIVE: readonly Variant[] = ['datadog', 'datadogSlice', 'pyroscope', 'pyroscopeSlice'];

export const SERVICES = {
  express: 'Express, JSON and crypto',
  renderer: 'a server-side renderer with much compiled code',
  waiting: 'a service that mostly waits and logs',
} as const;

export type ServiceName = keyof typeof SERVICES;
export const SERVICE_NAMES: readonly ServiceName[] = Object.keys(SERVICES) as ServiceName[];

/** The TypeScript compiler serves nobody: only pauses are measured in it. */
export type Work = ServiceName | 'typescript';

/** What a measured process is told as it is started. */
export interface ServiceOptions {
  readonly work: Work;
  readonly variant: Variant;
  /** How long a slice of ours was in this work. */
  readonly sliceMs: number;
  /** package.json files from which the peers can be required. */
  readonly datadog: string;
  readonly pyroscope: string;
  /** Where uploads go. */
  readonly sink: string;
}

export const SECRET = 'bench';
