// Makes one coarse record of many finer ones: a pure function of them, in any order. Records of one thread of one
// process come together when their epoch and the labels of their process are the same. Sums end at the largest number
// that a record can hold: no measurement gets there, and who claims to costs nobody else a roll-up.
import type { Microseconds, Numbers } from 'liveprofiler-sampler/wire';
import type { Dictionary } from './dictionary.ts';
import { encodeHeader, SHAPE } from './header.ts';
import type { Header, LabelTotal } from './header.ts';
import type { WindowKey } from './keys.ts';
import { decodeLines, encodeLines, LineSums, selfCounts } from './lines.ts';
import { encodeNumbers } from './number-coding.ts';
import { NumberSums } from './numbers.ts';
import { encodeRows } from './rows.ts';
import type { PayloadRows, RowColumns } from './rows.ts';
import { MOST } from './varint.ts';
import { carried, product } from './wide.ts';

/** What a record holds, by its shape. */
export interface Payload {
  rows(): RowColumns;
  numbers(): Numbers;
}

export interface FineRecord extends Payload {
  readonly key: WindowKey;
  readonly header: Header;
  readonly dictionary: Dictionary;
}

export interface CoarseRecord {
  readonly key: WindowKey;
  readonly header: Buffer;
  /** Rows are to be packed yet. */
  readonly payload: Buffer | PayloadRows;
  readonly lines?: Buffer | undefined;
}

export interface Target {
  readonly tier: number;
  readonly bucketUs: Microseconds;
  readonly id: number;
  readonly dictionary: Dictionary;
}

export class RollUp {
  readonly #target: Target;
  readonly #groups = new Map<string, Group>();

  constructor(target: Target) {
    this.#target = target;
  }

  add(record: FineRecord): void {
    const { name, processLabels } = this.#groupOf(record);
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = new Group(this.#target, record.key, record.header, processLabels);
      this.#groups.set(name, group);
    }
    group.add(record);
  }

  /** Of a record whose rows are told by others: its lines alone. */
  addLines(record: FineRecord): void {
    if (record.header.shape === SHAPE.stacks) this.#groups.get(this.#groupOf(record).name)?.addLines(record.rows(), record.dictionary);
  }

  #groupOf({ key, header, dictionary }: FineRecord): { readonly name: string; readonly processLabels: number } {
    const processLabels = this.#target.dictionary.from(dictionary).labels(header.processLabels);
    return { name: JSON.stringify([key.boot, key.thread, header.epoch, processLabels, header.shape, header.averages]), processLabels };
  }

  records(): CoarseRecord[] {
    return [...this.#groups.values()].map((group) => group.record());
  }
}

const STACKS = 2 ** 27;
/** Different stacks of one record. What is beyond them counts at the empty stack: nothing is lost but its name. */
const MAX_ROWS = 500_000;

class Group {
  readonly #target: Target;
  readonly #first: WindowKey;
  readonly #shape: Header['shape'];
  readonly #averages: boolean;
  readonly #epoch: number;
  readonly #processLabels: number;
  readonly #rowIds = new Map<number, number>();
  readonly #rows: { stack: number[]; labels: number[]; count: number[]; weight: number[]; high: number[] } = { stack: [], labels: [], count: [], weight: [], high: [] };
  readonly #numbers = new NumberSums();
  readonly #lines = new LineSums();
  readonly #idle = { count: 0, weight: 0 };
  readonly #dropped = { count: 0, weight: 0 };
  /** Over all rows. Of integrals, the high part. */
  readonly #total = { count: 0, weight: 0 };
  #threadName = 0;
  #threadNamedAtUs = -1;
  #windows = 0;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = 0;
  #coveredUs = 0;
  #firstSeq = Number.POSITIVE_INFINITY;
  #lastSeq = 0;
  #processCpuUs = 0;
  #threadCpuUs: number | undefined = 0;

  constructor(target: Target, key: WindowKey, { shape, averages, epoch }: Header, processLabels: number) {
    this.#target = target;
    this.#first = key;
    this.#shape = shape;
    this.#averages = averages;
    this.#epoch = epoch;
    this.#processLabels = processLabels;
  }

  add(record: FineRecord): void {
    const { key, header, dictionary } = record;
    this.#windows += header.windows;
    this.#firstUs = Math.min(this.#firstUs, key.startUs + header.firstUs);
    this.#lastUs = Math.max(this.#lastUs, key.startUs + header.lastUs);
    this.#coveredUs = Math.min(MOST, this.#coveredUs + header.coveredUs);
    this.#firstSeq = Math.min(this.#firstSeq, key.firstSeq);
    this.#lastSeq = Math.max(this.#lastSeq, key.firstSeq + header.seqSpan);
    if (key.startUs + header.lastUs > this.#threadNamedAtUs) {
      this.#threadNamedAtUs = key.startUs + header.lastUs;
      this.#threadName = this.#target.dictionary.text(dictionary.texts[header.threadName] ?? '');
    }
    addTo(this.#idle, header.idle);
    addTo(this.#dropped, header.dropped);
    this.#processCpuUs = Math.min(MOST, this.#processCpuUs + header.processCpuUs);
    this.#threadCpuUs = this.#threadCpuUs === undefined || header.threadCpuUs === undefined ? undefined : Math.min(MOST, this.#threadCpuUs + header.threadCpuUs);
    if (header.shape === SHAPE.numbers) this.#numbers.add(record.numbers(), key.startUs + header.lastUs);
    else {
      const rows = record.rows();
      this.#addRows(header, rows, dictionary);
      this.addLines(rows, dictionary);
    }
  }

  #addRows(header: Header, { length, stack, labels, count, weight, high }: RowColumns, dictionary: Dictionary): void {
    const rows = this.#rows;
    const same = dictionary === this.#target.dictionary;
    const from = this.#target.dictionary.from(dictionary);
    for (let i = 0; i < length; i++) {
      const stackId = same ? (stack[i] ?? 0) : from.stack(stack[i] ?? 0);
      const labelsId = same ? (labels[i] ?? 0) : from.labels(labels[i] ?? 0);
      const row = this.#row(stackId, labelsId);
      rows.count[row] = (rows.count[row] ?? 0) + this.#counted('count', count[i] ?? 0);
      if (!this.#averages) rows.weight[row] = (rows.weight[row] ?? 0) + this.#counted('weight', weight[i] ?? 0);
      else {
        const add = high === undefined ? product(weight[i] ?? 0, header.coveredUs) : { low: weight[i] ?? 0, high: high[i] ?? 0 };
        const sum = carried((rows.weight[row] ?? 0) + add.low, (rows.high[row] ?? 0) + this.#counted('weight', add.high));
        [rows.weight[row], rows.high[row]] = [sum.low, sum.high];
      }
    }
  }

  addLines(rows: RowColumns, dictionary: Dictionary): void {
    if (rows.lines === undefined) return;
    const same = dictionary === this.#target.dictionary;
    const from = this.#target.dictionary.from(dictionary);
    decodeLines(rows.lines, selfCounts(rows, dictionary), dictionary, (frame, line, count) => { this.#lines.add(same ? frame : from.frame(frame), line, count); });
  }

  /** What of a row goes into the sum. */
  #counted(what: 'count' | 'weight', value: number): number {
    const counted = Math.min(value, MOST - this.#total[what]);
    this.#total[what] += counted;
    return counted;
  }

  #row(stack: number, labels: number): number {
    const key = labels * STACKS + stack;
    const known = this.#rowIds.get(key);
    if (known !== undefined) return known;
    if (stack !== 0 && this.#rowIds.size >= MAX_ROWS) return this.#row(0, labels);
    const row = this.#rows.stack.push(stack) - 1;
    this.#rows.labels.push(labels);
    this.#rows.count.push(0);
    this.#rows.weight.push(0);
    this.#rows.high.push(0);
    this.#rowIds.set(key, row);
    return row;
  }

  record(): CoarseRecord {
    const { tier, bucketUs, id } = this.#target;
    const packed = this.#shape === SHAPE.numbers || !this.#averages;
    const header: Header = {
      shape: this.#shape,
      averages: this.#averages,
      dictionary: id,
      rolled: true,
      packed,
      windows: this.#windows,
      firstUs: this.#firstUs - bucketUs,
      lastUs: this.#lastUs - bucketUs,
      coveredUs: this.#coveredUs,
      epoch: this.#epoch,
      seqSpan: this.#lastSeq - this.#firstSeq,
      processLabels: this.#processLabels,
      threadName: this.#threadName,
      idle: this.#idle,
      dropped: this.#dropped,
      processCpuUs: this.#processCpuUs,
      threadCpuUs: this.#threadCpuUs,
      totals: this.#totals(),
    };
    const { host, kind, boot, thread } = this.#first;
    return {
      key: { tier, host, kind, startUs: bucketUs, boot, thread, firstSeq: this.#firstSeq },
      header: encodeHeader(header),
      payload: this.#payload(),
      lines: packed && this.#shape === SHAPE.stacks ? encodeLines(this.#lines.hits(), selfCounts({ ...this.#rows, length: this.#rows.stack.length }, this.#target.dictionary), this.#target.dictionary) : undefined,
    };
  }

  #payload(): Buffer | PayloadRows {
    if (this.#shape === SHAPE.numbers) return encodeNumbers(this.#numbers.numbers(), this.#target.dictionary);
    if (this.#averages) return encodeRows(this.#rows);
    const { stack, labels, count, weight } = this.#rows;
    return { stack, labels, count, weight };
  }

  #totals(): LabelTotal[] {
    const sums = new Map<number, { labels: number; count: number; low: number; high: number }>();
    const { labels, count, weight, high } = this.#rows;
    labels.forEach((set, i) => {
      const sum = sums.get(set) ?? { labels: set, count: 0, low: 0, high: 0 };
      sums.set(set, sum);
      sum.count += count[i] ?? 0;
      if (!this.#averages) sum.low += weight[i] ?? 0;
      else Object.assign(sum, carried(sum.low + (weight[i] ?? 0), sum.high + (high[i] ?? 0)));
    });
    return [...sums.values()].sort((a, b) => a.labels - b.labels);
  }
}

function addTo(sum: { count: number; weight: number }, { count, weight }: { readonly count: number; readonly weight: number }): void {
  sum.count = Math.min(MOST, sum.count + count);
  sum.weight = Math.min(MOST, sum.weight + weight);
}
