// Reads records of one series and tier, in the order of their keys: headers alone, or with their payloads.
import type { Labels } from 'liveprofiler-sampler/wire';
import type { Segment } from '../cover.ts';
import type { Dictionary } from '../dictionary.ts';
import { StoreError } from '../errors.ts';
import { decodeHeader } from '../header.ts';
import type { Header } from '../header.ts';
import { after, under } from '../key-parts.ts';
import { hostPrefix, kindPrefix, readWindowKey, SPACE, tierPrefix, windowBounds, windowKeysOf } from '../keys.ts';
import type { Series, WindowKey } from '../keys.ts';
import { decodeFormerNumbers, decodeNumbers } from '../number-coding.ts';
import { unpack } from '../packed.ts';
import type { UnpackedWindow } from '../packed.ts';
import type { Sections } from '../packing.ts';
import type { Payload } from '../rollup.ts';
import { RowReader } from '../rows.ts';
import type { RowColumns } from '../rows.ts';
import { bucketOf, RAW_TIER } from '../tiers.ts';
import { Blocks } from './blocks.ts';
import type { Database, Entry, Snapshot } from './database.ts';
import type { Dictionaries } from './dictionaries.ts';
import { reading } from './reading.ts';

/** A record as far as its header tells. */
export interface Seen {
  readonly key: WindowKey;
  /** The key of its header as it is on disk. */
  readonly bytes: Buffer;
  readonly header: Header;
  readonly dictionary: Dictionary;
  readonly processLabels: Labels;
}

export interface Whole extends Seen, Payload {
  /** Optional sections; a roll-up has none. */
  sections(): Sections;
  /** Its rows are in a block: what they add up to is in a roll-up. */
  readonly sealed: boolean;
}

export interface Source {
  readonly db: Database;
  readonly dictionaries: Dictionaries;
}

export async function* headersOf(source: Source, series: Series, segment: Segment, snapshot?: Snapshot): AsyncGenerator<readonly Seen[], void, void> {
  for await (const { seen } of headerBatches(source, series, segment, snapshot)) yield seen;
}

/** The rows of a record hold until those of the next one are read. */
export async function* recordsOf(source: Source, series: Series, segment: Segment, snapshot?: Snapshot): AsyncGenerator<readonly Whole[], void, void> {
  for await (const { entries, seen } of headerBatches(source, series, segment, snapshot)) {
    const payloads = await payloadsOf(source.db, entries, snapshot);
    const blocks = segment.tier === RAW_TIER && payloads.includes(undefined) ? await blocksOf(source.db, series, seen, snapshot) : undefined;
    yield seen.map((one, index) => withPayload(one, payloads[index], blocks));
  }
}

/** One record on its own. */
export async function recordOf({ db, dictionaries }: Source, [key, value]: Entry, blocks: Blocks | undefined): Promise<Whole> {
  const header = reading(key, () => decodeHeader(value));
  const { dictionary } = await dictionaries.get(header.dictionary);
  return withPayload(seenOf(key, readWindowKey(key), header, dictionary), await db.get(inPayloads(key)), blocks);
}

/** Which hosts have records of which kinds in a tier: one seek each, whatever they hold. */
export async function seriesOf(db: Database, tier: number): Promise<Series[]> {
  const series: Series[] = [];
  await db.skim(under(tierPrefix(SPACE.header, tier)), (key) => {
    const { host, kind } = readWindowKey(key);
    series.push({ host, kind });
    return after(kindPrefix(SPACE.header, tier, host, kind));
  });
  return series;
}

export async function kindsOf(db: Database, tier: number, host: string): Promise<string[]> {
  const kinds: string[] = [];
  await db.skim(under(hostPrefix(SPACE.header, tier, host)), (key) => {
    const { kind } = readWindowKey(key);
    kinds.push(kind);
    return after(kindPrefix(SPACE.header, tier, host, kind));
  });
  return kinds;
}

export async function hostsOf(db: Database, tier: number): Promise<string[]> {
  const hosts: string[] = [];
  await db.skim(under(tierPrefix(SPACE.header, tier)), (key) => {
    const { host } = readWindowKey(key);
    hosts.push(host);
    return after(hostPrefix(SPACE.header, tier, host));
  });
  return hosts;
}

async function* headerBatches({ db, dictionaries }: Source, series: Series, { tier, fromUs, untilUs }: Segment, snapshot?: Snapshot): AsyncGenerator<{ entries: readonly Entry[]; seen: readonly Seen[] }, void, void> {
  const { host, kind } = series;
  const known = new Map<number, Dictionary>();
  const keyOf = windowKeysOf(tier, series);
  for await (const entries of db.batches(windowBounds(SPACE.header, tier, host, kind, fromUs, untilUs), snapshot === undefined ? {} : { snapshot })) {
    const seen: Seen[] = [];
    for (const [bytes, value] of entries) {
      const header = reading(bytes, () => decodeHeader(value));
      let dictionary = known.get(header.dictionary);
      if (dictionary === undefined) {
        dictionary = (await dictionaries.get(header.dictionary)).dictionary;
        known.set(header.dictionary, dictionary);
      }
      seen.push(seenOf(bytes, keyOf(bytes), header, dictionary));
    }
    yield { entries, seen };
  }
}

function seenOf(bytes: Buffer, key: WindowKey, header: Header, dictionary: Dictionary): Seen {
  const { labelSets, texts } = dictionary;
  const processLabels = labelSets[header.processLabels];
  const named = texts[header.threadName] !== undefined && header.totals.every(({ labels }) => labels < labelSets.length);
  if (processLabels === undefined || !named) throw new StoreError('STORE_DAMAGED', `The record ${bytes.toString('hex').slice(0, 80)} points outside its dictionary. Run liveprofiler repair, or restore the folder from a backup.`);
  return { key, bytes, header, dictionary, processLabels };
}

/** By header: its payload, under the same key in a space of its own; undefined where it is sealed. */
async function payloadsOf(db: Database, headers: readonly Entry[], snapshot?: Snapshot): Promise<(Buffer | undefined)[]> {
  const [first, last] = [headers[0]?.[0], headers.at(-1)?.[0]];
  if (first === undefined || last === undefined) return [];
  const payloads: (Buffer | undefined)[] = headers.map(() => undefined);
  const range = { gte: inPayloads(first), lt: after(inPayloads(last)) };
  let at = 0;
  for await (const entries of db.batches(range, snapshot === undefined ? {} : { snapshot })) {
    for (const [key, value] of entries) {
      while (at < headers.length && (headers[at]?.[0].compare(key, 1, key.length, 1) ?? 1) < 0) at++;
      if (headers[at]?.[0].compare(key, 1, key.length, 1) !== 0) throw lost(key);
      payloads[at] = value;
    }
  }
  return payloads;
}

/** The blocks that hold rows of these windows. */
function blocksOf(db: Database, series: Series, seen: readonly Seen[], snapshot?: Snapshot): Promise<Blocks> {
  const [first, last] = [seen[0]?.key.startUs ?? 0, seen.at(-1)?.key.startUs ?? 0];
  return Blocks.read(db, series, bucketOf(RAW_TIER + 1, first), last + 1, snapshot);
}

const rowReader = new RowReader();

function withPayload({ key, bytes, header, dictionary, processLabels }: Seen, payload: Buffer | undefined, blocks: Blocks | undefined): Whole {
  const own = (): Buffer => {
    if (payload === undefined) throw lost(bytes);
    return payload;
  };
  return {
    key,
    bytes,
    header,
    dictionary,
    processLabels,
    sealed: payload === undefined,
    numbers: () => reading(bytes, () => (payload === undefined ? blocks?.get(key)?.numbers(dictionary) : undefined) ?? (header.packed ? decodeNumbers(own(), dictionary) : decodeFormerNumbers(own()))),
    rows: () => (payload === undefined ? blocks?.get(key)?.rows() : undefined) ?? reading(bytes, () => rowsIn(own(), header)),
    sections: () => (payload === undefined ? blocks?.get(key)?.sections : undefined) ?? reading(bytes, () => sectionsIn(own(), header)),
  };
}

function rowsIn(bytes: Buffer, { packed }: Header): RowColumns {
  return packed ? onlyWindow(bytes).rows() : rowReader.read(bytes);
}

function sectionsIn(bytes: Buffer, { rolled, packed }: Header): Sections {
  if (rolled) return {};
  return packed ? onlyWindow(bytes).sections : rowReader.sections(bytes);
}

function onlyWindow(bytes: Buffer): UnpackedWindow {
  const [window] = unpack(bytes);
  if (window === undefined) throw new RangeError('a packed record holds no rows');
  return window;
}

function inPayloads(key: Buffer): Buffer {
  const copy = Buffer.from(key);
  copy[0] = SPACE.payload;
  return copy;
}

function lost(key: Buffer): StoreError {
  return new StoreError('STORE_DAMAGED', `The window ${key.toString('hex').slice(0, 80)} has a header or rows, but not both. Run liveprofiler repair, or restore the folder from a backup.`);
}
