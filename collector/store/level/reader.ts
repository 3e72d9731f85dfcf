// Answers ranges. Timelines and lists read headers alone; a query reads rows of the records that the selector means.
import type { Frame, Labels, Tally } from 'liveprofiler-sampler/wire';
import { callTree } from '../calltree.ts';
import type { GroupBy, HostMemory, Inventory, LinesAnswer, NumberTimeline, Pin, QueryAnswer, QueryOptions, Range, Selector, Timeline } from '../contract.ts';
import { cover } from '../cover.ts';
import type { SeriesState } from '../cover.ts';
import type { Dictionary } from '../dictionary.ts';
import { SHAPE } from '../header.ts';
import { under } from '../key-parts.ts';
import { memoryKey, kindPrefix, readWindowKey, SPACE } from '../keys.ts';
import { LineAnswers } from '../line-answers.ts';
import { StackSums } from '../merge.ts';
import { NumberSteps } from '../number-steps.ts';
import { mayHold, selectsLabels, selectsThread } from '../select.ts';
import { widened } from '../spans.ts';
import { bucketUs, RAW_TIER, SEALED_TIER, TIERS } from '../tiers.ts';
import { stepsOf, TimelineSums } from '../timeline.ts';
import type { Engine } from './engine.ts';
import { readPins } from './pins.ts';
import { reading } from './reading.ts';
import { headersOf, kindsOf, recordsOf } from './records.ts';
import type { Whole } from './records.ts';
import { eachStep, spanOf, view } from './view.ts';

const NO_LABELS: Labels = {};
/** A sampler closes its windows after 5 minutes and a slice at the latest. */
const LONGEST_WINDOW_US = 10 * 60_000_000;

export class Reader {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async query(selector: Selector, range: Range, options: QueryOptions = {}): Promise<QueryAnswer> {
    const bounds = spanOf(range);
    const common = this.#engine.dictionaries.common();
    const sums = new StackSums(common.length);
    const idle = { count: 0, weight: 0 };
    const dropped = { count: 0, weight: 0 };
    const threads = new Set<string>();
    let windows = 0;
    let [firstUs, lastUs] = [Number.POSITIVE_INFINITY, 0];
    const add = (record: Whole): void => {
      const { key, bytes, header, dictionary, processLabels } = record;
      if (header.shape !== SHAPE.stacks || !selectsThread(selector, key.boot, key.thread)) return;
      const accept = acceptor(selector, dictionary, processLabels);
      // Rows that cannot be meant are not unpacked.
      if (accept === undefined || header.totals.some(({ labels }) => accept(labels))) {
        const rows = record.rows();
        const levelForUs = header.averages && !header.rolled ? header.coveredUs : undefined;
        reading(bytes, () => { sums.add(rows, common.numbersOf(dictionary), { accept, levelForUs }); });
      }
      if (!mayHold(selector, processLabels)) return;
      if (selectsLabels(selector, processLabels, NO_LABELS)) {
        addTo(idle, header.idle);
        addTo(dropped, header.dropped);
      }
      windows += header.windows;
      threads.add(`${key.boot} ${key.thread}`);
      firstUs = Math.min(firstUs, key.startUs + header.firstUs);
      lastUs = Math.max(lastUs, key.startUs + header.lastUs);
    };
    await view(this.#engine, selector, (state) => cover(bounds, state), recordsOf, (_, record) => { add(record); });
    const totals = sums.totals(common, Math.max(0, lastUs - firstUs));
    const covered = windows === 0 ? {} : { covered: { fromMs: firstUs / 1000, untilMs: lastUs / 1000 } };
    return { tree: callTree(totals, options), idle, dropped, windows, threads: threads.size, ...covered };
  }

  async lines(selector: Selector, range: Range, of?: Frame): Promise<LinesAnswer> {
    const bounds = widened(spanOf(range), bucketUs(SEALED_TIER));
    const sums = new LineAnswers(this.#engine.dictionaries.common(), of);
    // Windows are sealed without their lines: the roll-up that sealed them has these.
    const byRollups = (state: SeriesState): SeriesState => ({ ...state, whole: state.whole.map((spans, tier) => (tier === RAW_TIER ? [] : spans)) });
    await view(this.#engine, selector, (state) => cover(bounds, byRollups(state)), recordsOf, (_, record) => {
      const { key, bytes, header, dictionary, processLabels, sealed } = record;
      if (sealed || header.shape !== SHAPE.stacks || !selectsThread(selector, key.boot, key.thread) || !mayHold(selector, processLabels)) return;
      const rows = record.rows();
      reading(bytes, () => { sums.add(rows, key, header, dictionary); });
    });
    return sums.answer();
  }

  async timeline(selector: Selector, range: Range, stepMs: number, by?: GroupBy): Promise<Timeline> {
    const sums = new TimelineSums(stepsOf(range, stepMs), by);
    const narrows = selector.labels !== undefined;
    await eachStep(this.#engine, selector, range, stepMs, headersOf, ({ key, header, dictionary, processLabels }, step) => {
      if (header.shape !== SHAPE.stacks || (narrows && !mayHold(selector, processLabels))) return;
      const all = header.totals.map(({ labels, low, high }) => ({ low, high, sample: dictionary.labelSets[labels] ?? NO_LABELS }));
      const totals = narrows ? all.filter(({ sample }) => selectsLabels(selector, processLabels, sample)) : all;
      const idleUs = !narrows || selectsLabels(selector, processLabels, NO_LABELS) ? header.idle.weight : 0;
      sums.add(step, { key, header, processLabels, threadName: dictionary.texts[header.threadName] ?? '', totals, idleUs });
    });
    return sums.timeline();
  }

  async numbers(selector: Selector, range: Range, stepMs: number, by?: GroupBy): Promise<NumberTimeline> {
    const sums = new NumberSteps(stepsOf(range, stepMs), by);
    await eachStep(this.#engine, selector, range, stepMs, recordsOf, (record, step) => {
      const { key, header, dictionary, processLabels } = record;
      if (header.shape !== SHAPE.numbers || !selectsLabels(selector, processLabels, NO_LABELS)) return;
      sums.add(step, { key, header, processLabels, threadName: dictionary.texts[header.threadName] ?? '', numbers: record.numbers() });
    });
    return sums.timeline();
  }

  async labels(range: Range, only?: readonly string[]): Promise<Inventory> {
    const bounds = spanOf(range);
    const hosts = new Set<string>();
    const kinds = new Set<string>();
    const threads = new Map<string, Inventory['threads'][number]>();
    const labels = new Map<string, Set<string>>();
    const seenSets = new Set<Labels>();
    const note = (set: Labels): void => {
      if (seenSets.has(set)) return;
      seenSets.add(set);
      for (const [name, value] of Object.entries(set)) labels.set(name, (labels.get(name) ?? new Set()).add(value));
    };
    const selector = only === undefined ? {} : { hosts: only };
    await view(this.#engine, selector, (state) => cover(bounds, state), headersOf, (series, { key, header, dictionary, processLabels }) => {
      hosts.add(series.host);
      kinds.add(series.kind);
      threads.set(JSON.stringify([series.host, key.boot, key.thread]), { host: series.host, boot: key.boot, id: key.thread, name: dictionary.texts[header.threadName] ?? '' });
      note(processLabels);
      for (const total of header.totals) note(dictionary.labelSets[total.labels] ?? NO_LABELS);
    });
    return {
      hosts: [...hosts],
      kinds: [...kinds],
      threads: [...threads.values()],
      labels: Object.fromEntries([...labels].map(([name, values]) => [name, [...values].sort()])),
    };
  }

  async extent(host: string): Promise<Range | undefined> {
    const ends: number[] = [];
    const starts: number[] = [];
    for (const tier of TIERS.keys()) {
      for (const kind of await kindsOf(this.#engine.db, tier, host)) {
        const range = under(kindPrefix(SPACE.header, tier, host, kind));
        const first = await this.#engine.db.first(range);
        const last = await this.#engine.db.first(range, { reverse: true });
        if (first === undefined || last === undefined) continue;
        const [firstUs, lastUs] = [readWindowKey(first[0]).startUs, readWindowKey(last[0]).startUs];
        // What begins first, in any thread; what ends last may have begun before others did.
        const longestUs = Math.max(LONGEST_WINDOW_US, TIERS[tier]?.bucketUs ?? 0);
        for (const [fromUs, untilUs] of [[firstUs, firstUs + 1], [lastUs - longestUs, lastUs + 1]] as const) {
          for await (const seen of headersOf(this.#engine, { host, kind }, { tier, fromUs: Math.max(0, fromUs), untilUs })) {
            for (const { key, header } of seen) {
              starts.push(key.startUs + header.firstUs);
              ends.push(key.startUs + header.lastUs);
            }
          }
        }
      }
    }
    return ends.length === 0 ? undefined : { fromMs: starts.reduce((a, b) => Math.min(a, b)) / 1000, untilMs: ends.reduce((a, b) => Math.max(a, b)) / 1000 };
  }

  hosts(): Promise<readonly string[]> {
    return this.#engine.hosts.all();
  }

  async memory(host: string): Promise<HostMemory | undefined> {
    const value = await this.#engine.db.get(memoryKey(host));
    return value === undefined ? undefined : reading(memoryKey(host), () => JSON.parse(value.toString('utf8')) as HostMemory);
  }

  pins(): Promise<readonly Pin[]> {
    return readPins(this.#engine.db);
  }
}

/** undefined when every row counts. */
function acceptor(selector: Selector, dictionary: Dictionary, processLabels: Labels): ((labels: number) => boolean) | undefined {
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
