// A page of a dictionary: what it got since the last one, as bytes. Pages tell entries by number, so they are read in the
// order in which they were written.
import type { Frame, Labels } from 'liveprofiler-sampler/wire';
import type { LineTable } from './line-table.ts';
import { expanded, squeezed, WORTH_BYTES } from './squeeze.ts';
import { ByteReader, ByteWriter } from './varint.ts';

/** How a compressed page begins. Others begin with a number, and none is written in these bytes. */
const SQUEEZED = Buffer.from([0x80, 0]);

/** What a dictionary holds, by number. */
export interface Entries {
  readonly texts: string[];
  /** Set 0 is the empty one. */
  readonly labelSets: Labels[];
  readonly frames: Frame[];
  /** Stack 0 is the empty one; a stack comes after its parent. */
  readonly parent: number[];
  readonly frame: number[];
  readonly lines: LineTable;
}

/** How far the pages written so far reach. */
export interface Mark {
  readonly texts: number;
  readonly labelSets: number;
  readonly frames: number;
  readonly stacks: number;
  readonly lines: number;
}

export function markOf({ texts, labelSets, frames, parent, lines }: Entries): Mark {
  return { texts: texts.length, labelSets: labelSets.length, frames: frames.length, stacks: parent.length, lines: lines.length };
}

/** What came after `from`; undefined when there is nothing. `numberOf` a text that is among them. */
export async function writePage(entries: Entries, from: Mark, numberOf: (text: string) => number): Promise<Buffer | undefined> {
  const to = markOf(entries);
  if (Object.keys(to).every((part) => to[part as keyof Mark] === from[part as keyof Mark])) return undefined;
  const out = new ByteWriter(1024);
  out.uint(to.texts - from.texts);
  for (const text of entries.texts.slice(from.texts)) out.text(text);
  out.uint(to.labelSets - from.labelSets);
  for (const set of entries.labelSets.slice(from.labelSets)) writeLabels(out, set, numberOf);
  out.uint(to.frames - from.frames);
  for (const frame of entries.frames.slice(from.frames)) writeFrame(out, frame, numberOf);
  out.uint(to.stacks - from.stacks);
  for (let id = from.stacks; id < to.stacks; id++) {
    out.uint(id - (entries.parent[id] ?? 0));
    out.uint(entries.frame[id] ?? 0);
  }
  if (to.lines > from.lines) entries.lines.write(out, from.lines);
  const plain = out.done();
  return plain.length < WORTH_BYTES ? plain : Buffer.concat([SQUEEZED, await squeezed(plain)]);
}

/** Adds what a page holds. @throws RangeError, or what zlib throws, for bytes that are none; nothing of them is left behind. */
export function readPage(page: Buffer, entries: Entries): void {
  const before = markOf(entries);
  try {
    const squeezed = page.subarray(0, SQUEEZED.length).equals(SQUEEZED);
    take(new ByteReader(squeezed ? expanded(page.subarray(SQUEEZED.length)) : page), entries);
  } catch (error) {
    entries.texts.length = before.texts;
    entries.labelSets.length = before.labelSets;
    entries.frames.length = before.frames;
    entries.parent.length = before.stacks;
    entries.frame.length = before.stacks;
    entries.lines.cut(before.lines);
    throw error;
  }
}

function take(input: ByteReader, entries: Entries): void {
  const { texts, labelSets, frames, parent, frame, lines } = entries;
  const text = (): string => textAt(texts, input.uint());
  for (let left = input.length(); left > 0; left--) texts.push(input.text());
  for (let left = input.length(); left > 0; left--) {
    const pairs: [string, string][] = [];
    for (let more = input.length(2); more > 0; more--) pairs.push([text(), text()]);
    labelSets.push(Object.fromEntries(pairs));
  }
  for (let left = input.length(5); left > 0; left--) {
    const place = { name: text(), url: text(), line: input.uint(), column: input.uint() };
    frames.push(input.uint() === 0 ? place : { ...place, original: { name: text(), url: text(), line: input.uint(), column: input.uint() } });
  }
  for (let left = input.length(2); left > 0; left--) {
    const [up, at] = [parent.length - input.uint(), input.uint()];
    if (up < 0 || up >= parent.length || at >= frames.length) throw new RangeError('a stack points outside its dictionary');
    parent.push(up);
    frame.push(at);
  }
  if (!input.atEnd) lines.read(input, frames.length);
}

function textAt(texts: readonly string[], number: number): string {
  const text = texts[number];
  if (text === undefined) throw new RangeError('a record points outside its dictionary');
  return text;
}

function writeLabels(out: ByteWriter, set: Labels, numberOf: (text: string) => number): void {
  const names = Object.keys(set);
  out.uint(names.length);
  for (const name of names) {
    out.uint(numberOf(name));
    out.uint(numberOf(set[name] ?? ''));
  }
}

function writeFrame(out: ByteWriter, { name, url, line, column, original }: Frame, numberOf: (text: string) => number): void {
  out.uint(numberOf(name));
  out.uint(numberOf(url));
  out.uint(line);
  out.uint(column);
  out.uint(original === undefined ? 0 : 1);
  if (original === undefined) return;
  out.uint(numberOf(original.name));
  out.uint(numberOf(original.url));
  out.uint(original.line);
  out.uint(original.column);
}
