// The names of one stretch of time: strings, label sets, frames and stacks, each kept once and pointed at by number.
// Numbers are given in order and never change, so that what is new since the last write makes one page; the pages of
// a dictionary, read in order, give it back.
import type { Frame, Labels, Rows, StackProfile, StackTable } from 'liveprofiler-sampler/wire';
import { markOf, readPage, writePage } from './dictionary-page.ts';
import type { Entries, Mark } from './dictionary-page.ts';
import { LineTable } from './line-table.ts';
import { StackIds } from './stack-ids.ts';

const EMPTY: Labels = {};
const LONE_SURROGATES = /\p{Surrogate}/gu;
const MAX_FRAMES = 2 ** 26;
const MAX_STACKS = 2 ** 27;
const ENTRY_CHARACTERS = 100;

/** What rows point into: the tables of an answer, or another dictionary. */
export type Tables = Pick<StackProfile, 'frames' | 'stacks' | 'labelSets'>;

/** Gives the numbers of one dictionary for the numbers of other tables. */
export interface Translator {
  stack(id: number): number;
  frame(id: number): number;
  labels(id: number): number;
}

/** Numbers given so far, by the numbers there. */
interface Translation {
  readonly tables: Tables;
  readonly stacks: (number | undefined)[];
  readonly frames: (number | undefined)[];
  readonly labelSets: (number | undefined)[];
}

/** How a dictionary finds what it has. */
interface Index {
  readonly texts: Map<string, number>;
  readonly labels: Map<string, number>;
  readonly frames: Map<string, number>;
  readonly stacks: StackIds;
}

export class Dictionary implements Entries {
  readonly texts: string[] = [];
  readonly labelSets: Labels[] = [EMPTY];
  readonly frames: Frame[] = [];
  readonly parent: number[] = [0];
  readonly frame: number[] = [0];
  readonly lines: LineTable = new LineTable();

  #characters = 0;
  /** Made when something is looked up: who only reads pages never pays for it. */
  #index: Index | undefined;
  #translations = new WeakMap<StackTable, Translation>();
  #written: Mark = markOf(this);

  get stacks(): StackTable {
    return this;
  }

  /** Roughly what it holds in memory, in entries of arrays and maps; long texts count as several, two stacks as one. */
  get size(): number {
    const entries = this.texts.length + this.labelSets.length + this.frames.length + Math.ceil(this.parent.length / 2) + this.lines.length + Math.floor(this.#characters / ENTRY_CHARACTERS);
    return this.#index === undefined ? entries : 2 * entries;
  }

  text(value: string): number {
    const ids = this.#indexed().texts;
    // What is known is well-formed.
    const known = ids.get(value) ?? ids.get(wellFormed(value));
    if (known !== undefined) return known;
    const kept = wellFormed(value);
    const id = this.#pushText(kept);
    ids.set(kept, id);
    return id;
  }

  labels(set: Labels): number {
    const pairs = Object.keys(set)
      .sort()
      .map((name) => [this.text(name), this.text(set[name] ?? '')] as const);
    return this.#labelSet(pairs);
  }

  /** The profile's rows, pointing into this dictionary instead of into the profile's own tables. */
  rows(profile: StackProfile): Rows {
    const from = this.from(profile);
    const { rows } = profile;
    return {
      stack: rows.stack.map((id) => from.stack(id)),
      labels: rows.labels.map((id) => from.labels(id)),
      count: rows.count,
      weight: rows.weight,
    };
  }

  /** What was translated before is remembered: the windows of one answer share their tables. */
  from(tables: Tables): Translator {
    const known = this.#translations.get(tables.stacks);
    const same = known?.tables.frames === tables.frames && known.tables.labelSets === tables.labelSets;
    const translation: Translation = same ? known : { tables, stacks: [0], frames: [], labelSets: [] };
    if (!same) this.#translations.set(tables.stacks, translation);
    return {
      stack: (id) => translation.stacks[id] ?? this.#translate(id, translation),
      frame: (id) => this.#translateFrame(id, translation),
      labels: (id) => (translation.labelSets[id] ??= this.labels(tables.labelSets[id] ?? EMPTY)),
    };
  }

  #translateFrame(id: number, { tables, frames: known }: Translation): number {
    const frame = tables.frames[id];
    if (frame === undefined) throw new RangeError(`frame ${id} is not there`);
    return (known[id] ??= this.#frame(frame));
  }

  #translate(id: number, translation: Translation): number {
    const { tables: { stacks }, stacks: known } = translation;
    const path: number[] = [];
    let up = id;
    while (known[up] === undefined) {
      path.push(up);
      up = stacks.parent[up] ?? 0;
    }
    let to = known[up] ?? 0;
    for (const stack of path.reverse()) {
      to = this.#stack(to, this.#translateFrame(stacks.frame[stack] ?? 0, translation));
      known[stack] = to;
    }
    return to;
  }

  /** What is not on a page yet, as a page; undefined when there is nothing. Calls repeat it until `pageWritten`. */
  nextPage(): Promise<Buffer | undefined> {
    return writePage(this, this.#written, (text) => this.text(text));
  }

  pageWritten(): void {
    this.#written = markOf(this);
  }

  /** Pages are read in the order in which they were written. One that does not read leaves nothing behind. */
  readPage(page: Buffer): void {
    this.#index = undefined;
    const before = this.texts.length;
    readPage(page, this);
    for (let id = before; id < this.texts.length; id++) this.#characters += this.texts[id]?.length ?? 0;
    this.#written = markOf(this);
  }

  #pushText(text: string): number {
    this.#characters += text.length;
    return this.texts.push(text) - 1;
  }

  #labelSet(pairs: readonly (readonly [name: number, value: number])[]): number {
    const key = pairs.flat().join(' ');
    const ids = this.#indexed().labels;
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = this.labelSets.push(Object.fromEntries(pairs.map(([name, value]) => [this.texts[name] ?? '', this.texts[value] ?? '']))) - 1;
    ids.set(key, id);
    return id;
  }

  #frame(frame: Frame): number {
    // The strings get their numbers first: a page holds them before the frame that needs them.
    const key = this.#frameKey(frame);
    const ids = this.#indexed().frames;
    const known = ids.get(key);
    if (known !== undefined) return known;
    if (this.frames.length >= MAX_FRAMES) throw new RangeError(`a dictionary holds at most ${MAX_FRAMES} frames`);
    const { original, name, url, line, column } = frame;
    const place = { name: wellFormed(name), url: wellFormed(url), line, column };
    const id = this.frames.push(original === undefined ? place : { ...place, original: { ...original, name: wellFormed(original.name), url: wellFormed(original.url) } }) - 1;
    ids.set(key, id);
    return id;
  }

  #frameKey({ name, url, line, column, original }: Frame): string {
    const behind = original === undefined ? '' : ` ${this.text(original.name)} ${this.text(original.url)} ${original.line} ${original.column}`;
    return `${this.text(name)} ${this.text(url)} ${line} ${column}${behind}`;
  }

  #stack(parent: number, frame: number): number {
    const ids = this.#indexed().stacks;
    const known = ids.get(parent, frame);
    if (known !== 0) return known;
    if (this.parent.length >= MAX_STACKS) throw new RangeError(`a dictionary holds at most ${MAX_STACKS} stacks`);
    const id = this.parent.push(parent) - 1;
    this.frame.push(frame);
    ids.set(parent, frame, id);
    return id;
  }

  #indexed(): Index {
    if (this.#index !== undefined) return this.#index;
    const index: Index = { texts: new Map(this.texts.map((text, id) => [text, id])), labels: new Map(), frames: new Map(), stacks: new StackIds() };
    this.#index = index;
    this.labelSets.forEach((set, id) => index.labels.set(Object.keys(set).map((name) => `${this.text(name)} ${this.text(set[name] ?? '')}`).join(' '), id));
    this.frames.forEach((frame, id) => index.frames.set(this.#frameKey(frame), id));
    for (let id = 1; id < this.parent.length; id++) index.stacks.set(this.parent[id] ?? 0, this.frame[id] ?? 0, id);
    return index;
  }
}

/** As it reads back from UTF-8: half a surrogate pair has no bytes of its own. */
function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATES, '\uFFFD');
}
