// Answers ranges. Timelines and lists read headers alone; a query reads rows of the windows that the selector means.
import type { Labels, Tally } from 'liveprofiler-sampler/wire';
import { callTree } from '../calltree.ts';
import type { GroupBy, HostMemory, Inventory, QueryAnswer, QueryOptions, Range, Selector, Timeline } from '../contract.ts';
import type { Dictionary } from '../dictionary.ts';
import { StoreError } from '../errors.ts';
import type { WindowKey } from '../keys.ts';
import { after, hostPrefix, kindPrefix, memoryKey, RAW_TIER, readMemoryKey, readWindowKey, SPACE, tierPrefix, under, windowBounds } from '../keys.ts';
import { mergeTotals, StackSums } from '../merge.ts';
import type { Header } from '../record.ts';
import { decodeHeader, decodeRows } from '../record.ts';
import { selectsLabels, selectsThread } from '../select.ts';
import { TimelineSums } from '../timeline.ts';
import type { Database, Snapshot } from './database.ts';
import type { Dictionaries } from './dictionaries.ts';

/** A window as far as its header tells. */
interface Seen {
  readonly key: WindowKey;
  readonly header: Header;
  readonly dictionary: Dictionary;
  readonly processLabels: Labels;
}

const NO_LABELS: Labels = {};

export class Reader {
  readonly #db: Database;
  readonly #dictionaries: Dictionaries;

  constructor(db: Database, dictionaries: Dictionaries) {
    this.#db = db;
    this.#dictionaries = dictionaries;
  }

  async query(selector: Selector, range: Range, options: QueryOptions = {}): Promise<QueryAnswer> {
    const bounds = boundsUs(range);
    const sums = new Map<number, { dictionary: Dictionary; sums: StackSums }>();
    const idle = { count: 0, weight: 0 };
    const dropped = { count: 0, weight: 0 };
    const threads = new Set<string>();
    let windows = 0;
    let [firstUs, lastUs] = [Number.POSITIVE_INFINITY, 0];
    const snapshot = this.#db.snapshot();
    try {
      for (const host of new Set(selector.hosts ?? (await this.#hostsWithWindows()))) {
        for await (const [seen, payload] of this.#withRows(host, selector, bounds, snapshot)) {
          const { key, header, dictionary, processLabels } = seen;
          const entry = sums.get(header.dictionary) ?? { dictionary, sums: new StackSums() };
          sums.set(header.dictionary, entry);
          const accept = acceptor(selector, seen);
          const some = entry.sums.add(decodeRows(payload), accept);
          const whole = selectsLabels(selector, processLabels, NO_LABELS);
          if (whole) {
            addTo(idle, header.idle);
            addTo(dropped, header.dropped);
          }
          if (!some && !whole) continue;
          windows++;
          threads.add(`${key.boot} ${key.thread}`);
          firstUs = Math.min(firstUs, key.startUs);
          lastUs = Math.max(lastUs, key.startUs + header.durationUs);
        }
      }
    } finally {
      await snapshot.close();
    }
    const totals = mergeTotals([...sums.values()].map(({ dictionary, sums: { count, weight } }) => ({ frames: dictionary.frames, stacks: dictionary.stacks, count, weight })));
    const covered = windows === 0 ? {} : { covered: { fromMs: firstUs / 1000, untilMs: lastUs / 1000 } };
    return { tree: callTree(totals, options), idle, dropped, windows, threads: threads.size, ...covered };
  }

  async timeline(selector: Selector, range: Range, stepMs: number, by?: GroupBy): Promise<Timeline> {
    const bounds = boundsUs(range);
    const sums = new TimelineSums(range, stepMs, by);
    for (const host of new Set(selector.hosts ?? (await this.#hostsWithWindows()))) {
      for await (const seen of this.#headers(host, selector.kind, bounds)) {
        if (!selectsThread(selector, seen.key.boot, seen.key.thread)) continue;
        const { key, header, dictionary, processLabels } = seen;
        const chosen = header.totals.map((total) => ({ ...total, sample: dictionary.labelSets[total.labels] ?? NO_LABELS })).filter(({ sample }) => selectsLabels(selector, processLabels, sample));
        const whole = selectsLabels(selector, processLabels, NO_LABELS);
        if (!whole && chosen.length === 0) continue;
        sums.add({ key, durationUs: header.durationUs, processLabels, threadName: dictionary.texts[header.threadName] ?? '', totals: chosen, idleUs: whole ? header.idle.weight : 0 });
      }
    }
    return sums.timeline();
  }

  async labels(range: Range): Promise<Inventory> {
    const bounds = boundsUs(range);
    const hosts = new Set<string>();
    const kinds = new Set<string>();
    const threads = new Map<string, Inventory['threads'][number]>();
    const labels = new Map<string, Set<string>>();
    const note = (set: Labels): void => {
      for (const [name, value] of Object.entries(set)) labels.set(name, (labels.get(name) ?? new Set()).add(value));
    };
    for (const host of await this.#hostsWithWindows()) {
      for (const kind of await this.#kinds(host)) {
        for await (const { key, header, dictionary, processLabels } of this.#headers(host, kind, bounds)) {
          hosts.add(host);
          kinds.add(kind);
          const name = dictionary.texts[header.threadName] ?? '';
          threads.set(JSON.stringify([host, key.boot, key.thread]), { host, boot: key.boot, id: key.thread, name });
          note(processLabels);
          for (const total of header.totals) note(dictionary.labelSets[total.labels] ?? NO_LABELS);
        }
      }
    }
    return {
      hosts: [...hosts],
      kinds: [...kinds],
      threads: [...threads.values()],
      labels: Object.fromEntries([...labels].map(([name, values]) => [name, [...values].sort()])),
    };
  }

  async extent(host: string): Promise<Range | undefined> {
    let [firstUs, lastUs] = [Number.POSITIVE_INFINITY, 0];
    for (const kind of await this.#kinds(host)) {
      const range = under(kindPrefix(SPACE.header, RAW_TIER, host, kind));
      const first = await this.#db.first(range);
      const last = await this.#db.first(range, { reverse: true });
      if (first === undefined || last === undefined) continue;
      firstUs = Math.min(firstUs, readWindowKey(first[0]).startUs);
      lastUs = Math.max(lastUs, readWindowKey(last[0]).startUs + reading(last[0], () => decodeHeader(last[1])).durationUs);
    }
    return Number.isFinite(firstUs) ? { fromMs: firstUs / 1000, untilMs: lastUs / 1000 } : undefined;
  }

  async hosts(): Promise<readonly string[]> {
    const hosts = new Set(await this.#hostsWithWindows());
    for await (const entries of this.#db.batches(under(Buffer.from([SPACE.memory])))) for (const [key] of entries) hosts.add(readMemoryKey(key));
    return [...hosts].sort();
  }

  async memory(host: string): Promise<HostMemory | undefined> {
    const value = await this.#db.get(memoryKey(host));
    return value === undefined ? undefined : reading(memoryKey(host), () => JSON.parse(value.toString('utf8')) as HostMemory);
  }

  /** Hosts, then kinds: one seek each, whatever they hold. */
  async #hostsWithWindows(): Promise<string[]> {
    const hosts: string[] = [];
    await this.#db.skim(under(tierPrefix(SPACE.header, RAW_TIER)), (key) => {
      const { host } = readWindowKey(key);
      hosts.push(host);
      return after(hostPrefix(SPACE.header, RAW_TIER, host));
    });
    return hosts;
  }

  async #kinds(host: string): Promise<string[]> {
    const kinds: string[] = [];
    await this.#db.skim(under(hostPrefix(SPACE.header, RAW_TIER, host)), (key) => {
      const { kind } = readWindowKey(key);
      kinds.push(kind);
      return after(kindPrefix(SPACE.header, RAW_TIER, host, kind));
    });
    return kinds;
  }

  async *#headers(host: string, kind: string, [fromUs, untilUs]: BoundsUs, snapshot?: Snapshot): AsyncGenerator<Seen, void, void> {
    const bounds = windowBounds(SPACE.header, RAW_TIER, host, kind, fromUs, untilUs);
    for await (const entries of this.#db.batches(bounds, snapshot === undefined ? {} : { snapshot })) {
      for (const [bytes, value] of entries) {
        const header = reading(bytes, () => decodeHeader(value));
        const { dictionary } = await this.#dictionaries.get(header.dictionary);
        yield { key: readWindowKey(bytes), header, dictionary, processLabels: dictionary.labelSets[header.processLabels] ?? NO_LABELS };
      }
    }
  }

  /** Headers and payloads were written together: both come in one order. */
  async *#withRows(host: string, selector: Selector, bounds: BoundsUs, snapshot: Snapshot): AsyncGenerator<readonly [Seen, Buffer], void, void> {
    const headers = this.#headers(host, selector.kind, bounds, snapshot);
    const payloads = this.#db.batches(windowBounds(SPACE.payload, RAW_TIER, host, selector.kind, ...bounds), { snapshot });
    try {
      for await (const entries of payloads) {
        for (const [key, payload] of entries) {
          const next = await headers.next();
          if (next.done === true) throw new StoreError('STORE_DAMAGED', `The window ${key.toString('hex').slice(0, 80)} has rows but no header. Restore the folder from a backup.`);
          if (selectsThread(selector, next.value.key.boot, next.value.key.thread)) yield [next.value, payload];
        }
      }
    } finally {
      await headers.return();
    }
  }
}

type BoundsUs = readonly [fromUs: number, untilUs: number];

function boundsUs({ fromMs, untilMs }: Range): BoundsUs {
  if (!Number.isFinite(fromMs) || !Number.isFinite(untilMs) || fromMs >= untilMs) {
    throw new StoreError('STORE_BAD_REQUEST', `The range from ${fromMs} to ${untilMs} is not one: it must end after it starts.`);
  }
  const within = (ms: number) => Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.ceil(ms * 1000)));
  return [within(fromMs), within(untilMs)];
}

/** undefined when every row counts. */
function acceptor(selector: Selector, { dictionary, processLabels }: Seen): ((labels: number) => boolean) | undefined {
  if (selector.labels === undefined) return undefined;
  const known = new Map<number, boolean>();
  return (id) => {
    const accepted = known.get(id) ?? selectsLabels(selector, processLabels, dictionary.labelSets[id] ?? NO_LABELS);
    known.set(id, accepted);
    return accepted;
  };
}

function addTo(sum: { count: number; weight: number }, { count, weight }: Tally): void {
  sum.count += count;
  sum.weight += weight;
}

function reading<T>(key: Buffer, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new StoreError('STORE_DAMAGED', `The record ${key.toString('hex').slice(0, 80)} does not read as one. Restore the folder from a backup.`, cause);
  }
}
