// What wire.cjs gives, for a TypeScript that compiles to CommonJS.
import type * as wire from '../dist/wire.js' with { 'resolution-mode': 'import' };

export type * from '../dist/wire.js' with { 'resolution-mode': 'import' };
export declare const claimsWire: typeof wire.claimsWire;
export declare const ENDPOINT_PATH: typeof wire.ENDPOINT_PATH;
export declare const MAX_CURSOR_LENGTH: typeof wire.MAX_CURSOR_LENGTH;
export declare const readWire: typeof wire.readWire;
export declare const WIRE_VERSION: typeof wire.WIRE_VERSION;
export declare const WireError: typeof wire.WireError;
export type WireError = wire.WireError;
export declare const COLLECTED: typeof wire.COLLECTED;
export declare const FACTS: typeof wire.FACTS;
export declare const IDLE: typeof wire.IDLE;
export declare const KINDS: typeof wire.KINDS;
export declare const LINES: typeof wire.LINES;
export declare const MAX_STACK_DEPTH: typeof wire.MAX_STACK_DEPTH;
export declare const TRUNCATED: typeof wire.TRUNCATED;
