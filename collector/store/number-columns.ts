// Named numbers of neighbouring windows, name by name in columns: what the values of a name have in common is told once,
// then each by its step from the one before it, or from the least of them. They read back exactly.
import type { Numbers, NumberSummary } from 'liveprofiler-sampler/wire';
import type { Dictionary } from './dictionary.ts';
import { isStill, isWhole } from './number-coding.ts';
import { expanded, squeezed, WORTH_BYTES } from './squeeze.ts';
import { ByteReader, ByteWriter } from './varint.ts';

/** The first byte: none of those that packed rows begin with. */
const NUMBERS = 8;
const BROTLI = 1;
/** What is told of a name. */
const EVERYWHERE = 1;
const STILL = 2;
const WHOLE = 4;
const NANOS = 8;
/** Whole numbers up to here, and the steps between what is told of them, are exact. */
const MOST_WHOLE = 2 ** 48;
/** Broken numbers are mostly told to this part at the finest. */
const NANO = 1e9;

export async function packNumbers(windows: readonly Numbers[], dictionary: Pick<Dictionary, 'text'>): Promise<Buffer> {
  const plain = columnsOf(windows, dictionary);
  if (plain.length < WORTH_BYTES) return Buffer.concat([Buffer.from([NUMBERS]), plain]);
  return Buffer.concat([Buffer.from([NUMBERS | BROTLI]), await squeezed(plain)]);
}

export function holdsNumbers([first = 0]: Buffer): boolean {
  return (first & NUMBERS) !== 0;
}

/** Gives the numbers of one of the windows. @throws RangeError, or what zlib throws, for bytes that are none of it. */
export function unpackNumbers(bytes: Buffer, windows: number): (window: number, dictionary: Pick<Dictionary, 'texts'>) => Numbers {
  const [first = 0] = bytes;
  if (first > (NUMBERS | BROTLI)) throw new RangeError(`numbers are packed in the unknown way ${first}`);
  const rest = bytes.subarray(1);
  const names = readNames(new ByteReader(first & BROTLI ? expanded(rest) : rest), windows);
  return (window, { texts }) => {
    const entries: [string, NumberSummary][] = [];
    for (const { name, summaries } of names) {
      const summary = summaries[window];
      if (summary === undefined) continue;
      const text = texts[name];
      if (text === undefined) throw new RangeError('a number points outside its dictionary');
      entries.push([text, summary]);
    }
    return Object.fromEntries(entries);
  };
}

function columnsOf(windows: readonly Numbers[], dictionary: Pick<Dictionary, 'text'>): Buffer {
  const columns = new Map<number, (NumberSummary | undefined)[]>();
  windows.forEach((numbers, window) => {
    for (const [name, summary] of Object.entries(numbers)) {
      const id = dictionary.text(name);
      const column = columns.get(id) ?? new Array<undefined>(windows.length).fill(undefined);
      columns.set(id, column);
      column[window] = summary;
    }
  });
  const out = new ByteWriter(1024);
  out.uint(columns.size);
  let before = 0;
  for (const [name, column] of [...columns].sort(([a], [b]) => a - b)) {
    out.uint(name - before);
    before = name;
    writeSummaries(out, column);
  }
  return out.done();
}

function writeSummaries(out: ByteWriter, column: readonly (NumberSummary | undefined)[]): void {
  const told = column.filter((summary) => summary !== undefined);
  const still = told.every(isStill);
  const whole = told.every((summary) => isWhole(summary, MOST_WHOLE));
  const nanos = !whole && still && told.every(({ min }) => isNanos(min));
  const everywhere = told.length === column.length;
  out.byte((everywhere ? EVERYWHERE : 0) | (still ? STILL : 0) | (whole ? WHOLE : 0) | (nanos ? NANOS : 0));
  if (!everywhere) for (const summary of column) out.byte(summary === undefined ? 0 : 1);
  writeColumn(out, told.map(({ count }) => count));
  const values = (['min', 'max', 'sum', 'last'] as const).slice(0, still ? 1 : 4).map((part) => told.map((summary) => summary[part]));
  if (!whole && !nanos) {
    for (const value of values.flat()) out.double(value);
    return;
  }
  const [min = [], max, sum = [], last = []] = whole ? values : values.map((part) => part.map(nanosOf));
  const unit = Math.max(1, [min, max ?? [], sum, last].flat().reduce(divisor, 0));
  out.uint(unit);
  const inUnits = (of: (window: number) => number): number[] => min.map((_, i) => of(i) / unit);
  const at = (part: readonly number[], i: number): number => part[i] ?? 0;
  writeColumn(out, inUnits((i) => at(min, i)));
  if (max === undefined) return;
  writeColumn(out, inUnits((i) => at(max, i) - at(min, i)));
  writeColumn(out, inUnits((i) => at(sum, i) - (told[i]?.count ?? 0) * at(min, i)));
  writeColumn(out, inUnits((i) => at(last, i) - at(min, i)));
}

interface Name {
  readonly name: number;
  /** By window. */
  readonly summaries: readonly (NumberSummary | undefined)[];
}

function readNames(input: ByteReader, windows: number): Name[] {
  const names = new Array<Name>(input.length(4));
  let name = 0;
  for (let i = 0; i < names.length; i++) {
    name += input.uint();
    names[i] = { name, summaries: readSummaries(input, windows) };
  }
  return names;
}

function readSummaries(input: ByteReader, windows: number): (NumberSummary | undefined)[] {
  const [how = 0] = input.bytes(1);
  const places = how & EVERYWHERE ? undefined : input.bytes(windows);
  const told = places === undefined ? windows : places.reduce((sum, there) => sum + (there === 0 ? 0 : 1), 0);
  const counts = readColumn(input, told);
  const summaries = how & (WHOLE | NANOS) ? readWhole(input, how, counts) : readDoubles(input, how, counts);
  let next = 0;
  return places === undefined ? summaries : Array.from(places, (there) => (there === 0 ? undefined : summaries[next++]));
}

function readWhole(input: ByteReader, how: number, counts: Float64Array): NumberSummary[] {
  const unit = input.uint();
  const column = (): Float64Array => readColumn(input, counts.length).map((value) => value * unit);
  const mins = column();
  if (how & STILL) return Array.from(mins, (value, i) => still(how & NANOS ? value / NANO : value, counts[i] ?? 0));
  const [max, sum, last] = [column(), column(), column()];
  return Array.from(mins, (min, i) => {
    const count = counts[i] ?? 0;
    return { min, max: min + (max[i] ?? 0), sum: count * min + (sum[i] ?? 0), count, last: min + (last[i] ?? 0) };
  });
}

function readDoubles(input: ByteReader, how: number, counts: Float64Array): NumberSummary[] {
  const column = (): Float64Array => counts.map(() => input.double());
  const mins = column();
  if (how & STILL) return Array.from(mins, (value, i) => still(value, counts[i] ?? 0));
  const [max, sum, last] = [column(), column(), column()];
  return Array.from(mins, (min, i) => ({ min, max: max[i] ?? 0, sum: sum[i] ?? 0, count: counts[i] ?? 0, last: last[i] ?? 0 }));
}

function still(value: number, count: number): NumberSummary {
  return { min: value, max: value, sum: count * value, count, last: value };
}

/** By steps, or by how far each is above the least: whichever takes fewer bytes. */
function writeColumn(out: ByteWriter, values: readonly number[]): void {
  const least = values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);
  const [steps, above] = [new ByteWriter(values.length * 2 + 8), new ByteWriter(values.length * 2 + 8)];
  above.int(least);
  values.forEach((value, i) => {
    steps.int(value - (values[i - 1] ?? 0));
    above.uint(value - least);
  });
  const bySteps = steps.length < above.length;
  out.byte(bySteps ? 1 : 0);
  out.all((bySteps ? steps : above).done());
}

function readColumn(input: ByteReader, length: number): Float64Array {
  const [bySteps = 0] = input.bytes(1);
  const column = new Float64Array(length);
  let sum = bySteps === 0 ? input.int() : 0;
  if (bySteps === 0) input.uints(column, length);
  else input.ints(column, length);
  return column.map((value) => (bySteps === 0 ? sum + value : (sum += value)));
}

function nanosOf(value: number): number {
  return Math.round(value * NANO);
}

function isNanos(value: number): boolean {
  const nanos = nanosOf(value);
  return Math.abs(nanos) <= MOST_WHOLE && nanos / NANO === value && !Object.is(value, -0);
}

function divisor(a: number, b: number): number {
  let [large, small] = [Math.abs(a), Math.abs(b)];
  while (small > 0) [large, small] = [small, large % small];
  return large;
}
