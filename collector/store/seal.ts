// What a window becomes when its five minutes are over: its times in steps of a quantum, its sum as it was. Pure.
import { KINDS } from 'liveprofiler-sampler/wire';
import { ascending } from './order.ts';
import type { PayloadRows, RowColumns } from './rows.ts';

/** A step is between an eighth and two thirds of what one sample stands for, far below the sampling error: 5 ms at 100 Hz. */
const LEAST_STEPS = 1.5;

/** In which steps weights are told once they are sealed; 1 tells them as they are. */
export function quantumOf(kind: string, { count, weight }: { readonly count: Iterable<number>; readonly weight: Iterable<number> }): number {
  if (!Object.hasOwn(KINDS, kind) || KINDS[kind]?.unit !== 'microseconds') return 1;
  const mean = total(weight) / total(count);
  // Rows may have weight and no count: they stand for samples of the window before.
  if (mean < LEAST_STEPS || !Number.isFinite(mean)) return 1;
  // 1, 5, 10, 50, 100, …: the windows of a block share the least, and theirs are multiples of it.
  const most = mean / LEAST_STEPS;
  const ten = 10 ** Math.floor(Math.log10(most));
  return most >= 5 * ten ? 5 * ten : ten;
}

/**
 * Every weight within one quantum of what it was, and the same sum per label set: what is rounded off a row is carried
 * to the next one. Rows sealed before stay as they are.
 */
export function sealed({ length, stack, labels, count, weight }: RowColumns, kind: string): PayloadRows {
  const quantum = quantumOf(kind, { count: count.subarray(0, length), weight: weight.subarray(0, length) });
  const stacks = stack.subarray(0, length).reduce((most, one) => Math.max(most, one), 0) + 1;
  const order = Array.from(ascending(stack.subarray(0, length).map((one, i) => (labels[i] ?? 0) * stacks + one)));
  const rounded: number[] = [];
  let [sum, told] = [0, 0];
  for (const [place, i] of order.entries()) {
    sum += weight[i] ?? 0;
    const next = order[place + 1];
    const ends = next === undefined || labels[next] !== labels[i];
    const until = ends ? sum : Math.floor(sum / quantum) * quantum;
    rounded.push(until - told);
    [sum, told] = ends ? [0, 0] : [sum, until];
  }
  return { stack: order.map((i) => stack[i] ?? 0), labels: order.map((i) => labels[i] ?? 0), count: order.map((i) => count[i] ?? 0), weight: rounded };
}

function total(column: Iterable<number>): number {
  let sum = 0;
  for (const value of column) sum += value;
  return sum;
}
