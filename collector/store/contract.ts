// The store's contract: what the collector may write and what the visualizer may ask, whichever engine answers.
// Engines keep windows; merging to trees is shared code beside this file. No engine's words appear here.
import type { Bytes, Frame, KindDeclaration, Labels, LineHits, Microseconds, Milliseconds, Numbers, StackProfile, Tally, WindowIdentity } from 'liveprofiler-sampler/wire';

/** A finished window as kept, with what it holds: stacks, or named numbers. */
export type Window = StackWindow | NumberWindow;

/** What every window has, whatever it holds: the wire's window, with host and store time. */
export interface WindowBase extends WindowIdentity {
  /** The name used in config.ini and in URLs. */
  readonly host: string;
  /** Static labels of the process: `service`, `version`, `hostname`, `pid`, and the user's own. */
  readonly processLabels: Labels;
  readonly threadName: string;
  /** Half-open, µs since 1970 in store time: monotonic time of the process + the offset frozen for (boot, epoch). */
  readonly startUs: Microseconds;
  readonly endUs: Microseconds;
  /** 0, and one more for every step of the host's clock during this boot. */
  readonly epoch: number;
}

/**
 * Conservation: rows' weight + idle.weight + dropped.weight = endUs - startUs for kind `cpu` (within the rounding of
 * hosts that only tell counts).
 */
export interface StackWindow extends WindowBase {
  /** Whether weights add up over time or are levels, to be averaged over it. Left out, they add up. */
  readonly over?: KindDeclaration['over'];
  readonly idle: Tally;
  readonly dropped: Tally;
  readonly processCpuUs: Microseconds;
  readonly threadCpuUs?: Microseconds;
  readonly profile: StackProfile;
  /** Into the frames of the profile. Not with levels. */
  readonly lines?: LineHits;
  /** Optional sections of the wire, kept as they came for as long as the window itself is kept. */
  readonly sections: Readonly<Record<string, unknown>>;
}

/** Named numbers of one stretch of time, such as what the sampler itself cost. */
export interface NumberWindow extends WindowBase {
  readonly numbers: Numbers;
}

/** What a collector remembers of a host between pulls; written in the same atomic step as the host's windows. JSON. */
export interface HostMemory {
  /** To hand back as `?after=`; empty before the first answer. */
  readonly cursor: string;
  readonly clocks: Readonly<Record<string, BootMemory>>;
  /** Windows made so far from a host that only speaks an ancestor's format and tells no sequence numbers. */
  readonly ancestorSeq: number;
}

/** What is remembered of one boot. */
export interface BootMemory {
  /** Frozen: store time = monotonic + offsetUs. */
  readonly offsetUs: Microseconds;
  /** The same by the host's own clock, when the offset was frozen; absent in what an older version wrote. */
  readonly wallOffsetUs?: Microseconds;
  readonly epoch: number;
  readonly seenMs: Milliseconds;
  /** Samples that the process said it lost; absent for none. */
  readonly lost?: number;
}

/** Half-open, epoch milliseconds. A window belongs to the range that holds its start. */
export interface Range {
  readonly fromMs: Milliseconds;
  readonly untilMs: Milliseconds;
}

/** Every member narrows; a member left out selects all. Lists mean "one of". */
export interface Selector {
  readonly kind: string;
  readonly hosts?: readonly string[];
  /** Process labels (service, version, hostname, pid, …) or labels of samples: name → one of these values. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  readonly boots?: readonly string[];
  readonly threads?: readonly number[];
}

export interface QueryOptions {
  /** Only stacks through this frame path from the root, as indices never outlive an answer: frames by value. */
  readonly focus?: readonly Frame[];
  /** The tree turned over: this function at the root, its callers as children. */
  readonly callersOf?: Frame;
  /** This function at the root with what it called, whoever called it. Not together with `callersOf`. */
  readonly calleesOf?: Frame;
  /** At most about this many nodes: the largest by total, always the top by self; the rest is summed per parent. */
  readonly limit?: number;
}

/**
 * A merged call tree in columns. Node 0 is the root, `parent[i] < i`, `frame[0]` is -1.
 * `total = self + Σ children's total`, for counts and for weights, to the unit.
 * A node whose `frame` is -2 stands for `cut[i]` children of its parent that `limit` left out.
 */
export interface CallTree {
  readonly frames: readonly Frame[];
  readonly parent: readonly number[];
  readonly frame: readonly number[];
  readonly selfCount: readonly number[];
  readonly selfWeight: readonly number[];
  readonly totalCount: readonly number[];
  readonly totalWeight: readonly number[];
  /** Per node: nodes it stands for when `frame` is CUT, else 0. */
  readonly cut: readonly number[];
}

export const ROOT = -1;
export const CUT = -2;

/**
 * Weights that add up are summed. Levels are averaged over the time that `covered` tells, and rounded down to whole
 * units at every stack.
 */
export interface QueryAnswer {
  readonly tree: CallTree;
  /** Beside the tree, never in it. */
  readonly idle: Tally;
  readonly dropped: Tally;
  /** Windows of the processes and threads selected, whether or not some of their rows have the labels asked for. */
  readonly windows: number;
  /** First start and last end of the windows that went in; undefined when there were none. */
  readonly covered?: Range;
  /** Distinct (boot, thread) pairs seen. */
  readonly threads: number;
}

/** Hits per line: frames that themselves ran, and of each at which lines. */
export interface LinesAnswer {
  readonly frames: readonly Frame[];
  /** By frame: samples in which it itself ran. Hits sum to no more; the rest has no line. */
  readonly selfCount: readonly number[];
  /** Into `frames`; by frame and line ascending. */
  readonly lines: LineHits;
  /** Windows that went in, their first start and last end. */
  readonly windows: number;
  readonly covered?: Range;
}

/** Columns over equal steps: `fromMs + i * stepMs`. A window counts at the step that holds its start. */
export interface Timeline {
  readonly fromMs: Milliseconds;
  readonly stepMs: Milliseconds;
  readonly series: readonly TimelineSeries[];
}

export interface TimelineSeries {
  /** The value grouped by; empty when not grouped. */
  readonly name: string;
  /**
   * Weight of the rows (busy), of idle, and time covered by windows, per step. Levels are averaged over the time from
   * the first start to the last end of the step's windows.
   */
  readonly busy: readonly number[];
  readonly idle: readonly number[];
  readonly coveredUs: readonly number[];
}

/** Columns over equal steps, as a timeline's; one entry per step. A step without observations has count 0. */
export interface NumberSeries {
  /** The value grouped by; empty when not grouped. */
  readonly name: string;
  readonly numbers: Readonly<Record<string, NumberColumns>>;
}

/** `last` is the one observed last; the largest where several were. */
export interface NumberColumns {
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly sum: readonly number[];
  readonly count: readonly number[];
  readonly last: readonly number[];
}

export interface NumberTimeline {
  readonly fromMs: Milliseconds;
  readonly stepMs: Milliseconds;
  readonly series: readonly NumberSeries[];
}

export type GroupBy = 'host' | 'thread' | 'process' | { readonly label: string };

/** What there is to choose from in a range. */
export interface Inventory {
  readonly hosts: readonly string[];
  readonly kinds: readonly string[];
  readonly threads: readonly { readonly host: string; readonly boot: string; readonly id: number; readonly name: string }[];
  /** Label name → values, of processes and samples. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

/** The half that reads; the visualizer sees nothing else. */
export interface StoreReader {
  query(selector: Selector, range: Range, options?: QueryOptions): Promise<QueryAnswer>;
  /**
   * Of all functions, or of one. Lines are kept in steps of five minutes: every window counts that starts in a step which
   * the range touches. They are told for all samples of a process: labels of samples do not narrow them.
   */
  lines(selector: Selector, range: Range, of?: Frame): Promise<LinesAnswer>;
  /** Reads fewest records when steps begin and end where buckets do: whole hours or days, UTC. */
  timeline(selector: Selector, range: Range, stepMs: Milliseconds, by?: GroupBy): Promise<Timeline>;
  /** The same for windows of named numbers. They have no labels but their process's. */
  numbers(selector: Selector, range: Range, stepMs: Milliseconds, by?: GroupBy): Promise<NumberTimeline>;
  /** Of all hosts, or of those named. */
  labels(range: Range, hosts?: readonly string[]): Promise<Inventory>;
  /**
   * Changes whenever a range, or any, may answer otherwise than before: by what is appended, rolled up, dropped or made
   * anew. Never the same for two openings of a store.
   */
  generation(range?: Range): string;
  pins(): Promise<readonly Pin[]>;
  /** First start and last end of a host's windows, undefined when there are none. */
  extent(host: string): Promise<Range | undefined>;
  /** Hosts with windows or memory. */
  hosts(): Promise<readonly string[]>;
}

export interface AppendReport {
  readonly appended: number;
  /** Identities the store already had: nothing changed. */
  readonly duplicates: number;
  /** Windows whose identity overlaps a different one in the store: not kept, told here. */
  readonly refused: readonly { readonly window: WindowIdentity; readonly why: string }[];
}

/** A range that is kept in full beyond its retention. */
export interface Pin extends Range {
  readonly id: string;
  readonly note: string;
}

export interface UpkeepReport {
  /** Windows dropped because they were past their retention, or for want of room. */
  readonly windows: number;
  /** What the store takes on disk, where it has a limit. */
  readonly bytes?: Bytes;
  /** What is beyond the limit and cannot be dropped, because it is pinned or not rolled up yet. */
  readonly overLimitBytes?: Bytes;
}

export interface Store extends StoreReader {
  /**
   * Durable when it resolves, atomic (windows and memories together), idempotent. Of nothing it says whether there is
   * room. @throws StoreError STORE_FULL
   */
  append(windows: readonly Window[], memories: ReadonlyMap<string, HostMemory>): Promise<AppendReport>;
  memory(host: string): Promise<HostMemory | undefined>;
  /** Brings coarser records up to date with the windows of the buckets that are over. Resolves to how many it made. */
  rollUp(nowMs: Milliseconds): Promise<{ readonly rollups: number }>;
  /**
   * Rolls up, then drops what is past its retention or its size. What is damaged is left, and told by an error when
   * the rest is done.
   */
  prune(nowMs: Milliseconds): Promise<UpkeepReport>;
  /** Keeps what is there of a range, and what comes, until it is unpinned. */
  pin(range: Range, note: string): Promise<Pin>;
  /** Resolves to false when there is no such pin. */
  unpin(id: string): Promise<boolean>;
  close(): Promise<void>;
}
