// How named numbers are kept: names by their numbers in the dictionary, and what follows from other values left out. Most
// are whole and many do not move while they are looked at, so most of them take a few bytes. Names come first, then of
// what sort the values are: neighbouring windows share both, and LevelDB tells what repeats by where it was.
import type { Numbers, NumberSummary } from 'liveprofiler-sampler/wire';
import type { Dictionary } from './dictionary.ts';
import { ByteReader, ByteWriter } from './varint.ts';

/** Bits of what is told of each. */
const WHOLE = 1;
const STILL = 2;
const AS_OFTEN = 4;
/** Whole numbers up to here, and what is told of one by another, are exact. */
const MOST_WHOLE = 2 ** 50;
const NOTHING: NumberSummary = { min: 0, max: 0, sum: 0, count: 0, last: 0 };

export function encodeNumbers(numbers: Numbers, dictionary: Pick<Dictionary, 'text'>): Buffer {
  const out = new ByteWriter();
  const named = Object.keys(numbers).map((name) => ({ name: dictionary.text(name), summary: numbers[name] ?? NOTHING })).sort((a, b) => a.name - b.name);
  out.uint(named.length);
  named.forEach(({ name }, i) => { out.uint(name - (named[i - 1]?.name ?? 0)); });
  const oftenBefore = (i: number): number => named[i - 1]?.summary.count ?? 1;
  const bits = named.map(({ summary }, i) => bitsOf(summary, oftenBefore(i)));
  for (const one of bits) out.byte(one);
  named.forEach(({ summary }, i) => { writeSummary(out, summary, bits[i] ?? 0); });
  return out.done();
}

/** @throws RangeError for bytes that are none of it, and names that the dictionary has not. */
export function decodeNumbers(bytes: Buffer, { texts }: Pick<Dictionary, 'texts'>): Numbers {
  const input = new ByteReader(bytes);
  const names = new Float64Array(input.length(3));
  input.uints(names, names.length);
  const bits = input.bytes(names.length);
  const entries: [string, NumberSummary][] = [];
  let [at, often] = [0, 1];
  for (const [i, step] of names.entries()) {
    at += step;
    const name = texts[at];
    if (name === undefined) throw new RangeError('a number points outside its dictionary');
    const summary = readSummary(input, bits[i] ?? 0, often);
    often = summary.count;
    entries.push([name, summary]);
  }
  return Object.fromEntries(entries);
}

/** As formats up to 3 have them: names spelt out, four doubles each. @throws RangeError for bytes that are none of it. */
export function decodeFormerNumbers(bytes: Buffer): Numbers {
  const input = new ByteReader(bytes);
  const entries: [string, NumberSummary][] = [];
  for (let left = input.length(); left > 0; left--) {
    const name = input.text();
    const count = input.uint();
    entries.push([name, { min: input.double(), max: input.double(), sum: input.double(), count, last: input.double() }]);
  }
  return Object.fromEntries(entries);
}

function bitsOf(summary: NumberSummary, oftenBefore: number): number {
  return (isWhole(summary, MOST_WHOLE) ? WHOLE : 0) | (isStill(summary) ? STILL : 0) | (summary.count === oftenBefore ? AS_OFTEN : 0);
}

/** Whether one value and the count tell all of it. */
export function isStill({ min, max, sum, count, last }: NumberSummary): boolean {
  return Object.is(min, max) && Object.is(min, last) && Object.is(sum, count * min);
}

function writeSummary(out: ByteWriter, { min, max, sum, count, last }: NumberSummary, bits: number): void {
  const still = (bits & STILL) !== 0;
  if ((bits & AS_OFTEN) === 0) out.uint(count);
  if ((bits & WHOLE) === 0) for (const value of still ? [min] : [min, max, sum, last]) out.double(value);
  else for (const value of still ? [min] : [min, max - min, sum - count * min, last - min]) out.int(value);
}

function readSummary(input: ByteReader, bits: number, often: number): NumberSummary {
  const count = (bits & AS_OFTEN) === 0 ? input.uint() : often;
  const [whole, still] = [(bits & WHOLE) !== 0, (bits & STILL) !== 0];
  const min = whole ? input.int() : input.double();
  if (still) return { min, max: min, sum: count * min, count, last: min };
  if (!whole) return { min, max: input.double(), sum: input.double(), count, last: input.double() };
  return { min, max: min + input.int(), sum: count * min + input.int(), count, last: min + input.int() };
}

/** Whether all of it, and what it is told by, are whole numbers of at most so much. */
export function isWhole({ min, max, sum, count, last }: NumberSummary, most: number): boolean {
  return [min, max, sum, last, count * min].every((value) => Number.isInteger(value) && !Object.is(value, -0) && Math.abs(value) <= most);
}
