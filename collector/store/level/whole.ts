// By series and tier: where nothing has been dropped. Kept on disk in the same write that drops.
import { ALWAYS, FOREVER_US } from '../spans.ts';
import type { Span } from '../spans.ts';
import { wholeKey } from '../keys.ts';
import type { Series } from '../keys.ts';
import { TIERS } from '../tiers.ts';
import type { Database, Snapshot, Write } from './database.ts';

const EVERYTHING: readonly (readonly Span[])[] = TIERS.map(() => ALWAYS);

export async function readWhole(db: Database, series: Series, snapshot?: Snapshot): Promise<readonly (readonly Span[])[]> {
  const value = await db.get(wholeKey(series), snapshot);
  if (value === undefined) return EVERYTHING;
  const tiers = JSON.parse(value.toString('utf8')) as [number, number | null][][];
  return tiers.map((spans) => spans.map(([fromUs, untilUs]) => ({ fromUs, untilUs: untilUs ?? FOREVER_US })));
}

export function writeWhole(series: Series, tiers: readonly (readonly Span[])[]): Write {
  const value = tiers.map((spans) => spans.map(({ fromUs, untilUs }) => [fromUs, untilUs === FOREVER_US ? null : untilUs]));
  return { type: 'put', key: wholeKey(series), value: Buffer.from(JSON.stringify(value)) };
}
