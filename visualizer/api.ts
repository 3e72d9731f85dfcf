// What the page asks the server, as JSON: the types both sides share. Types only.
import type { Bytes, Frame, Microseconds, Milliseconds } from 'liveprofiler-sampler/wire';
import type { Pin, Range } from '../collector/store/contract.ts';
import type { HostStatus } from '../collector/store/host-status.ts';

/** `GET /api/hosts?from=&until=`, the last 15 minutes if left out. Hosts that are gone stand last: those of the last day, and those of which the range shows something. With `only=state` what the collector last saw of those that are asked, at once; with `only=busy` no threads and no cost, with `only=cost` these alone. */
export interface HostAnswer extends HostStatus {
  readonly up: boolean;
  /** ISO 8601; absent before the first pull. */
  readonly lastPull?: string;
  /** Share of wall time that was not idle over the range, 0 to 1, all threads together; absent without windows. */
  readonly busyShare?: number;
  /** The same over equal steps of the range; null where no window is. */
  readonly busyShares?: readonly (number | null)[];
  /** Threads that have windows at the end of the range. */
  readonly threadCount?: number;
  /** Time of the range that could not be sampled. */
  readonly droppedUs?: Microseconds;
  /** What the sampler itself took over the range; absent without windows, or when the host does not tell. */
  readonly cost?: HostCost;
}

export interface HostCost {
  readonly longestPauseUs: Microseconds;
  /** Sum of all pauses. */
  readonly pausesUs: Microseconds;
  /** Memory that its finished windows take, as last told. */
  readonly heldBytes: Bytes;
}

/** `GET /api/held`, where a program waits to go on: `POST /api/held/continue` lets it. */
export interface HeldAnswer {
  readonly program: string;
  /** Where it stands, the innermost call first. */
  readonly calledAt: readonly string[];
  readonly held: boolean;
}

/** A node of the flame graph. `c`: children. A node with `cut` stands for that many nodes that were left out. */
export interface FlameNode {
  readonly name: string;
  readonly url: string;
  readonly line: number;
  readonly origin: Origin;
  readonly selfCount: number;
  readonly selfUs: Microseconds;
  readonly totalCount: number;
  readonly totalUs: Microseconds;
  /** What the store calls it: to ask for it by value. Absent in parts made here. */
  readonly frame?: FrameKey;
  readonly cut?: number;
  readonly c: readonly FlameNode[];
}

/** Name, url, line, column. */
export type FrameKey = readonly [string, string, number, number];

/** Own code, an npm package, Node's own modules, native code, V8 freeing memory, or a part made here. */
export type Origin = 'own' | 'package' | 'node' | 'native' | 'gc' | 'part';

/**
 * `GET /api/flame?<selection>&from=&until=&idle=1&limit=`. A `POST` of `FlameBody` to the same address asks for a
 * part: what lies under one path, or what calls or is called by one function.
 */
export interface FlameAnswer {
  /** What was asked, in epoch milliseconds. */
  readonly asked: Range;
  /** What the windows that went in cover; absent when there are none. */
  readonly covered?: Range;
  /** When the windows of the hosts named start and end in all; absent when there are none or no host is named. */
  readonly extent?: Range;
  readonly windows: number;
  readonly idle: { readonly count: number; readonly weight: Microseconds };
  readonly dropped: { readonly count: number; readonly weight: Microseconds };
  /** Distinct threads that went in. */
  readonly threadCount: number;
  /** That there are windows of in the range, of the hosts named or of all. */
  readonly kinds: readonly string[];
  /** To choose from, when hosts are named. */
  readonly threads: readonly { readonly host: string; readonly boot: string; readonly id: number; readonly name: string }[];
  /** Label name → values in the range, of the hosts named or of all. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly root: FlameNode;
  /** Of the configured hosts that the selection means. */
  readonly hosts: readonly HostStatus[];
  readonly damaged?: readonly HostDamage[];
}

/** `focus`: a path from the root. */
export type FlameBody = { readonly focus: readonly Frame[] } | { readonly callersOf: Frame } | { readonly calleesOf: Frame };

/** `GET /api/top?<selection>&from=&until=&limit=&by=service`: functions, each with all its stacks. */
export interface TopAnswer {
  readonly asked: Range;
  /** One without a name, or by service the busiest ones. */
  readonly groups: readonly TopGroup[];
  readonly damaged?: readonly HostDamage[];
}

export interface TopGroup {
  readonly name: string;
  readonly totalCount: number;
  readonly totalUs: Microseconds;
  /** Distinct functions seen; `rows` holds the largest by self and by total. */
  readonly functions: number;
  /** Largest self first. */
  readonly rows: readonly FunctionRow[];
}

/** A function. Its total counts each stack once, however often it is on it. */
export interface FunctionRow extends Pick<FlameNode, 'name' | 'url' | 'line' | 'origin' | 'selfCount' | 'selfUs' | 'totalCount' | 'totalUs'> {
  readonly frame: FrameKey;
}

/** `GET /api/lines?<selection>&from=&until=&of=FRAME`: where in one function its samples were. */
export interface LinesOfFunction {
  readonly asked: Range;
  /** What the windows that went in cover: whole steps of five minutes. Absent when there are none. */
  readonly covered?: Range;
  readonly windows: number;
  readonly frame: FrameKey;
  /** The file of the lines. */
  readonly url: string;
  /** Samples in which it itself ran. Those of the lines sum to no more; the rest has none. */
  readonly selfCount: number;
  /** By line. */
  readonly lines: readonly { readonly line: number; readonly count: number }[];
  readonly damaged?: readonly HostDamage[];
}

/** `GET /api/timeline?<selection>&from=&until=&by=host|process|thread|<label>`: equal steps from `fromMs`. */
export interface TimelineAnswer {
  readonly asked: Range;
  readonly fromMs: Milliseconds;
  readonly stepMs: Milliseconds;
  /** The busiest first. */
  readonly lines: readonly TimelineLine[];
  /** Versions that came during the range. */
  readonly versions: readonly { readonly version: string; readonly atMs: Milliseconds }[];
  readonly damaged?: readonly HostDamage[];
}

export interface TimelineLine {
  /** What is grouped by; empty for all together, and for what has no such label. */
  readonly name: string;
  /** How many lines this one sums up. */
  readonly others?: number;
  /** Per step: what was sampled and not idle, and what windows cover, of all threads together. */
  readonly busyUs: readonly Microseconds[];
  readonly coveredUs: readonly Microseconds[];
}

/** `GET /api/shares?<selection>&from=&until=&by=host|process|thread|<label>&limit=` */
export interface SharesAnswer {
  readonly asked: Range;
  readonly by: string;
  /** Of all together. */
  readonly busyUs: Microseconds;
  /** The busiest first. An empty name is what has no such label: what ran for nobody. */
  readonly values: readonly { readonly name: string; readonly busyUs: Microseconds }[];
  /** What `limit` left out, and how many they are. */
  readonly others?: { readonly values: number; readonly busyUs: Microseconds };
  readonly damaged?: readonly HostDamage[];
}

/**
 * `GET /api/memory?<selection>&from=&until=&by=`: what processes told of themselves, in equal steps from `fromMs`. Of
 * several processes together, levels are means per process.
 */
export interface MemoryAnswer extends Pick<FlameAnswer, 'extent' | 'threads' | 'labels' | 'hosts'> {
  readonly asked: Range;
  readonly fromMs: Milliseconds;
  readonly stepMs: Milliseconds;
  /** The largest by resident memory first. */
  readonly lines: readonly MemoryLine[];
  /** Lines left out. */
  readonly left: number;
  readonly versions: TimelineAnswer['versions'];
  /** Whether anything at all is kept of what was chosen in this range. */
  readonly sampled: boolean;
  readonly hostNames: readonly string[];
  readonly damaged?: readonly HostDamage[];
}

export interface MemoryLine {
  /** What is grouped by; empty for all together. */
  readonly name: string;
  /** By name, such as `rssBytes`: one value per step, null where nothing was told. */
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
}

/** `GET /api/process?<selection>&from=&until=`: what each process is, and what it told of itself over the range. */
export interface ProcessesAnswer extends Pick<FlameAnswer, 'extent' | 'hosts'> {
  readonly asked: Range;
  /** The largest first. */
  readonly processes: readonly ProcessAnswer[];
  readonly left: number;
  /** Whether anything at all is kept of what was chosen in this range. */
  readonly sampled: boolean;
  readonly damaged?: readonly HostDamage[];
}

export interface ProcessAnswer {
  readonly host: string;
  readonly boot: string;
  readonly threads: readonly { readonly id: number; readonly name: string }[];
  /** `nodeVersion`, `v8Version`, `arguments`, `pid`, `hostname`, `service` and `version`, where they are told. */
  readonly labels: Readonly<Record<string, string>>;
  /** All that the main thread told, by name. */
  readonly numbers: Readonly<Record<string, NumberTold>>;
}

export interface NumberTold {
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  readonly last: number;
}

/** `GET /api/classes?<selection>&from=&until=`: objects of the classes that services track, of all processes together. */
export interface ClassesAnswer {
  readonly asked: Range;
  readonly fromMs: Milliseconds;
  readonly stepMs: Milliseconds;
  /** The largest at the end first. */
  readonly classes: readonly TrackedClass[];
  readonly left: number;
  /** Moments that services marked, the latest ones, by time. */
  readonly marks: readonly { readonly name: string; readonly atMs: Milliseconds }[];
  readonly damaged?: readonly HostDamage[];
}

/** One value per step, the last of it; null where nothing was told. */
export interface TrackedClass {
  readonly name: string;
  readonly count: readonly (number | null)[];
  readonly bytes: readonly (number | null)[];
}

/** `GET /api/leaks?<selection>&from=&until=`: of processes that ran in the range, those that grow on and on. */
export interface LeaksAnswer {
  readonly asked: Range;
  /** Hosts looked at, and how many were left. */
  readonly checked: readonly string[];
  readonly left: number;
  /** What runs now first. */
  readonly leaks: readonly LeakAnswer[];
  readonly damaged?: readonly HostDamage[];
}

/** Bytes an hour by the slope, and between what it lies with 99 % confidence. */
export interface LeakAnswer {
  readonly host: string;
  readonly boot: string;
  /** Empty where nothing tells it. */
  readonly version: string;
  /** The heap after garbage collection, buffers outside the heap, or resident memory that neither explains. */
  readonly of: 'heap' | 'outside' | 'resident';
  readonly perHour: Bytes;
  readonly low: Bytes;
  readonly high: Bytes;
  readonly sinceMs: Milliseconds;
  /** It may have begun before that. */
  readonly fromFirst: boolean;
  /** Absent when the process is older than what is looked back on. */
  readonly startedMs?: Milliseconds;
  /** End of the last window that tells of it. */
  readonly lastMs: Milliseconds;
  /** The level at the end. */
  readonly bytes: Bytes;
  /** That it was seen by. */
  readonly points: number;
  readonly limitBytes?: Bytes;
  /** Until the limit is reached: likely, and with 99 % confidence not sooner and not later. */
  readonly fullInMs?: { readonly likely: Milliseconds; readonly soonest: Milliseconds; readonly latest: Milliseconds };
}

/** `GET /api/pins`: ranges that are kept beyond their retention, the earliest first. */
export type PinAnswer = Pin;

/** A host that an answer leaves out, because a record of it that was needed is damaged. */
export interface HostDamage {
  readonly host: string;
  /** What is damaged, and what to do. */
  readonly message: string;
}

/** Every error of the API: a stable code and a sentence. */
export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string };
}
