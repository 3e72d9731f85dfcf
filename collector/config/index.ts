// config.ini: read, checked whole, and explained.
export { exampleConfig } from './example.ts';
export { ConfigError } from './fault.ts';
export type { Fault } from './fault.ts';
export { loadConfig } from './load.ts';
export { parseConfig } from './parse.ts';
export type { ParseOptions } from './parse.ts';
export type { Config, SamplerConfig, VisualizerConfig } from './types.ts';
