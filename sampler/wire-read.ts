// Reads a wire answer from a host nobody vouches for: every number, index and name is checked before use.
import { MAX_STACK_DEPTH } from './profile.ts';
import type { Frame, KindDeclaration, Labels, Rows, StackTable, Tally } from './profile.ts';
import type { MemoryCost, SamplerCost, WireAnswer, WireProcess, WireWindow } from './wire.ts';
import { arrayOf, atMost, columnsOf, count, Malformed, object, oneOf, optional, recordOf, text, truth } from './check.ts';
import type { Members } from './check.ts';

/** The newest version this code writes and reads. Versions are whole numbers; a newer one is refused. */
export const WIRE_VERSION = 1;
/** Characters a cursor may have, both ways. */
export const MAX_CURSOR_LENGTH = 4096;
const MAX_WINDOWS = 10_000;
/** An answer tells the time when it is begun, and may hold windows that ended while it was made. */
const CLOCK_SLACK_US = 60_000_000;

/** Why an answer cannot be used. `WIRE_VERSION`: it is of a newer version. `WIRE_MALFORMED`: it breaks the format. */
export class WireError extends Error {
  readonly code: 'WIRE_VERSION' | 'WIRE_MALFORMED';
  constructor(code: WireError['code'], message: string) {
    super(message);
    this.name = 'WireError';
    this.code = code;
  }
}

/** True for a parsed JSON value that claims to be a wire answer of any version. */
export function claimsWire(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'liveprofiler' in value;
}

/** @throws WireError naming the first member that is wrong, or both versions. */
export function readWire(value: unknown): WireAnswer {
  try {
    const answer = object(value, 'answer');
    const version = count(answer['liveprofiler'], 'liveprofiler');
    if (version > WIRE_VERSION) {
      throw new WireError('WIRE_VERSION', `The host speaks wire version ${version}, this collector reads up to ${WIRE_VERSION}: upgrade the collector.`);
    }
    if (version !== WIRE_VERSION) throw new Malformed('liveprofiler', `is ${version}, not ${WIRE_VERSION}`);
    const monotonicUs = count(answer['monotonicUs'], 'monotonicUs');
    return {
      liveprofiler: WIRE_VERSION,
      wallMs: count(answer['wallMs'], 'wallMs'),
      monotonicUs,
      cursor: text(answer['cursor'], 'cursor', MAX_CURSOR_LENGTH),
      more: truth(answer['more'], 'more'),
      processes: arrayOf(answer['processes'], 'processes', (process, at) => readProcess(process, at, monotonicUs + CLOCK_SLACK_US)),
    };
  } catch (error) {
    if (error instanceof Malformed) throw new WireError('WIRE_MALFORMED', `The answer is not wire version ${WIRE_VERSION}: ${error.message}.`);
    throw error;
  }
}

/** `latestUs`: no window ends after it, or it would be placed in the future, where nothing is rolled up or dropped. */
function readProcess(value: unknown, at: string, latestUs: number): WireProcess {
  const process = object(value, at);
  const frames = arrayOf(process['frames'], `${at}.frames`, readFrame);
  const stacks = readStacks(process['stacks'], `${at}.stacks`, frames.length);
  const labelSets = arrayOf(process['labelSets'], `${at}.labelSets`, readLabels);
  const threads = arrayOf(process['threads'], `${at}.threads`, readThread);
  const threadIds = new Set(threads.map((thread) => thread.id));
  const kinds = recordOf(process['kinds'], `${at}.kinds`, readKind);
  const windows = arrayOf(process['windows'], `${at}.windows`, (window, here) => {
    const read = readWindow(window, here, stacks.parent.length, labelSets.length);
    if (!threadIds.has(read.thread)) throw new Malformed(`${here}.thread`, `is ${read.thread}, which is no thread of the process`);
    if (!Object.hasOwn(kinds, read.kind)) throw new Malformed(`${here}.kind`, 'is not declared in kinds');
    if (read.endUs > latestUs) throw new Malformed(`${here}.endUs`, `is ${read.endUs}, after the time of the answer itself`);
    return read;
  }, MAX_WINDOWS);
  return {
    boot: text(process['boot'], `${at}.boot`, 64),
    labels: readLabels(process['labels'], `${at}.labels`),
    nodeVersion: text(process['nodeVersion'], `${at}.nodeVersion`, 64),
    state: oneOf(process['state'], `${at}.state`, ['running', 'paused', 'disabled', 'stopped']),
    ...optional(process, 'reason', at, (reason, here) => text(reason, here, 1024)),
    intervalUs: count(process['intervalUs'], `${at}.intervalUs`),
    windowMs: count(process['windowMs'], `${at}.windowMs`),
    cost: readCost(process['cost'], `${at}.cost`),
    kinds,
    threads,
    frames,
    stacks,
    labelSets,
    windows,
  };
}

function readWindow(value: unknown, at: string, stacks: number, labelSets: number): WireWindow {
  const window = object(value, at);
  const read: WireWindow = {
    thread: count(window['thread'], `${at}.thread`),
    kind: text(window['kind'], `${at}.kind`, 64),
    firstSeq: count(window['firstSeq'], `${at}.firstSeq`),
    lastSeq: count(window['lastSeq'], `${at}.lastSeq`),
    startUs: count(window['startUs'], `${at}.startUs`),
    endUs: count(window['endUs'], `${at}.endUs`),
    idle: readTally(window['idle'], `${at}.idle`),
    dropped: readTally(window['dropped'], `${at}.dropped`),
    processCpuUs: count(window['processCpuUs'], `${at}.processCpuUs`),
    ...optional(window, 'threadCpuUs', at, count),
    rows: readRows(window['rows'], `${at}.rows`, stacks, labelSets),
    ...optional(window, 'sections', at, (sections, here) => recordOf(sections, here, (section) => section)),
  };
  if (read.lastSeq < read.firstSeq) throw new Malformed(`${at}.lastSeq`, `is ${read.lastSeq}, before firstSeq ${read.firstSeq}`);
  if (read.endUs < read.startUs) throw new Malformed(`${at}.endUs`, `is ${read.endUs}, before startUs ${read.startUs}`);
  return read;
}

/** @internal */
export function readRows(value: unknown, at: string, stacks: number, labelSets: number): Rows {
  const names = ['stack', 'labels', 'count', 'weight'] as const;
  return columnsOf(value, at, names, { stack: stacks, labels: labelSets });
}

/** @internal */
export function readStacks(value: unknown, at: string, frames: number): StackTable {
  // Stack 0 is the empty one: its frame points at nothing, also where there are no frames at all.
  const table = columnsOf(value, at, ['parent', 'frame'] as const, { frame: Math.max(frames, 1) });
  if (table.parent.length === 0) throw new Malformed(at, 'lacks stack 0');
  atMost(table.parent, at);
  const depth = new Uint16Array(table.parent.length);
  for (let stack = 1; stack < table.parent.length; stack++) {
    const parent = table.parent[stack] ?? 0;
    if (parent >= stack) throw new Malformed(`${at}.parent[${stack}]`, `is ${parent}, not below its child`);
    depth[stack] = (depth[parent] ?? 0) + 1;
    if ((depth[stack] ?? 0) > MAX_STACK_DEPTH) throw new Malformed(`${at}.parent[${stack}]`, `makes a stack of more than ${MAX_STACK_DEPTH} frames`);
  }
  if (frames === 0 && table.parent.length > 1) throw new Malformed(at, 'names frames, but there are none');
  return table;
}

/** @internal */
export function readFrame(value: unknown, at: string): Frame {
  const frame = object(value, at);
  return {
    ...readNamedPlace(frame, at),
    ...optional(frame, 'original', at, (original, here) => readNamedPlace(object(original, here), here)),
  };
}

function readNamedPlace(place: Members, at: string): Omit<Frame, 'original'> {
  return {
    name: text(place['name'], `${at}.name`, 4096),
    url: text(place['url'], `${at}.url`, 4096),
    line: count(place['line'], `${at}.line`),
    column: count(place['column'], `${at}.column`),
  };
}

/** @internal */
export function readLabels(value: unknown, at: string): Labels {
  const labels = recordOf(value, at, (label, here) => text(label, here, 1024));
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readThread(value: unknown, at: string): { id: number; name: string } {
  const thread = object(value, at);
  return { id: count(thread['id'], `${at}.id`), name: text(thread['name'], `${at}.name`, 256) };
}

/** @internal */
export function readTally(value: unknown, at: string): Tally {
  const tally = object(value, at);
  return { count: count(tally['count'], `${at}.count`), weight: count(tally['weight'], `${at}.weight`) };
}

function readKind(value: unknown, at: string): KindDeclaration {
  const kind = object(value, at);
  return {
    unit: oneOf(kind['unit'], `${at}.unit`, ['microseconds', 'bytes', 'count']),
    over: oneOf(kind['over'], `${at}.over`, ['sum', 'average']),
  };
}

function readCost(value: unknown, at: string): SamplerCost {
  const cost = object(value, at);
  const dropped = object(cost['windowsDropped'], `${at}.windowsDropped`);
  return {
    firstStartUs: count(cost['firstStartUs'], `${at}.firstStartUs`),
    longestPauseUs: count(cost['longestPauseUs'], `${at}.longestPauseUs`),
    totalPauseUs: count(cost['totalPauseUs'], `${at}.totalPauseUs`),
    slices: count(cost['slices'], `${at}.slices`),
    bytesHeld: count(cost['bytesHeld'], `${at}.bytesHeld`),
    windowsMerged: count(cost['windowsMerged'], `${at}.windowsMerged`),
    windowsDropped: { read: count(dropped['read'], `${at}.windowsDropped.read`), unread: count(dropped['unread'], `${at}.windowsDropped.unread`) },
    lost: readTally(cost['lost'], `${at}.lost`),
    recoveries: recordOf(cost['recoveries'], `${at}.recoveries`, count),
    ...optional(cost, 'memory', at, readMemoryCost),
  };
}

function readMemoryCost(value: unknown, at: string): MemoryCost {
  const cost = object(value, at);
  return {
    reads: count(cost['reads'], `${at}.reads`),
    longestPauseUs: count(cost['longestPauseUs'], `${at}.longestPauseUs`),
    totalPauseUs: count(cost['totalPauseUs'], `${at}.totalPauseUs`),
    ...optional(cost, 'stopped', at, (stopped, here) => text(stopped, here, 1024)),
  };
}
