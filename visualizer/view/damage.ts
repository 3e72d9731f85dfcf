// What an answer lacks because records of hosts are damaged, in words. Pure.
import type { HostDamage } from '../api.ts';

const MOST_NAMES = 5;

/** Empty when nothing is. */
export function damageWords(damaged: readonly HostDamage[] = []): string {
  const [first] = damaged;
  if (first === undefined) return '';
  const names = damaged.slice(0, MOST_NAMES).map(({ host }) => host).join(', ');
  const more = damaged.length > MOST_NAMES ? ` and ${damaged.length - MOST_NAMES} more` : '';
  return `Left out, because what is kept of it in this range is damaged: ${names}${more}. ${first.message}`;
}
