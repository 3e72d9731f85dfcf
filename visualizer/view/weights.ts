// What a function did, in the unit that is shown. Pure.
import type { FunctionRow } from '../api.ts';
import type { Weight } from './state.ts';

export function selfOf({ selfUs, selfCount }: Pick<FunctionRow, 'selfUs' | 'selfCount'>, weight: Weight): number {
  return weight === 'us' ? selfUs : selfCount;
}

export function totalOf({ totalUs, totalCount }: Pick<FunctionRow, 'totalUs' | 'totalCount'>, weight: Weight): number {
  return weight === 'us' ? totalUs : totalCount;
}
