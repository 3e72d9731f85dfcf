// What index.cjs gives, for a TypeScript that compiles to CommonJS.
import type * as index from '../dist/index.js' with { 'resolution-mode': 'import' };

export type * from '../dist/index.js' with { 'resolution-mode': 'import' };
export declare const createSampler: typeof index.createSampler;
export declare const withLabels: typeof index.withLabels;
