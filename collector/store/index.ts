export { openStore } from './level/store.ts';
export type { StoreOptions } from './level/store.ts';
export { StoreError } from './errors.ts';
export { CUT, ROOT } from './contract.ts';
export type * from './contract.ts';
