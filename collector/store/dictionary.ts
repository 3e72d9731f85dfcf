// The names of one stretch of time: strings, label sets, frames and stacks, each kept once and pointed at by number.
// Numbers are given in order and never change, so that what is new since the last write makes one page; the pages of
// a dictionary, read in order, give it back.
import type { Frame, Labels, Rows, StackProfile, StackTable } from 'liveprofiler-sampler/wire';
import { ByteReader, ByteWriter } from './varint.ts';

const EMPTY: Labels = {};
const LONE_SURROGATES = /\p{Surrogate}/gu;
/** Stacks are found by parent × this + frame, which stays exact below 2^53. */
const MAX_FRAMES = 2 ** 26;
const MAX_STACKS = 2 ** 27;

/** Numbers given so far to the tables of one answer, by their numbers there. */
interface Translation {
  readonly frames: readonly Frame[];
  readonly labels: readonly Labels[];
  readonly stacks: (number | undefined)[];
  readonly labelSets: (number | undefined)[];
}

/** How far the pages written so far reach. */
interface Mark {
  readonly texts: number;
  readonly labelSets: number;
  readonly frames: number;
  readonly stacks: number;
}

export class Dictionary {
  readonly texts: string[] = [];
  /** Set 0 is the empty one. */
  readonly labelSets: Labels[] = [EMPTY];
  readonly frames: Frame[] = [];
  /** Stack 0 is the empty one; a stack comes after its parent. */
  readonly parent: number[] = [0];
  readonly frame: number[] = [0];

  #textIds = new Map<string, number>();
  #labelIds = new Map<string, number>([['', 0]]);
  #frameIds = new Map<string, number>();
  #stackIds = new Map<number, number>();
  #translations = new WeakMap<StackTable, Translation>();
  #written: Mark = this.#mark();

  get stacks(): StackTable {
    return this;
  }

  /** Roughly what it holds in memory, in entries. */
  get size(): number {
    return this.texts.length + this.labelSets.length + this.frames.length + this.parent.length;
  }

  text(value: string): number {
    const kept = wellFormed(value);
    const known = this.#textIds.get(kept);
    if (known !== undefined) return known;
    const id = this.texts.push(kept) - 1;
    this.#textIds.set(kept, id);
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
    const known = this.#tables(profile);
    const { rows, stacks, labelSets } = profile;
    return {
      stack: rows.stack.map((id) => this.#translate(id, stacks, profile.frames, known)),
      labels: rows.labels.map((id) => (known.labelSets[id] ??= this.labels(labelSets[id] ?? EMPTY))),
      count: rows.count,
      weight: rows.weight,
    };
  }

  /** What was translated before: the windows of one answer share their tables. */
  #tables(profile: StackProfile): Translation {
    const known = this.#translations.get(profile.stacks);
    if (known?.frames === profile.frames && known.labels === profile.labelSets) return known;
    const fresh: Translation = { frames: profile.frames, labels: profile.labelSets, stacks: [0], labelSets: [] };
    this.#translations.set(profile.stacks, fresh);
    return fresh;
  }

  #translate(id: number, table: StackTable, frames: readonly Frame[], known: Translation): number {
    const path: number[] = [];
    let up = id;
    while (known.stacks[up] === undefined) {
      path.push(up);
      up = table.parent[up] ?? 0;
    }
    let to = known.stacks[up] ?? 0;
    for (const stack of path.reverse()) {
      const frame = frames[table.frame[stack] ?? 0];
      if (frame === undefined) throw new RangeError(`stack ${stack} points at a frame that is not there`);
      to = this.#stack(to, this.#frame(frame));
      known.stacks[stack] = to;
    }
    return to;
  }

  /** What is not on a page yet, as a page; undefined when there is nothing. Calls repeat it until `pageWritten`. */
  nextPage(): Buffer | undefined {
    const from = this.#written;
    const to = this.#mark();
    if (Object.keys(to).every((part) => to[part as keyof Mark] === from[part as keyof Mark])) return undefined;
    const out = new ByteWriter(1024);
    out.uint(to.texts - from.texts);
    for (const text of this.texts.slice(from.texts)) out.text(text);
    out.uint(to.labelSets - from.labelSets);
    for (const set of this.labelSets.slice(from.labelSets)) this.#writeLabels(out, set);
    out.uint(to.frames - from.frames);
    for (const frame of this.frames.slice(from.frames)) this.#writeFrame(out, frame);
    out.uint(to.stacks - from.stacks);
    for (let id = from.stacks; id < to.stacks; id++) {
      out.uint(id - (this.parent[id] ?? 0));
      out.uint(this.frame[id] ?? 0);
    }
    return out.done();
  }

  pageWritten(): void {
    this.#written = this.#mark();
  }

  readPage(page: Buffer): void {
    const input = new ByteReader(page);
    for (let left = input.length(); left > 0; left--) this.text(input.text());
    for (let left = input.length(); left > 0; left--) this.#readLabels(input);
    for (let left = input.length(5); left > 0; left--) this.#readFrame(input);
    for (let left = input.length(2); left > 0; left--) {
      const parent = this.parent.length - input.uint();
      const frame = input.uint();
      if (parent < 0 || parent >= this.parent.length || frame >= this.frames.length) throw new RangeError('a stack points outside its dictionary');
      this.#stack(parent, frame);
    }
    this.#written = this.#mark();
  }

  #labelSet(pairs: readonly (readonly [name: number, value: number])[]): number {
    const key = pairs.flat().join(' ');
    const known = this.#labelIds.get(key);
    if (known !== undefined) return known;
    const id = this.labelSets.push(Object.fromEntries(pairs.map(([name, value]) => [this.texts[name] ?? '', this.texts[value] ?? '']))) - 1;
    this.#labelIds.set(key, id);
    return id;
  }

  #frame(frame: Frame): number {
    // The strings get their numbers first: a page holds them before the frame that needs them.
    const name = this.text(frame.name);
    const url = this.text(frame.url);
    const { original } = frame;
    const behind = original === undefined ? '' : ` ${this.text(original.name)} ${this.text(original.url)} ${original.line} ${original.column}`;
    const key = `${name} ${url} ${frame.line} ${frame.column}${behind}`;
    const known = this.#frameIds.get(key);
    if (known !== undefined) return known;
    if (this.frames.length >= MAX_FRAMES) throw new RangeError(`a dictionary holds at most ${MAX_FRAMES} frames`);
    const place = { name: this.texts[name] ?? '', url: this.texts[url] ?? '', line: frame.line, column: frame.column };
    const id = this.frames.push(original === undefined ? place : { ...place, original: { ...original, name: wellFormed(original.name), url: wellFormed(original.url) } }) - 1;
    this.#frameIds.set(key, id);
    return id;
  }

  #stack(parent: number, frame: number): number {
    const key = parent * MAX_FRAMES + frame;
    const known = this.#stackIds.get(key);
    if (known !== undefined) return known;
    if (this.parent.length >= MAX_STACKS) throw new RangeError(`a dictionary holds at most ${MAX_STACKS} stacks`);
    const id = this.parent.push(parent) - 1;
    this.frame.push(frame);
    this.#stackIds.set(key, id);
    return id;
  }

  #writeLabels(out: ByteWriter, set: Labels): void {
    const names = Object.keys(set);
    out.uint(names.length);
    for (const name of names) {
      out.uint(this.text(name));
      out.uint(this.text(set[name] ?? ''));
    }
  }

  #readLabels(input: ByteReader): void {
    const pairs: [number, number][] = [];
    for (let left = input.length(2); left > 0; left--) pairs.push([input.uint(), input.uint()]);
    this.#labelSet(pairs);
  }

  #writeFrame(out: ByteWriter, { name, url, line, column, original }: Frame): void {
    out.uint(this.text(name));
    out.uint(this.text(url));
    out.uint(line);
    out.uint(column);
    out.uint(original === undefined ? 0 : 1);
    if (original === undefined) return;
    out.uint(this.text(original.name));
    out.uint(this.text(original.url));
    out.uint(original.line);
    out.uint(original.column);
  }

  #readFrame(input: ByteReader): void {
    const text = (): string => {
      const value = this.texts[input.uint()];
      if (value === undefined) throw new RangeError('a frame points outside its dictionary');
      return value;
    };
    const place = { name: text(), url: text(), line: input.uint(), column: input.uint() };
    this.#frame(input.uint() === 0 ? place : { ...place, original: { name: text(), url: text(), line: input.uint(), column: input.uint() } });
  }

  #mark(): Mark {
    return { texts: this.texts.length, labelSets: this.labelSets.length, frames: this.frames.length, stacks: this.parent.length };
  }
}

/** As it reads back from UTF-8: half a surrogate pair has no bytes of its own. */
function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATES, '\uFFFD');
}
