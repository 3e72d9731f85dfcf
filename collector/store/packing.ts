// Writes rows of windows in columns that compress well: by stack first, then by window. Weights are told in steps of a
// quantum, with what does not fit told apart, so that nothing is lost. Where the windows' sum is known already, only how
// it is divided among them is told.
import { ascending } from './order.ts';
import type { PayloadRows } from './rows.ts';
import { ByteWriter } from './varint.ts';

export interface PackedWindow {
  readonly rows: PayloadRows;
  readonly sections: Sections;
}

export type Sections = Readonly<Record<string, unknown>>;

/** All rows of some windows, sorted by label set, stack and window. */
export interface Entries {
  readonly length: number;
  readonly stack: Float64Array;
  readonly labels: Float64Array;
  readonly window: Float64Array;
  readonly count: Float64Array;
  readonly weight: Float64Array;
  /** Where the entries of each pair of label set and stack begin. */
  readonly pairs: readonly number[];
}

/** Divided, what follows from the sum is left out: the pairs, and each one's last entry. */
export function columnsOf(windows: readonly PackedWindow[], entries: Entries, quantum: number, divided: boolean): Buffer {
  const { length, stack, labels, count, pairs } = entries;
  const means = windows.map(({ rows }) => meanOf(rows, quantum));
  const told = divided ? allButLast(entries) : Uint32Array.from(stack.keys());
  const out = new ByteWriter(64 + length * 5);
  out.uint(windows.length);
  out.uint(quantum);
  out.uint(pairs.length);
  out.uint(length);
  for (const mean of means) out.uint(mean);
  if (!divided) {
    const labelled = labels.some((set) => set !== 0);
    out.uint(labelled ? 1 : 0);
    if (labelled) writeDifferences(pairs, labels, (step) => { out.uint(step); });
    writeDifferences(pairs, stack, (step) => { out.int(step); });
  }
  if (windows.length > 1) writeWindows(out, entries);
  for (const i of told) out.uint(count[i] ?? 0);
  const steps = stepsOf(entries, means, quantum);
  for (const i of told) out.byte((steps[i] ?? 0) % 256);
  for (const i of told) out.uint(Math.floor((steps[i] ?? 0) / 256));
  writeRemainders(out, entries, told, quantum);
  if (windows.some(({ sections }) => Object.keys(sections).length > 0)) out.text(JSON.stringify(windows.map(({ sections }) => sections)));
  return out.done();
}

export function entriesOf(windows: readonly PayloadRows[]): Entries {
  const length = windows.reduce((sum, { stack }) => sum + stack.length, 0);
  const [stack, labels, window, count, weight] = [0, 0, 0, 0, 0].map(() => new Float64Array(length)) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  let at = 0;
  windows.forEach((rows, index) => {
    stack.set(rows.stack, at);
    labels.set(rows.labels, at);
    count.set(rows.count, at);
    weight.set(rows.weight, at);
    window.fill(index, at, (at += rows.stack.length));
  });
  // One number per entry orders faster than three: a dictionary's numbers leave room for all windows of a bucket.
  const stacks = stack.reduce((most, one) => Math.max(most, one), 0) + 1;
  const rank = labels.map((set, i) => (set * stacks + (stack[i] ?? 0)) * windows.length + (window[i] ?? 0));
  const order = ascending(rank);
  // A host may tell a stack twice in a window: it becomes one.
  const first = order.filter((from, i) => i === 0 || rank[from] !== rank[order[i - 1] ?? 0]);
  const taken = (values: Float64Array): Float64Array => {
    const column = new Float64Array(first.length);
    for (let i = 0; i < first.length; i++) column[i] = values[first[i] ?? 0] ?? 0;
    return column;
  };
  const summed = (values: Float64Array): Float64Array => {
    if (first.length === length) return taken(values);
    const column = new Float64Array(first.length);
    let into = -1;
    order.forEach((from, i) => {
      if (i === 0 || rank[from] !== rank[order[i - 1] ?? 0]) into++;
      column[into] = (column[into] ?? 0) + (values[from] ?? 0);
    });
    return column;
  };
  const columns = { length: first.length, stack: taken(stack), labels: taken(labels), window: taken(window), count: summed(count), weight: summed(weight) };
  return { ...columns, pairs: pairsOf(columns) };
}

/** Whether rows of one record are what these add up to, pair for pair. */
export function addsUpTo({ length, stack, labels, count, weight, pairs }: Entries, sum: Entries): boolean {
  if (pairs.length !== sum.length) return false;
  return pairs.every((from, pair) => {
    let [counts, weights] = [0, 0];
    for (let i = from; i < (pairs[pair + 1] ?? length); i++) {
      counts += count[i] ?? 0;
      weights += weight[i] ?? 0;
    }
    return stack[from] === sum.stack[pair] && labels[from] === sum.labels[pair] && counts === sum.count[pair] && weights === sum.weight[pair];
  });
}

function pairsOf({ length, stack, labels }: Omit<Entries, 'pairs'>): number[] {
  const starts: number[] = [];
  for (let i = 0; i < length; i++) if (i === 0 || stack[i] !== stack[i - 1] || labels[i] !== labels[i - 1]) starts.push(i);
  return starts;
}

function allButLast({ length, pairs }: Entries): Uint32Array {
  const told = new Uint32Array(length - pairs.length);
  let at = 0;
  pairs.forEach((from, pair) => {
    for (let i = from; i < (pairs[pair + 1] ?? length) - 1; i++) told[at++] = i;
  });
  return told;
}

function writeDifferences(pairs: readonly number[], column: Float64Array, write: (step: number) => void): void {
  let previous = 0;
  for (const at of pairs) {
    write((column[at] ?? 0) - previous);
    previous = column[at] ?? 0;
  }
}

/** Per pair: in how many windows it is, then in which. */
function writeWindows(out: ByteWriter, { length, window, pairs }: Entries): void {
  pairs.forEach((from, i) => { out.uint((pairs[i + 1] ?? length) - from); });
  let pair = 0;
  for (let i = 0; i < length; i++) {
    const first = pairs[pair] === i;
    if (first) pair++;
    out.uint((window[i] ?? 0) - (first ? -1 : (window[i - 1] ?? 0)) - 1);
  }
}

/** How far each weight is from its count's share, in quanta. */
function stepsOf({ count, weight, window }: Entries, means: readonly number[], quantum: number): Float64Array {
  return weight.map((one, i) => zigzag(Math.floor(one / quantum) - (count[i] ?? 0) * (means[window[i] ?? 0] ?? 0)));
}

function writeRemainders(out: ByteWriter, { weight }: Entries, told: Uint32Array, quantum: number): void {
  const odd = [...told.keys()].filter((at) => (weight[told[at] ?? 0] ?? 0) % quantum !== 0);
  out.uint(odd.length);
  let last = -1;
  for (const at of odd) {
    out.uint(at - last - 1);
    out.uint((weight[told[at] ?? 0] ?? 0) % quantum);
    last = at;
  }
}

function meanOf(rows: PayloadRows, quantum: number): number {
  const count = rows.count.reduce((sum, one) => sum + one, 0);
  const weight = rows.weight.reduce((sum, one) => sum + one, 0);
  return count === 0 ? 0 : Math.floor(weight / quantum / count);
}

/** Small numbers of either sign stay small. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
