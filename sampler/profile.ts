// The words every room shares: frames, stacks, rows, windows. Types only; nothing here knows V8, HTTP or LevelDB.

/** Whole microseconds. */
export type Microseconds = number;
/** Milliseconds; on a wall clock since 1970-01-01T00:00Z. */
export type Milliseconds = number;
/** Whole bytes. */
export type Bytes = number;

/** A place in a source file. `line` and `column` are 1-based; 0 = unknown. */
export interface Place {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** A function, by name and where it starts. Pseudo frames such as `(program)` have an empty `url` and line 0. */
export interface Frame extends Place {
  readonly name: string;
  /** The place and name behind a source map, where known. */
  readonly original?: Place & { readonly name: string };
}

/**
 * Stacks as a tree: stack `i` is stack `parent[i]` with frame `frame[i]` called on top of it.
 * Stack 0 is the empty stack (`parent[0]` and `frame[0]` are 0 and mean nothing). `parent[i] < i` for every other i.
 */
export interface StackTable {
  readonly parent: readonly number[];
  readonly frame: readonly number[];
}

/** Labels of one process or one sample: string to string, keys sorted. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Row `i` says: stack `stack[i]` with label set `labels[i]` was seen `count[i]` times and stands for `weight[i]`
 * units of its kind (µs for cpu). A (stack, label set) pair occurs once. A count may be 0 where a weight is not:
 * a sample stands for the time until the next one, which can lie in the next window.
 */
export interface Rows {
  readonly stack: readonly number[];
  readonly labels: readonly number[];
  readonly count: readonly number[];
  readonly weight: readonly number[];
}

/**
 * Entry `i` says: of the samples in which frame `frame[i]` itself ran, `count[i]` were at line `line[i]`, 1-based, of its
 * original source where it has one. A (frame, line) pair occurs once. A frame's counts sum to no more than those of the
 * rows whose stack it ends: the rest has no line.
 */
export interface LineHits {
  readonly frame: readonly number[];
  readonly line: readonly number[];
  readonly count: readonly number[];
}

/** Section of a window that holds them. */
export const LINES = 'lines';

/** Rows with what their numbers point at. Label set 0 is the empty one. */
export interface StackProfile {
  readonly frames: readonly Frame[];
  readonly stacks: StackTable;
  readonly labelSets: readonly Labels[];
  readonly rows: Rows;
}

/** What was observed of one named number: `count` observations, their least, largest, sum and last. */
export interface NumberSummary {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly count: number;
  readonly last: number;
}

/** By name; the unit is the end of the name, such as `pauseUs` or `heldBytes`. */
export type Numbers = Readonly<Record<string, NumberSummary>>;

/** How many samples, and what they stand for in the unit of their kind. */
export interface Tally {
  readonly count: number;
  readonly weight: number;
}

/** What a window is, whoever reads it and whenever: never its time. `firstSeq..lastSeq` is inclusive. */
export interface WindowIdentity {
  readonly boot: string;
  readonly thread: number;
  readonly kind: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** What each kind of window measures. `sum`: adds up over time; `average`: a level, averaged over time. */
export interface KindDeclaration {
  readonly unit: 'microseconds' | 'bytes' | 'count';
  readonly over: 'sum' | 'average';
}

export const KINDS: Readonly<Record<string, KindDeclaration>> = {
  cpu: { unit: 'microseconds', over: 'sum' },
  /** What is held, by where it was allocated. */
  'heap-live': { unit: 'bytes', over: 'average' },
  /** What was allocated, by where. */
  'heap-alloc': { unit: 'bytes', over: 'sum' },
  /** Instances of tracked classes that are alive, by where they were created; label `class` names whose. */
  instances: { unit: 'count', over: 'average' },
};

/** V8's name for time in which the thread waited; it is tallied beside the rows of a window, never in them. */
export const IDLE = '(idle)';
/** Frames on top of each other, at most, of whoever samples: V8 tells 255, others about 1,000. */
export const MAX_STACK_DEPTH = 2048;
/** Stands for stacks that a window had no room for: counted, but nameless. */
export const TRUNCATED = '(truncated)';
/** Of kind heap-alloc: what was gone before anybody could see where it was allocated. */
export const COLLECTED = '(collected)';
