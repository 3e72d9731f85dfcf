// How many instances of chosen classes are alive, over time. V8 is asked for a number: no instance is ever held. Each
// question makes a full garbage collection, so it is asked on the clock of memory and bounded by the same pause.
import type { Clock } from '../clock.ts';
import type { MemoryOptions } from '../options.ts';
import type { Microseconds } from '../profile.ts';
import { windowEndMs } from '../schedule.ts';
import type { MemoryCost } from '../wire.ts';

/** Whatever `new` makes instances of. */
export type Tracked = abstract new (...args: never[]) => unknown;

export interface ClassCountsOptions {
  readonly memory: Pick<Required<MemoryOptions>, 'everyMs' | 'maxPauseMs'>;
  readonly clock: Clock;
  readonly note: (name: string, value: number) => void;
  readonly paused: (forUs: Microseconds) => void;
  /** Tests bring one that is slow. */
  readonly query?: ((tracked: Tracked) => number) | undefined;
}

export interface ClassCounts {
  /** @throws TypeError or RangeError with code `SAMPLER_TRACK` for what is no class, and for one too many. */
  track(tracked: Tracked): void;
  /** Counts all of them now; empty when none are counted any more. */
  count(): Readonly<Record<string, number>>;
  start(): void;
  stop(): void;
  cost(): MemoryCost | undefined;
}

/** Each costs a pause every time. */
const MAX_CLASSES = 20;
const MAX_NAME = 64;
/** One long pause can be the machine's. */
const PAUSES_TOO_LONG = 2;

export function countClasses({ memory: { everyMs, maxPauseMs }, clock, note, paused, query = queryObjects }: ClassCountsOptions): ClassCounts {
  const classes = new Map<string, Tracked>();
  const cost = { reads: 0, longestPauseUs: 0, totalPauseUs: 0 };
  let running = false;
  let stopped: string | undefined;
  let tooLong = 0;
  let turns = 0;
  let cancel: () => void = () => undefined;

  function plan(): void {
    if (!running || classes.size === 0 || stopped !== undefined) return;
    const wallMs = clock.wallMs();
    cancel = clock.after(Math.max(1, windowEndMs(wallMs, turns, everyMs) - wallMs), () => { countInTurns([...classes.keys()]); });
  }

  /** One pause at a time: what waits meanwhile has its turn in between. */
  function countInTurns([name, ...others]: readonly string[]): void {
    if (name !== undefined) countOne(name);
    if (others.length > 0) cancel = clock.after(1, () => { countInTurns(others); });
    else {
      turns++;
      plan();
    }
  }

  function countOne(name: string): number | undefined {
    const tracked = classes.get(name);
    if (tracked === undefined || stopped !== undefined) return undefined;
    const startUs = clock.monotonicUs();
    const count = query(tracked);
    const pauseUs = clock.monotonicUs() - startUs;
    note(`class.${name}.count`, count);
    cost.reads++;
    cost.totalPauseUs += pauseUs;
    cost.longestPauseUs = Math.max(cost.longestPauseUs, pauseUs);
    paused(pauseUs);
    tooLong = pauseUs > maxPauseMs * 1000 ? tooLong + 1 : 0;
    if (tooLong >= PAUSES_TOO_LONG) stopped = `Classes are not counted any more: the last counts paused the service for up to ${Math.ceil(cost.longestPauseUs / 1000)} ms, and memory.maxPauseMs is ${maxPauseMs}.`;
    return count;
  }

  return {
    track(tracked: unknown) {
      if (typeof tracked !== 'function' || typeof tracked.prototype !== 'object') throw Object.assign(new TypeError('track takes a class.'), { code: 'SAMPLER_TRACK' });
      if ([...classes.values()].includes(tracked as unknown as Tracked)) return;
      if (classes.size >= MAX_CLASSES) throw Object.assign(new RangeError(`track follows ${MAX_CLASSES} classes at most, because each costs a pause.`), { code: 'SAMPLER_TRACK' });
      const name = tracked.name.slice(0, MAX_NAME) || '(anonymous)';
      let free = name;
      for (let number = 2; classes.has(free); number++) free = `${name} ${number}`;
      classes.set(free, tracked as unknown as Tracked);
      cancel();
      plan();
    },
    count: () => Object.fromEntries([...classes.keys()].flatMap((name) => {
      const count = countOne(name);
      return count === undefined ? [] : [[name, count]];
    })),
    start() {
      [running, stopped, tooLong] = [true, undefined, 0];
      plan();
    },
    stop() {
      running = false;
      cancel();
    },
    cost: () => (classes.size === 0 ? undefined : { ...cost, ...(stopped === undefined ? {} : { stopped }) }),
  };
}

/** With the prototypes of subclasses, which are instances too. */
function queryObjects(tracked: Tracked): number {
  const v8 = process.getBuiltinModule('node:v8') as unknown as { readonly queryObjects: (tracked: Tracked, options: { readonly format: 'count' }) => number };
  return v8.queryObjects(tracked, { format: 'count' });
}
