// Says what is wrong with a window before anything of it is kept: numbers that are none, names no key can hold,
// rows that point nowhere. Everything in a window came from a host and is hostile until it passed here.
import { KINDS, MAX_STACK_DEPTH } from 'liveprofiler-sampler/wire';
import type { Frame, Labels, StackTable, Tally } from 'liveprofiler-sampler/wire';
import type { NumberWindow, StackWindow, Window } from './contract.ts';
import { nameFault } from './key-parts.ts';
import { MAX_LINE } from './line-table.ts';
import { MAX_NAMES } from './numbers.ts';
import { MOST } from './varint.ts';

/** Longest label, frame name or url, in UTF-16 units. */
const MAX_TEXT = 65_536;
const LONG_LABEL = `a label is longer than ${MAX_TEXT} characters`;
/** Different lines of one window. */
const MAX_LINES = 100_000;
/** Characters of the sections of one window. */
const MAX_SECTIONS = 1_000_000;
/** A host that tells counts alone can tell a little more time than passed. */
const ROUNDING_US = 60_000_000;

/** Why the window cannot be kept, or undefined when it can. */
export function windowFault(window: Window): string | undefined {
  const fault = namesFault(window) ?? timesFault(window);
  if (fault !== undefined) return fault;
  if ('numbers' in window) return numbersFault(window) ?? (isLong(window.threadName) || hasLongText(window.processLabels) ? LONG_LABEL : undefined);
  return talliesFault(window) ?? rowsFault(window) ?? linesFault(window) ?? textsFault(window) ?? sectionsFault(window);
}

function namesFault(window: Window): string | undefined {
  for (const part of ['host', 'boot', 'kind'] as const) {
    const fault = nameFault(window[part]);
    if (fault !== undefined) return `its ${part} cannot be kept: ${fault}`;
    if (window[part] === '') return `its ${part} is empty`;
  }
  return undefined;
}

function timesFault(window: Window): string | undefined {
  for (const part of ['thread', 'firstSeq', 'lastSeq', 'startUs', 'endUs', 'epoch'] as const) {
    const value: number = window[part];
    if (!isWhole(value)) return `its ${part} is ${String(value)}, not a whole number of 0 or more`;
  }
  if (window.lastSeq < window.firstSeq) return `its sequence numbers run from ${window.firstSeq} to ${window.lastSeq}`;
  if (window.endUs < window.startUs) return `it ends at ${window.endUs} µs, before its start at ${window.startUs} µs`;
  return undefined;
}

function talliesFault({ kind, startUs, endUs, processCpuUs, threadCpuUs, idle, dropped }: StackWindow): string | undefined {
  if (!isWhole(processCpuUs)) return `its processCpuUs is ${String(processCpuUs)}, not a whole number of 0 or more`;
  if (threadCpuUs !== undefined && !isWhole(threadCpuUs)) return `its threadCpuUs is ${String(threadCpuUs)}`;
  if (!isTally(idle) || !isTally(dropped)) return 'its idle or dropped tally is not in whole numbers of 0 or more';
  const mostUs = endUs - startUs + ROUNDING_US;
  const isTime = Object.hasOwn(KINDS, kind) && KINDS[kind]?.unit === 'microseconds';
  if (isTime && idle.weight + dropped.weight > mostUs) return `it was idle for ${idle.weight} µs and lost ${dropped.weight} µs, and lasts ${endUs - startUs} µs`;
  return undefined;
}

function numbersFault({ numbers }: NumberWindow): string | undefined {
  const entries = Object.entries(numbers);
  if (entries.length > MAX_NAMES) return `it holds ${entries.length} numbers; ${MAX_NAMES} are allowed`;
  for (const [name, { min, max, sum, count, last }] of entries) {
    if (nameFault(name) !== undefined) return `the name of a number cannot be kept: ${nameFault(name) ?? ''}`;
    if (!isWhole(count) || ![min, max, sum, last].every((value) => Number.isFinite(value))) return `its number ${name} is not one: ${JSON.stringify({ min, max, sum, count, last })}`;
  }
  return undefined;
}

function rowsFault({ profile }: StackWindow): string | undefined {
  const { rows, stacks, labelSets } = profile;
  const length = rows.stack.length;
  if (rows.labels.length !== length || rows.count.length !== length || rows.weight.length !== length) {
    return 'the columns of its rows differ in length';
  }
  if (stacks.frame.length !== stacks.parent.length) return 'the columns of its stacks differ in length';
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const [stack, labels, count, weight] = [rows.stack[i], rows.labels[i], rows.count[i], rows.weight[i]];
    if (!isWhole(count) || !isWhole(weight)) return `row ${i} has count ${count} and weight ${weight}`;
    if (!isWhole(stack) || (stack > 0 && stack >= stacks.parent.length)) return `row ${i} points at stack ${stack}`;
    if (!isWhole(labels) || (labels > 0 && labels >= labelSets.length)) return `row ${i} points at label set ${labels}`;
    sum += count + weight;
  }
  if (sum > MOST) return 'its rows sum up to more than can be told exactly';
  return stacksFault(stacks, profile.frames.length);
}

/** Why the lines of a window cannot be kept; undefined when they can, or there are none. Its rows must be sound. */
export function linesFault({ lines, profile, over }: Pick<StackWindow, 'lines' | 'profile' | 'over'>): string | undefined {
  if (lines === undefined) return undefined;
  const { frame, line, count } = lines;
  if (over === 'average') return 'it has lines, and its weights are levels';
  if (frame.length !== line.length || frame.length !== count.length) return 'the columns of its lines differ in length';
  if (frame.length > MAX_LINES) return `it has ${frame.length} lines; ${MAX_LINES} are allowed`;
  const left = new Map<number, number>();
  profile.rows.stack.forEach((stack, row) => {
    const of = profile.stacks.frame[stack] ?? 0;
    if (stack > 0) left.set(of, (left.get(of) ?? 0) + (profile.rows.count[row] ?? 0));
  });
  for (let i = 0; i < frame.length; i++) {
    const [of, at, hits] = [frame[i], line[i], count[i]];
    if (!isWhole(of) || !isWhole(at) || !isWhole(hits) || at < 1 || at > MAX_LINE) return `line ${i} is ${String(at)} of frame ${String(of)}, hit ${String(hits)} times`;
    if (profile.frames[of]?.line === 0) return `its frame ${of} has lines, and no place`;
    const rest = (left.get(of) ?? 0) - hits;
    if (rest < 0) return `its frame ${of} has more hits than samples`;
    left.set(of, rest);
  }
  return undefined;
}

/** Tables are shared by the windows of one answer; what passed once is not walked again. */
const sound = new WeakMap<StackTable, number>();
const soundFrames = new WeakMap<readonly Frame[], number>();

function stacksFault(stacks: StackTable, frames: number): string | undefined {
  if (sound.get(stacks) === frames) return undefined;
  const depth = new Uint16Array(stacks.parent.length);
  for (let i = 1; i < stacks.parent.length; i++) {
    const [parent, frame] = [stacks.parent[i], stacks.frame[i]];
    if (!isWhole(parent) || parent >= i) return `stack ${i} has stack ${parent} beneath it`;
    const height = (depth[parent] ?? 0) + 1;
    if (height > MAX_STACK_DEPTH) return `a stack has more than ${MAX_STACK_DEPTH} frames`;
    depth[i] = height;
    if (!isWhole(frame) || frame >= frames) return `stack ${i} points at frame ${frame}`;
  }
  sound.set(stacks, frames);
  return undefined;
}

function textsFault({ profile, processLabels, threadName }: StackWindow): string | undefined {
  if (isLong(threadName) || [processLabels, ...profile.labelSets].some(hasLongText)) return LONG_LABEL;
  return framesFault(profile.frames);
}

function framesFault(frames: readonly Frame[]): string | undefined {
  if (soundFrames.get(frames) === frames.length) return undefined;
  for (const frame of frames) {
    const { original = frame } = frame;
    if ([frame.name, frame.url, original.name, original.url].some(isLong)) return `a frame's name or url is longer than ${MAX_TEXT} characters`;
    if (![frame.line, frame.column, original.line, original.column].every(isWhole)) return `the frame ${frame.name.slice(0, 100)} has a line or column that is not a whole number`;
  }
  soundFrames.set(frames, frames.length);
  return undefined;
}

/** They are kept as JSON, which has no room for what is nested without end. */
function sectionsFault({ sections }: StackWindow): string | undefined {
  if (Object.keys(sections).length === 0) return undefined;
  try {
    const { length } = JSON.stringify(sections);
    return length > MAX_SECTIONS ? `its sections take ${length} characters; ${MAX_SECTIONS} are allowed` : undefined;
  } catch {
    return 'its sections cannot be written as JSON';
  }
}

function hasLongText(labels: Labels): boolean {
  return Object.entries(labels).some(([name, value]) => isLong(name) || isLong(value));
}

function isLong(text: string): boolean {
  return text.length > MAX_TEXT;
}

function isTally({ count, weight }: Tally): boolean {
  return isWhole(count) && isWhole(weight);
}

function isWhole(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && (value ?? -1) >= 0 && (value ?? 0) <= MOST;
}
