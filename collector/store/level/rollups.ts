// Brings buckets up to date: their roll-up is made again of the finer records, or, where those are gone, of itself and
// what came late. One write changes roll-up and mark together.
import type { Microseconds } from 'liveprofiler-sampler/wire';
import type { Dictionary } from '../dictionary.ts';
import { SHAPE } from '../header.ts';
import { markKey, SPACE, windowKey } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { pack } from '../packed.ts';
import { RollUp } from '../rollup.ts';
import type { CoarseRecord } from '../rollup.ts';
import type { PayloadRows, RowColumns } from '../rows.ts';
import { quantumOf, sealed } from '../seal.ts';
import { holds } from '../spans.ts';
import { bucketUs, RAW_TIER, ROLLED_TIERS } from '../tiers.ts';
import { Batch } from './batch.ts';
import { blockDeletions, blockKey, blockWrite, numbersWrite } from './blocks.ts';
import type { SealedNumbers, SealedWindow } from './blocks.ts';
import type { Write } from './database.ts';
import type { Engine } from './engine.ts';
import { Faults } from './faults.ts';
import { recordsOf } from './records.ts';
import type { Whole } from './records.ts';
import { readWhole } from './whole.ts';
import { serviceOf } from './writer.ts';

/** A bucket is rolled up so long after its end: most windows of it have come by then. */
const GRACE_US = 20_000_000;
/** Buckets of one write: appends wait for so many at the most. */
const BUCKETS_AT_ONCE = 8;

interface Bucket {
  readonly series: Series;
  readonly bucket: Microseconds;
}

/** Rolls up what is over by `nowUs`, finest tier first; resolves to how many buckets. */
export async function rollUpOver(engine: Engine, nowUs: Microseconds, isOpen: () => boolean): Promise<number> {
  let done = 0;
  const faults = new Faults();
  for (const tier of ROLLED_TIERS) {
    const waiting = engine.marks.over(tier, nowUs - GRACE_US);
    for (let at = 0; at < waiting.length && isOpen(); at += BUCKETS_AT_ONCE) {
      const buckets = waiting.slice(at, at + BUCKETS_AT_ONCE);
      try {
        done += await engine.alone(() => rollUp(engine, tier, buckets));
      } catch {
        // One at a time: the bucket at fault leaves the others alone.
        for (const bucket of buckets) await faults.keep(async () => (done += await engine.alone(() => rollUp(engine, tier, [bucket]))));
      }
    }
  }
  faults.tell();
  return done;
}

async function rollUp(engine: Engine, tier: number, buckets: readonly Bucket[]): Promise<number> {
  await engine.ready();
  await engine.checkRoom();
  const batch = new Batch(engine.db, engine.dictionaries);
  const done: Bucket[] = [];
  let writing = false;
  try {
    for (const { series, bucket } of buckets) {
      // What lies under it is made right first; the next turn takes it.
      if (tier - 1 > RAW_TIER && engine.marks.anyWithin(series, tier - 1, bucket, bucket + bucketUs(tier))) continue;
      await remake(engine, batch, tier, { series, bucket });
      done.push({ series, bucket });
    }
    writing = true;
    await batch.write();
  } catch (error) {
    // Before it wrote, it can have given numbers to names, no more.
    await (writing ? engine.recover() : engine.dictionaries.reload());
    throw error;
  }
  for (const { series, bucket } of done) engine.marks.forget(series, tier, bucket);
  return done.length;
}

async function remake(engine: Engine, batch: Batch, tier: number, { series, bucket }: Bucket): Promise<void> {
  const span = { fromUs: bucket, untilUs: bucket + bucketUs(tier) };
  const whole = holds((await readWhole(engine.db, series))[tier - 1] ?? [], bucket);
  const maker = new Maker(batch, series.host, tier, bucket);
  const seals = whole && tier - 1 === RAW_TIER ? new Seals(series.kind, bucket) : undefined;
  const [former, late]: [WindowKey[], (WindowKey & { lastSeq: number; endUs: Microseconds })[]] = [[], []];
  for await (const records of recordsOf(engine, series, { tier: tier - 1, ...span })) {
    for (const record of records) {
      await maker.add(seals?.take(record) ?? record);
      if (!whole) late.push({ ...record.key, lastSeq: record.key.firstSeq + record.header.seqSpan, endUs: record.key.startUs + record.header.lastUs });
    }
  }
  for await (const records of recordsOf(engine, series, { tier, ...span })) {
    for (const record of records) {
      if (!whole) await maker.add(record);
      // Sealed windows have no lines any more: they are in the roll-up that sealed them.
      else if (tier - 1 === RAW_TIER) await maker.addLines(record);
      former.push(record.key);
    }
  }
  for (const key of [...former, ...late]) batch.push(deletions(key));
  if (tier - 1 === RAW_TIER) batch.push(await engine.identities.bury(late));
  const records = maker.records();
  batch.push(await recordWrites(records));
  if (seals !== undefined) {
    batch.push(await blockDeletions(engine.db, series, span.fromUs, span.untilUs));
    batch.push(await seals.writes(records));
  }
  batch.push([{ type: 'del', key: markKey({ ...series, tier, bucketUs: bucket }) }]);
}

/** Makes the records of one bucket, one roll-up per service. */
class Maker {
  readonly #batch: Batch;
  readonly #host: string;
  readonly #tier: number;
  readonly #bucket: Microseconds;
  readonly #rollups = new Map<string, RollUp>();

  constructor(batch: Batch, host: string, tier: number, bucket: Microseconds) {
    this.#batch = batch;
    this.#host = host;
    this.#tier = tier;
    this.#bucket = bucket;
  }

  async add(record: Whole): Promise<void> {
    (await this.#rollupOf(record)).add(record);
  }

  async addLines(record: Whole): Promise<void> {
    (await this.#rollupOf(record)).addLines(record);
  }

  async #rollupOf(record: Whole): Promise<RollUp> {
    const service = serviceOf({ host: this.#host, processLabels: record.processLabels });
    let rollup = this.#rollups.get(service);
    if (rollup === undefined) {
      const { id, dictionary } = await this.#batch.dictionaryOf({ tier: this.#tier, service, atUs: this.#bucket });
      rollup = new RollUp({ tier: this.#tier, bucketUs: this.#bucket, id, dictionary });
      this.#rollups.set(service, rollup);
    }
    return rollup;
  }

  records(): CoarseRecord[] {
    return [...this.#rollups.values()].flatMap((rollup) => rollup.records());
  }
}

async function recordWrites(records: readonly CoarseRecord[]): Promise<Write[]> {
  const writes: Write[] = [];
  for (const { key, header, payload, lines } of records) {
    const value = Buffer.isBuffer(payload) ? payload : await pack([{ rows: payload, sections: {} }], quantumOf(key.kind, payload), { lines });
    writes.push({ type: 'put', key: windowKey(SPACE.header, key), value: header }, { type: 'put', key: windowKey(SPACE.payload, key), value });
  }
  return writes;
}

interface NumberGroup {
  readonly dictionary: Dictionary;
  readonly windows: SealedNumbers[];
}

/** Of one block: a column has room for each of them, and a host may give each window names of its own. */
const MOST_NUMBERS = 64;

/** Takes what a bucket's windows hold into blocks: one per thread and dictionary, more of numbers when they are many. */
class Seals {
  readonly #kind: string;
  readonly #bucket: Microseconds;
  readonly #windows = new Map<string, SealedWindow[]>();
  readonly #numbers = new Map<string, NumberGroup[]>();

  constructor(kind: string, bucket: Microseconds) {
    this.#kind = kind;
    this.#bucket = bucket;
  }

  /** The record as it will read from now on; undefined when it stays as it is. */
  take(record: Whole): Whole | undefined {
    const { key, header } = record;
    const name = `${header.dictionary} ${key.thread} ${key.boot}`;
    if (header.shape === SHAPE.numbers) return this.#takeNumbers(name, record);
    const plain = record.rows();
    const { lines } = plain;
    const rows = sealed(plain, this.#kind);
    const group = this.#windows.get(name) ?? [];
    this.#windows.set(name, group);
    group.push({ key, rows, sections: record.sections() });
    return { ...record, rows: () => ({ ...columnsOf(rows), lines }) };
  }

  #takeNumbers(name: string, record: Whole): Whole | undefined {
    const { key, header, dictionary } = record;
    // Names that are spelt out are not in the dictionary.
    if (!header.packed) return undefined;
    const numbers = record.numbers();
    const groups = this.#numbers.get(name) ?? [];
    this.#numbers.set(name, groups);
    const last = groups.at(-1);
    if (last === undefined || last.windows.length >= MOST_NUMBERS) groups.push({ dictionary, windows: [{ key, numbers }] });
    else last.windows.push({ key, numbers });
    return { ...record, numbers: () => numbers };
  }

  async writes(rollups: readonly CoarseRecord[]): Promise<Write[]> {
    const writes: Write[] = [];
    for (const { dictionary, windows } of [...this.#numbers.values()].flat()) {
      writes.push(...windows.map(({ key }): Write => ({ type: 'del', key: windowKey(SPACE.payload, key) })));
      writes.push(await numbersWrite(windows, blockKey(windows, this.#bucket), dictionary));
    }
    for (const windows of this.#windows.values()) {
      for (const { key } of windows) writes.push({ type: 'del', key: windowKey(SPACE.payload, key) });
      const key = blockKey(windows, this.#bucket);
      const quantum = windows.reduce((least, { rows }) => Math.min(least, quantumOf(this.#kind, rows)), Number.POSITIVE_INFINITY);
      const sum = rollups.find((rollup) => rollup.key.boot === key.boot && rollup.key.thread === key.thread && rollup.key.firstSeq === key.firstSeq)?.payload;
      writes.push(await blockWrite(windows, key, quantum, Buffer.isBuffer(sum) ? undefined : sum));
    }
    return writes;
  }
}

function columnsOf({ stack, labels, count, weight }: PayloadRows): RowColumns {
  return { length: stack.length, stack: Float64Array.from(stack), labels: Float64Array.from(labels), count: Float64Array.from(count), weight: Float64Array.from(weight), high: undefined };
}

/** What deletes a record. */
export function deletions(key: WindowKey): Write[] {
  return [
    { type: 'del', key: windowKey(SPACE.header, key) },
    { type: 'del', key: windowKey(SPACE.payload, key) },
  ];
}
