// For whom the CPU worked: what each value of a label, or each host, process or thread, took of all busy time.
import type { GroupBy, Range } from '../collector/store/contract.ts';
import type { SharesAnswer } from './api.ts';
import type { Selection } from './selection.ts';
import { selectorOf } from './selection.ts';
import { damageOf } from './spare.ts';
import type { SparingReader } from './spare.ts';

/** `limit`: values of their own; the others are summed up. */
export async function sharesOf(store: SparingReader, selection: Selection, asked: Range, by: GroupBy, limit: number): Promise<SharesAnswer> {
  const answer = await store.timeline(selectorOf(selection), asked, asked.untilMs - asked.fromMs, by);
  const values = answer.series.map(({ name, busy: [busyUs = 0] }) => ({ name, busyUs })).filter(({ busyUs }) => busyUs > 0);
  values.sort((a, b) => b.busyUs - a.busyUs || (a.name < b.name ? -1 : 1));
  const rest = values.slice(limit);
  const sum = (of: readonly { readonly busyUs: number }[]): number => of.reduce((total, { busyUs }) => total + busyUs, 0);
  return {
    asked,
    by: typeof by === 'string' ? by : by.label,
    busyUs: sum(values),
    values: values.slice(0, limit),
    ...(rest.length === 0 ? {} : { others: { values: rest.length, busyUs: sum(rest) } }),
    ...damageOf(answer),
  };
}
