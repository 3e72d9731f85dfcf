// Which records a question means, and how they are read: of all series at once, as one snapshot shows them, taken
// together with the marks that say which roll-ups are true.
import type { Range, Selector } from '../contract.ts';
import { cover } from '../cover.ts';
import type { Segment, SeriesState } from '../cover.ts';
import { StoreError } from '../errors.ts';
import type { Series } from '../keys.ts';
import { selectsThread } from '../select.ts';
import type { Span } from '../spans.ts';
import { TIERS } from '../tiers.ts';
import type { Snapshot } from './database.ts';
import type { Engine } from './engine.ts';
import { kindsOf, seriesOf } from './records.ts';
import type { Seen } from './records.ts';
import { wholeOf } from './whole.ts';

/** Series read ahead of the one that is taken in: while one is added up, others wait for the disk. */
const AHEAD = 8;
const NOTHING: Promise<readonly never[]> = Promise.resolve([]);

type Read<T> = (engine: Engine, series: Series, segment: Segment, snapshot: Snapshot) => AsyncGenerator<readonly T[], void, void>;

/** Every record of each step of a range, so that roll-ups are used where they lie within a step. */
export async function eachStep<T extends Seen>(
  engine: Engine,
  selector: Selector,
  range: Range,
  stepMs: number,
  read: Read<T>,
  visit: (record: T, step: number) => void,
): Promise<void> {
  const bounds = spanOf(range);
  const [baseUs, stepUs] = [range.fromMs * 1000, stepMs * 1000];
  const segmentsOf = (state: SeriesState): Segment[] => {
    const segments: Segment[] = [];
    for (let fromUs = bounds.fromUs, step = 0; fromUs < bounds.untilUs; step++) {
      const untilUs = Math.min(bounds.untilUs, Math.ceil(baseUs + (step + 1) * stepUs));
      if (untilUs <= fromUs) continue;
      for (const segment of cover({ fromUs, untilUs }, state)) {
        const before = segments.at(-1);
        if (before?.tier === segment.tier && before.untilUs === segment.fromUs) segments[segments.length - 1] = { ...before, untilUs: segment.untilUs };
        else segments.push(segment);
      }
      fromUs = untilUs;
    }
    return segments;
  };
  await view(engine, selector, segmentsOf, read, (_, record) => {
    if (selectsThread(selector, record.key.boot, record.key.thread)) visit(record, Math.floor((record.key.startUs / 1000 - range.fromMs) / stepMs));
  });
}

/** Calls with the records of each series that a selector can mean, in order, as one snapshot shows them. */
export async function view<T extends Seen>(engine: Engine, selector: Partial<Selector>, segmentsOf: (state: SeriesState) => readonly Segment[], read: Read<T>, take: (series: Series, record: T) => void): Promise<void> {
  const { kind, hosts } = selector;
  const chosen = await seriesMeant(engine, hosts, kind);
  // In one step, without waiting in between: marks that are cleared later are still true for this snapshot.
  const dirty = chosen.map((series) => engine.marks.of(series));
  const snapshot = engine.db.snapshot();
  const whole = handled(wholeOf(engine.db, chosen, snapshot));
  const begin = async (series: Series, index: number): Promise<readonly (readonly T[])[]> => {
    const segments = segmentsOf({ dirty: dirty[index] ?? [], whole: await (await whole)(series) });
    const parts = await Promise.allSettled(segments.map((segment) => allOf(read(engine, series, segment, snapshot))));
    return parts.flatMap((part) => {
      if (part.status === 'rejected') throw part.reason;
      return part.value;
    });
  };
  const begun = new Map<number, ReturnType<typeof begin>>();
  try {
    for (const [index, series] of chosen.entries()) {
      for (let ahead = index; ahead < index + AHEAD; ahead++) {
        const next = chosen[ahead];
        if (next !== undefined && !begun.has(ahead)) begun.set(ahead, handled(begin(next, ahead)));
      }
      for (const records of (await begun.get(index)) ?? []) for (const record of records) take(series, record);
      begun.set(index, NOTHING);
    }
  } finally {
    await Promise.allSettled(begun.values());
    await snapshot.close();
  }
}

async function seriesMeant(engine: Engine, hosts: readonly string[] | undefined, kind: string | undefined): Promise<Series[]> {
  // In one pass over each tier: host by host it would be as many passes as there are hosts.
  if (hosts === undefined && kind === undefined) {
    const found = new Map<string, Series>();
    for (const tier of TIERS.keys()) for (const series of await seriesOf(engine.db, tier)) found.set(JSON.stringify([series.host, series.kind]), series);
    return [...found.values()];
  }
  const names = hosts === undefined ? await engine.hosts.all() : [...new Set(hosts)];
  if (kind !== undefined) return names.map((host) => ({ host, kind }));
  const series: Series[] = [];
  for (const host of names) {
    const kinds = new Set<string>();
    for (const tier of TIERS.keys()) for (const found of await kindsOf(engine.db, tier, host)) kinds.add(found);
    series.push(...[...kinds].map((found) => ({ host, kind: found })));
  }
  return series;
}

async function allOf<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

/** Its failure is told to whoever waits for it, and does not end the process before. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

export function spanOf({ fromMs, untilMs }: Range): Span {
  if (!Number.isFinite(fromMs) || !Number.isFinite(untilMs) || fromMs >= untilMs) {
    throw new StoreError('STORE_BAD_REQUEST', `The range from ${fromMs} to ${untilMs} is not one: it must end after it starts.`);
  }
  const within = (ms: number) => Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.ceil(ms * 1000)));
  return { fromUs: within(fromMs), untilUs: within(untilMs) };
}
