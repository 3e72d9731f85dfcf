export { createSampler } from './sampler.ts';
export { withLabels } from './labels/tracker.ts';
export type { Sampler } from './sampler.ts';
export type { MemoryOptions, SamplerOptions } from './options.ts';
export type { TrackOptions } from './memory/tracked.ts';
export type { Request, Response } from './http.ts';
export type { Clock } from './clock.ts';
