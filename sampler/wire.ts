// Wire format, version 1: what `GET /liveprofiler?after=<cursor>` answers, as JSON. This file owns the shape;
// wire-read.ts turns what a host sent into it, or says what is wrong with it.
import type { Bytes, Frame, KindDeclaration, Labels, Microseconds, Milliseconds, Rows, StackTable, Tally } from './profile.ts';
import type { WIRE_VERSION } from './wire-read.ts';

/** Where a sampler answers unless it is told otherwise. */
export const ENDPOINT_PATH = '/liveprofiler';

/** The columns of a window's rows and its other known members; what else it carries is an optional section. */
export interface WireWindow {
  /** Id of one of the process's threads. */
  readonly thread: number;
  readonly kind: string;
  /** Inclusive sequence numbers within the boot; several when windows were merged. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Half-open, on the process's monotonic clock. */
  readonly startUs: Microseconds;
  readonly endUs: Microseconds;
  /** Time the thread waited. Not in the rows. */
  readonly idle: Tally;
  /** What could not be kept and is in no row. */
  readonly dropped: Tally;
  /** CPU time of the whole process during the window. */
  readonly processCpuUs: Microseconds;
  /** CPU time of the thread, where Node tells it. */
  readonly threadCpuUs?: Microseconds;
  readonly rows: Rows;
  /** Optional sections by name: `facts` (Numbers), `lines` (LineHits), or ones this version does not know. */
  readonly sections?: Readonly<Record<string, unknown>>;
}

/** What the sampler itself costs the process it lives in, since its start. */
export interface SamplerCost {
  /** Pause of the first start of V8's profiler, which logs every compiled function. */
  readonly firstStartUs: Microseconds;
  /** Longest and summed pause of slices, which is starting the next, ending, parsing and folding the last, and of finishing windows. */
  readonly longestPauseUs: Microseconds;
  readonly totalPauseUs: Microseconds;
  readonly slices: number;
  readonly bytesHeld: Bytes;
  readonly windowsMerged: number;
  /** Windows that left memory: `read` had been in an answer before, `unread` never. */
  readonly windowsDropped: { readonly read: number; readonly unread: number };
  /** Samples and weight of the unread ones: lost for good. */
  readonly lost: Tally;
  /** Recoveries by cause, such as `foreignProfileEnd`. */
  readonly recoveries: Readonly<Record<string, number>>;
  /** Absent where memory is not looked at. */
  readonly memory?: MemoryCost;
}

/** What reading the heap costs. Its pauses are in none of the figures above. */
export interface MemoryCost {
  readonly reads: number;
  readonly longestPauseUs: Microseconds;
  readonly totalPauseUs: Microseconds;
  /** Why the heap is not read any more, or not for now, in words. */
  readonly stopped?: string;
}

export interface WireProcess {
  /** Random, drawn when the sampler started. */
  readonly boot: string;
  /** `service`, `version`, `hostname`, `pid`, `nodeVersion`, `v8Version`, `arguments` (no secrets in them) and the labels of createSampler. */
  readonly labels: Labels;
  /** Such as `v20.20.2`. */
  readonly nodeVersion: string;
  readonly state: 'running' | 'paused' | 'disabled' | 'stopped';
  /** Why it is disabled, in words. */
  readonly reason?: string;
  /** The interval really set at this process, drawn within ±5 % of the one asked for. */
  readonly intervalUs: Microseconds;
  readonly windowMs: Milliseconds;
  readonly cost: SamplerCost;
  readonly kinds: Readonly<Record<string, KindDeclaration>>;
  readonly threads: readonly { readonly id: number; readonly name: string }[];
  /** Shared by all windows of this process in this answer. */
  readonly frames: readonly Frame[];
  readonly stacks: StackTable;
  readonly labelSets: readonly Labels[];
  /** By ascending lastSeq. */
  readonly windows: readonly WireWindow[];
}

export interface WireAnswer {
  readonly liveprofiler: typeof WIRE_VERSION;
  /** The host's wall clock and monotonic clock at the same moment, when it answered. */
  readonly wallMs: Milliseconds;
  readonly monotonicUs: Microseconds;
  /** Hand it back as `?after=` to get what came since. Opaque; at most 4,096 characters. */
  readonly cursor: string;
  /** True when finished windows were left out to keep the answer small: ask again at once. */
  readonly more: boolean;
  readonly processes: readonly WireProcess[];
}

export { claimsWire, MAX_CURSOR_LENGTH, readWire, WIRE_VERSION, WireError } from './wire-read.ts';
export { FACTS } from './facts.ts';
export { COLLECTED, IDLE, KINDS, LINES, MAX_STACK_DEPTH, TRUNCATED } from './profile.ts';
export type * from './profile.ts';
