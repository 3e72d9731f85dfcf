// The open window: frames, stacks and rows as they come in, each stack once. Pure data; bounded in size.
import type { LabelSource } from './labels/source.ts';
import { fixed, labelsOf, MAX_LABEL_SETS, OTHER } from './labels/source.ts';
import type { Frame, Labels, Microseconds, Tally } from './profile.ts';
import { TRUNCATED } from './profile.ts';

/** Rows and tables of one window, closed for good. Columns as in StackProfile. */
export interface WindowBody {
  readonly frames: readonly Frame[];
  readonly parent: Uint32Array;
  readonly frame: Uint32Array;
  readonly stack: Uint32Array;
  /** Index into `labelSets`. */
  readonly labels: Uint32Array;
  readonly count: Uint32Array;
  /** Float64: a blocked thread can make one sample stand for more than 2^32 µs. */
  readonly weight: Float64Array;
  /** Columns as in LineHits. */
  readonly lines: { readonly frame: Uint32Array; readonly line: Uint32Array; readonly count: Uint32Array };
  /** Hits whose line there was no room for. */
  readonly lineHitsDropped: number;
  /** Set 0 is the empty one. */
  readonly labelSets: readonly Labels[];
  /** Label sets that there was no room for; what ran for them is under `OTHER`. */
  readonly labelSetsInOther: number;
  readonly idle: Tally;
  readonly dropped: Tally;
}

/** How often a stack was seen under one set of labels, and what that stands for. */
interface Seen {
  count: number;
  weight: Microseconds;
}

/** Above this, further new stacks are counted as `(truncated)`: 48 bytes each keep a window within a few MB. */
const MAX_STACKS = 50_000;
const KEY_SPACE = 2 ** 21;
/** Different lines of a window: beyond them, hits have none. */
const MAX_LINES = 20_000;
const LINE_SPACE = 2 ** 32;

export class WindowBuilder {
  readonly #frames: Frame[] = [];
  readonly #frameIds = new Map<Frame, number>();
  readonly #parent: number[] = [0];
  readonly #frame: number[] = [0];
  readonly #stackIds = new Map<number, number>();
  readonly #count: number[] = [0];
  readonly #weight: number[] = [0];
  /** What ran for somebody: by whom, then by stack. */
  readonly #labelled = new Map<LabelSource, Map<number, Seen>>();
  readonly #fixed = new Map<string, LabelSource>();
  /** Hits by frame × LINE_SPACE + line. */
  readonly #lines = new Map<number, number>();
  #lineHitsDropped = 0;
  /** Some stacks were counted as `(truncated)`. */
  #truncated = false;
  readonly #idle = { count: 0, weight: 0 };
  readonly #dropped = { count: 0, weight: 0 };
  readonly #maxStacks: number;

  constructor(maxStacks: number = MAX_STACKS) {
    this.#maxStacks = maxStacks;
  }

  /** The stack of `frame` called on top of stack `parent`. Frames are told apart by object identity. */
  stack(parent: number, frame: Frame): number {
    let frameId = this.#frameIds.get(frame);
    const known = frameId === undefined ? undefined : this.#stackIds.get(parent * KEY_SPACE + frameId);
    if (known !== undefined) return known;
    if (this.#parent.length >= this.#maxStacks && frame !== TRUNCATED_FRAME) {
      this.#truncated = true;
      return this.stack(0, TRUNCATED_FRAME);
    }
    if (frameId === undefined) {
      frameId = this.#frames.push(frame) - 1;
      this.#frameIds.set(frame, frameId);
    }
    const id = this.#parent.push(parent) - 1;
    this.#frame.push(frameId);
    this.#count.push(0);
    this.#weight.push(0);
    this.#stackIds.set(parent * KEY_SPACE + frameId, id);
    return id;
  }

  add(stack: number, count: number, weight: Microseconds, source?: LabelSource): void {
    if (source !== undefined) {
      this.#addLabelled(source, stack, count, weight);
      return;
    }
    this.#count[stack] = (this.#count[stack] ?? 0) + count;
    this.#weight[stack] = (this.#weight[stack] ?? 0) + weight;
  }

  /** Hits at a line of the frame that ends `stack`. */
  addLine(stack: number, line: number, count: number): void {
    if (stack !== 0) this.#addLine(this.#frame[stack] ?? 0, line, count);
  }

  #addLine(frame: number, line: number, count: number): void {
    if (count === 0) return;
    const key = frame * LINE_SPACE + line;
    const known = this.#lines.get(key);
    if (known === undefined && this.#lines.size >= MAX_LINES) this.#lineHitsDropped += count;
    else this.#lines.set(key, (known ?? 0) + count);
  }

  addIdle(count: number, weight: Microseconds): void {
    this.#idle.count += count;
    this.#idle.weight += weight;
  }

  addDropped(count: number, weight: Microseconds): void {
    this.#dropped.count += count;
    this.#dropped.weight += weight;
  }

  /** `under`: the frame that all its stacks stand on. Without `labels` it does not matter for whom something ran. */
  addBody(body: WindowBody, { under, labels = true }: { readonly under?: Frame | undefined; readonly labels?: boolean } = {}): void {
    const mine: number[] = [under === undefined ? 0 : this.stack(0, under)];
    for (let stack = 1; stack < body.parent.length; stack++) {
      const frame = body.frames[body.frame[stack] ?? 0];
      if (frame !== undefined) mine.push(this.stack(mine[body.parent[stack] ?? 0] ?? 0, frame));
    }
    const sources = body.labelSets.map((set, index) => (index === 0 || !labels ? undefined : this.#sourceOf(set)));
    body.stack.forEach((stack, row) => {
      this.add(mine[stack] ?? 0, body.count[row] ?? 0, body.weight[row] ?? 0, sources[body.labels[row] ?? 0]);
    });
    const { lines } = body;
    lines.frame.forEach((of, index) => {
      const frame = body.frames[of];
      const mine = frame === undefined ? undefined : this.#frameIds.get(frame);
      if (mine === undefined) this.#lineHitsDropped += lines.count[index] ?? 0;
      else this.#addLine(mine, lines.line[index] ?? 0, lines.count[index] ?? 0);
    });
    this.#lineHitsDropped += body.lineHitsDropped;
    this.addIdle(body.idle.count, body.idle.weight);
    this.addDropped(body.dropped.count, body.dropped.weight);
  }

  body(): WindowBody {
    const { sets, rowsOf, inOther } = this.#bySet();
    const rows = this.#rows(rowsOf);
    const { lines, beyond } = this.#lineHits(rows);
    return {
      frames: this.#frames,
      parent: new Uint32Array(this.#parent),
      frame: new Uint32Array(this.#frame),
      ...rows,
      lines,
      lineHitsDropped: this.#lineHitsDropped + beyond,
      labelSets: [{}, ...sets],
      labelSetsInOther: inOther,
      idle: { ...this.#idle },
      dropped: { ...this.#dropped },
    };
  }

  /** Those of nobody first, then by label set. */
  #rows(rowsOf: readonly ReadonlyMap<number, Seen>[]): Pick<WindowBody, 'stack' | 'labels' | 'count' | 'weight'> {
    let length = rowsOf.reduce((sum, stacks) => sum + stacks.size, 0);
    for (let stack = 0; stack < this.#parent.length; stack++) if (this.#count[stack] !== 0 || this.#weight[stack] !== 0) length++;
    const rows = { stack: new Uint32Array(length), labels: new Uint32Array(length), count: new Uint32Array(length), weight: new Float64Array(length) };
    let row = 0;
    const put = (stack: number, labels: number, count: number, weight: Microseconds): void => {
      rows.stack[row] = stack;
      rows.labels[row] = labels;
      rows.count[row] = count;
      rows.weight[row] = weight;
      row++;
    };
    for (let stack = 0; stack < this.#parent.length; stack++) {
      const [count, weight] = [this.#count[stack] ?? 0, this.#weight[stack] ?? 0];
      if (count !== 0 || weight !== 0) put(stack, 0, count, weight);
    }
    rowsOf.forEach((stacks, labels) => {
      for (const [stack, { count, weight }] of stacks) put(stack, labels + 1, count, weight);
    });
    return rows;
  }

  /** Where stacks were truncated, a frame may have fewer samples than hits: then its lines are not told. */
  #lineHits({ stack, count }: Pick<WindowBody, 'stack' | 'count'>): { readonly lines: WindowBody['lines']; readonly beyond: number } {
    const left = new Float64Array(this.#frames.length);
    for (let row = 0; row < stack.length; row++) {
      const of = this.#frame[stack[row] ?? 0] ?? 0;
      if (stack[row] !== 0) left[of] = (left[of] ?? 0) + (count[row] ?? 0);
    }
    for (const [key, hits] of this.#lines) left[Math.floor(key / LINE_SPACE)] = (left[Math.floor(key / LINE_SPACE)] ?? 0) - hits;
    const told = [...this.#lines].filter(([key]) => !this.#truncated || (left[Math.floor(key / LINE_SPACE)] ?? 0) >= 0);
    const all = [...this.#lines.values()].reduce((sum, count) => sum + count, 0);
    return {
      lines: { frame: Uint32Array.from(told, ([key]) => Math.floor(key / LINE_SPACE)), line: Uint32Array.from(told, ([key]) => key % LINE_SPACE), count: Uint32Array.from(told, ([, count]) => count) },
      beyond: all - told.reduce((sum, [, count]) => sum + count, 0),
    };
  }

  /** What ran under labels that turned out to be none is moved to what ran for nobody. */
  #bySet(): { readonly sets: readonly Labels[]; readonly rowsOf: readonly Map<number, Seen>[]; readonly inOther: number } {
    const sets: Labels[] = [];
    const rowsOf: Map<number, Seen>[] = [];
    const known = new Map<string, number>();
    const beyond = new Set<string>();
    for (const [source, stacks] of this.#labelled) {
      let set = labelsOf(source);
      let key = JSON.stringify(set);
      if (key === '{}') {
        for (const [stack, { count, weight }] of stacks) this.add(stack, count, weight);
        continue;
      }
      if (!known.has(key) && sets.length >= MAX_LABEL_SETS) {
        beyond.add(key);
        set = OTHER;
        key = JSON.stringify(OTHER);
      }
      const index = known.get(key) ?? sets.push(set) - 1;
      known.set(key, index);
      const rows = (rowsOf[index] ??= new Map<number, Seen>());
      for (const [stack, { count, weight }] of stacks) addTo(rows, stack, count, weight);
    }
    this.#labelled.clear();
    sets.forEach((set, index) => this.#labelled.set(this.#sourceOf(set), rowsOf[index] ?? new Map<number, Seen>()));
    return { sets, rowsOf, inOther: beyond.size };
  }

  #addLabelled(source: LabelSource, stack: number, count: number, weight: Microseconds): void {
    let stacks = this.#labelled.get(source);
    if (stacks === undefined) this.#labelled.set(source, (stacks = new Map<number, Seen>()));
    addTo(stacks, stack, count, weight);
  }

  #sourceOf(set: Labels): LabelSource {
    const key = JSON.stringify(set);
    let source = this.#fixed.get(key);
    if (source === undefined) this.#fixed.set(key, (source = fixed(set)));
    return source;
  }
}

function addTo(rows: Map<number, Seen>, stack: number, count: number, weight: Microseconds): void {
  const seen = rows.get(stack);
  if (seen === undefined) rows.set(stack, { count, weight });
  else {
    seen.count += count;
    seen.weight += weight;
  }
}

const TRUNCATED_FRAME: Frame = { name: TRUNCATED, url: '', line: 0, column: 0 };
