// Folds one V8 profile into the open window. Pure; the only place that knows V8's 0-based lines, pseudo nodes,
// unsorted stamps and deltas. Conservation: what it adds sums to exactly `untilUs - fromUs`.
import type { FrameInterner } from './frames.ts';
import type { LabelSource } from './labels/source.ts';
import { linesWithin } from './lines.ts';
import type { Frame, Microseconds } from './profile.ts';
import { IDLE } from './profile.ts';
import type { V8Profile } from './v8-profiler.ts';
import type { WindowBuilder } from './window-builder.ts';

/** What ran when a slice ended: it goes on running in the next slice until that one's first sample. */
export interface Running {
  readonly stack: readonly Frame[] | typeof IDLE;
  readonly source: LabelSource | undefined;
}

export interface SliceBounds {
  /** The slice, half-open. Samples stamped outside belong to its neighbours. */
  readonly fromUs: Microseconds;
  /** undefined: it ends with its last sample, because what V8 had at hand then is in the next profile alone. */
  readonly untilUs: Microseconds | undefined;
  /** While this profile was opened, and from `openingUs` on the next one, V8 added samples of these moments by itself. */
  readonly opened: Span;
  readonly openingUs: Microseconds;
  readonly intervalUs: Microseconds;
  readonly running: Running | undefined;
  /** For whom something ran, by stamp; asked with ascending ones. */
  readonly sourceAt?: ((stampUs: Microseconds) => LabelSource | undefined) | undefined;
}

export interface Span {
  readonly fromUs: Microseconds;
  readonly untilUs: Microseconds;
}

export interface FoldedSlice {
  readonly samples: number;
  readonly untilUs: Microseconds;
  readonly running: Running | undefined;
}

export function foldSlice(profile: V8Profile, bounds: SliceBounds, frames: FrameInterner, window: WindowBuilder): FoldedSlice {
  const { fromUs } = bounds;
  const samples = samplesWithin(profile, bounds);
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) {
    if (bounds.untilUs === undefined) return { samples: 0, untilUs: fromUs, running: bounds.running };
    window.addDropped(0, Math.max(0, bounds.untilUs - fromUs));
    return { samples: 0, untilUs: bounds.untilUs, running: undefined };
  }
  const untilUs = bounds.untilUs ?? last.stampUs;
  const tree = treeOf(profile, frames);
  const stacks = stacksOf(tree, window);
  const sources = samples.map(({ stampUs }) => bounds.sourceAt?.(stampUs));
  if (bounds.running === undefined) stand(stacks(first.node), 0, first.stampUs - fromUs, sources[0], window);
  else stand(stackOfRunning(bounds.running, window), 0, first.stampUs - fromUs, bounds.running.source, window);
  samples.forEach((sample, index) => {
    const nextUs = samples[index + 1]?.stampUs ?? untilUs;
    stand(stacks(sample.node), 1, nextUs - sample.stampUs, sources[index], window);
  });
  addLines(profile, samples, stacks, window);
  return { samples: samples.length, untilUs, running: { stack: runningAt(tree, last.node), source: sources.at(-1) } };
}

function stand(stack: number | typeof IDLE, count: number, weight: Microseconds, source: LabelSource | undefined, window: WindowBuilder): void {
  if (count === 0 && weight === 0) return;
  if (stack === IDLE) window.addIdle(count, weight);
  else window.add(stack, count, weight, source);
}

function addLines(profile: V8Profile, samples: readonly Sample[], stacks: (node: number) => number | typeof IDLE, window: WindowBuilder): void {
  for (const { node, lines, counts } of linesWithin(profile, samples.map((sample) => sample.node))) {
    const stack = stacks(node);
    if (stack !== IDLE) lines.forEach((line, index) => { window.addLine(stack, line, counts[index] ?? 0); });
  }
}

interface Sample {
  readonly stampUs: Microseconds;
  readonly node: number;
}

function samplesWithin(profile: V8Profile, { fromUs, untilUs = Number.POSITIVE_INFINITY, opened, openingUs, intervalUs }: SliceBounds): Sample[] {
  const samples: Sample[] = [];
  const stamped = new Map<number, number>();
  let stampUs = profile.startTime;
  profile.samples?.forEach((node, index) => {
    stampUs += profile.timeDeltas?.[index] ?? 0;
    stamped.set(node, (stamped.get(node) ?? 0) + 1);
    if (stampUs >= opened.fromUs && stampUs < opened.untilUs) return;
    if (stampUs >= fromUs && stampUs < Math.min(openingUs, untilUs)) samples.push({ stampUs, node });
  });
  if (fromUs < opened.fromUs) samples.push(...unstamped(profile, stamped, fromUs, opened.fromUs, intervalUs));
  return samples.sort((a, b) => a.stampUs - b.stampUs);
}

/**
 * What V8 took before it opened the profile and put in afterwards: hits that it tells no stamps of, one period apart. No
 * more than there is time for: one that V8 put in while both profiles were open is in the last one, with its stamp.
 * A sample that is no hit, as V8 takes where code is deoptimized, can hide one of the same node.
 */
function unstamped({ nodes }: V8Profile, stamped: ReadonlyMap<number, number>, fromUs: Microseconds, untilUs: Microseconds, intervalUs: Microseconds): Sample[] {
  const late = nodes.flatMap(({ id, hitCount = 0 }) => new Array<number>(Math.max(0, hitCount - (stamped.get(id) ?? 0))).fill(id));
  return late.slice(0, Math.floor((untilUs - fromUs) / intervalUs)).map((node, index) => ({ stampUs: fromUs + (index + 1) * intervalUs, node }));
}

/** V8's tree by place in its list of nodes. */
interface Tree {
  readonly places: ReadonlyMap<number, number>;
  /** -1: none. */
  readonly parents: Int32Array;
  readonly frameAt: (place: number) => Frame;
}

function treeOf({ nodes }: V8Profile, frames: FrameInterner): Tree {
  const places = new Map<number, number>();
  for (let place = 0; place < nodes.length; place++) places.set(nodes[place]?.id ?? 0, place);
  const parents = new Int32Array(nodes.length).fill(-1);
  nodes.forEach(({ children }, parent) => {
    if (children === undefined) return;
    for (const child of children) {
      const place = places.get(child);
      if (place !== undefined) parents[place] = parent;
    }
  });
  return {
    places,
    parents,
    frameAt(place) {
      const node = nodes[place];
      return node === undefined ? NO_FRAME : frames.fromV8(node.callFrame);
    },
  };
}

const NO_FRAME: Frame = { name: '', url: '', line: 0, column: 0 };
const UNKNOWN = -1;
const IDLE_STACK = -2;

function stacksOf({ places, parents, frameAt }: Tree, window: WindowBuilder): (node: number) => number | typeof IDLE {
  const known = new Int32Array(parents.length).fill(UNKNOWN);
  const resolve = (place: number): number => {
    const seen = known[place] ?? 0;
    if (seen !== UNKNOWN) return seen;
    const parent = parents[place] ?? -1;
    let stack = 0;
    // The parentless node is V8's (root): the empty stack.
    if (parent >= 0) {
      const below = resolve(parent);
      const frame = frameAt(place);
      stack = below === 0 && isIdle(frame) ? IDLE_STACK : window.stack(Math.max(0, below), frame);
    }
    known[place] = stack;
    return stack;
  };
  return (node) => {
    const place = places.get(node);
    const stack = place === undefined ? 0 : resolve(place);
    return stack === IDLE_STACK ? IDLE : stack;
  };
}

function isIdle({ name, url }: Frame): boolean {
  return name === IDLE && url === '';
}

function runningAt({ places, parents, frameAt }: Tree, node: number): Running['stack'] {
  const path: Frame[] = [];
  let place = places.get(node) ?? -1;
  while (place >= 0 && (parents[place] ?? -1) >= 0) {
    path.push(frameAt(place));
    place = parents[place] ?? -1;
  }
  const [top] = path;
  return path.length === 1 && top !== undefined && isIdle(top) ? IDLE : path.reverse();
}

function stackOfRunning(running: Running, window: WindowBuilder): number | typeof IDLE {
  if (running.stack === IDLE) return IDLE;
  return running.stack.reduce((stack, frame) => window.stack(stack, frame), 0);
}
