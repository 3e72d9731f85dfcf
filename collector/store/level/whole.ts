// By series and tier: where nothing has been dropped. Kept on disk in the same write that drops.
import { ALWAYS, FOREVER_US } from '../spans.ts';
import type { Span } from '../spans.ts';
import { after } from '../key-parts.ts';
import { wholeKey } from '../keys.ts';
import type { Series } from '../keys.ts';
import { TIERS } from '../tiers.ts';
import type { Database, Snapshot, Write } from './database.ts';

type Whole = readonly (readonly Span[])[];

const EVERYTHING: Whole = TIERS.map(() => ALWAYS);
/** From so many series on, one pass over the records of all is faster than a question for each. */
const MANY = 32;

export async function readWhole(db: Database, series: Series, snapshot?: Snapshot): Promise<Whole> {
  const value = await db.get(wholeKey(series), snapshot);
  return value === undefined ? EVERYTHING : decode(value);
}

/** What `readWhole` resolves to for each of them. Damage is told by the series that it is of. */
export async function wholeOf(db: Database, all: readonly Series[], snapshot: Snapshot): Promise<(series: Series) => Whole | Promise<Whole>> {
  const ask = (series: Series): Promise<Whole> => readWhole(db, series, snapshot);
  const keys = all.map(wholeKey).sort((a, b) => a.compare(b));
  const [first, last] = [keys[0], keys.at(-1)];
  if (first === undefined || last === undefined || keys.length < MANY) return ask;
  const found = new Map<string, Buffer | undefined>();
  for await (const entries of db.scan({ gte: first, lt: after(last), snapshot })) for (const { key, value } of entries) found.set(key.toString('latin1'), value);
  return (series) => {
    const name = wholeKey(series).toString('latin1');
    if (!found.has(name)) return EVERYTHING;
    const value = found.get(name);
    return value === undefined ? ask(series) : decode(value);
  };
}

function decode(value: Buffer): Whole {
  const tiers = JSON.parse(value.toString('utf8')) as [number, number | null][][];
  return tiers.map((spans) => spans.map(([fromUs, untilUs]) => ({ fromUs, untilUs: untilUs ?? FOREVER_US })));
}

export function writeWhole(series: Series, tiers: readonly (readonly Span[])[]): Write {
  const value = tiers.map((spans) => spans.map(({ fromUs, untilUs }) => [fromUs, untilUs === FOREVER_US ? null : untilUs]));
  return { type: 'put', key: wholeKey(series), value: Buffer.from(JSON.stringify(value)) };
}
