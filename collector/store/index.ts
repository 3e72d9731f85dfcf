export { DEFAULT_RETENTION, openStore } from './level/store.ts';
export { repairStore } from './level/repair.ts';
export type { RepairReport } from './level/repair.ts';
export type { LevelStore, StoreOptions } from './level/store.ts';
export type { Retention } from './level/upkeep.ts';
export { StoreError } from './errors.ts';
export { CUT, ROOT } from './contract.ts';
export type * from './contract.ts';
