// How many instances of chosen classes are alive, over time. V8 is asked for a number: no instance is ever held. Each
// question makes a full garbage collection, so it is asked on the clock of memory and bounded by the same pause.
import type { Clock } from '../clock.ts';
import type { MemoryOptions } from '../options.ts';
import type { Microseconds } from '../profile.ts';
import { windowEndMs } from '../schedule.ts';
import type { MemoryCost } from '../wire.ts';
import type { Creations } from './creations.ts';
import type { Tracked, TrackOptions } from './tracked.ts';

export interface ClassCountsOptions {
  readonly memory: Pick<Required<MemoryOptions>, 'everyMs' | 'maxPauseMs'>;
  readonly clock: Clock;
  readonly note: (name: string, value: number) => void;
  readonly paused: (forUs: Microseconds) => void;
  readonly creations: Creations;
  /** Tests bring one that is slow. */
  readonly query?: ((tracked: Tracked) => number) | undefined;
}

export interface ClassCounts {
  /**
   * The class itself, or what tells of creations where that was asked for.
   * @throws TypeError or RangeError with code `SAMPLER_TRACK` for what is no class or number, and for one too many.
   */
  track<C extends Tracked>(tracked: C, options?: TrackOptions): C;
  /** Counts all of them now; empty when none are counted any more. */
  count(): Readonly<Record<string, number>>;
  start(): void;
  stop(): void;
  cost(): MemoryCost | undefined;
}

/** Each costs a pause every time. */
const MAX_CLASSES = 20;
const MAX_NAME = 64;
const MAX_EVERY = 1e9;
/** One long pause can be the machine's. */
const PAUSES_TOO_LONG = 2;

export function countClasses({ memory: { everyMs, maxPauseMs }, clock, note, paused, creations, query = queryObjects }: ClassCountsOptions): ClassCounts {
  const classes = new Map<string, Tracked>();
  const followed = new Map<Tracked, Tracked>();
  const cost = { reads: 0, longestPauseUs: 0, totalPauseUs: 0 };
  let running = false;
  let stopped: string | undefined;
  let tooLong = 0;
  let turns = 0;
  let cancel: () => void = () => undefined;

  function plan(): void {
    if (!running || classes.size === 0 || (stopped !== undefined && followed.size === 0)) return;
    const wallMs = clock.wallMs();
    cancel = clock.after(Math.max(1, windowEndMs(wallMs, turns, everyMs) - wallMs), () => { countInTurns([...classes.keys()]); });
  }

  /** One pause at a time: what waits meanwhile has its turn in between. */
  function countInTurns([name, ...others]: readonly string[]): void {
    if (name !== undefined) countOne(name);
    cancel = clock.after(1, () => {
      if (others.length > 0) {
        countInTurns(others);
        return;
      }
      // Not at once: V8 tells later what a count found to be gone.
      creations.tell();
      turns++;
      plan();
    });
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
    track<C extends Tracked>(tracked: C, { stacks }: TrackOptions = {}): C {
      if (!isClass(tracked)) throw wrong(new TypeError('track takes a class.'));
      if (stacks !== undefined && !(Number.isInteger(stacks.every) && stacks.every >= 1 && stacks.every <= MAX_EVERY)) throw wrong(new TypeError(`stacks.every takes a whole number from 1 to ${MAX_EVERY}, not ${String(stacks.every)}.`));
      if ([...followed.values()].includes(tracked)) return tracked;
      let [name] = [...classes].find(([, known]) => known === tracked) ?? [];
      if (name === undefined) {
        if (classes.size >= MAX_CLASSES) throw wrong(new RangeError(`track follows ${MAX_CLASSES} classes at most, because each costs a pause.`));
        const given = tracked.name.slice(0, MAX_NAME) || '(anonymous)';
        name = given;
        for (let number = 2; classes.has(name); number++) name = `${given} ${number}`;
        classes.set(name, tracked);
        cancel();
        plan();
      }
      if (stacks === undefined) return tracked;
      let known = followed.get(tracked);
      if (known === undefined) {
        followed.set(tracked, (known = creations.follow(tracked, name, stacks.every)));
        cancel();
        plan();
      }
      return known as C;
    },
    count: () => Object.fromEntries([...classes.keys()].flatMap((name) => {
      const count = countOne(name);
      return count === undefined ? [] : [[name, count]];
    })),
    start() {
      [running, stopped, tooLong] = [true, undefined, 0];
      creations.start();
      plan();
    },
    stop() {
      running = false;
      creations.stop();
      cancel();
    },
    cost: () => (classes.size === 0 ? undefined : { ...cost, totalPauseUs: cost.totalPauseUs + creations.costUs(), ...(stopped === undefined ? {} : { stopped }) }),
  };
}

function isClass(value: unknown): boolean {
  return typeof value === 'function' && typeof value.prototype === 'object';
}

function wrong(error: Error): Error {
  return Object.assign(error, { code: 'SAMPLER_TRACK' });
}

/** With the prototypes of subclasses, which are instances too. */
function queryObjects(tracked: Tracked): number {
  const v8 = process.getBuiltinModule('node:v8') as unknown as { readonly queryObjects: (tracked: Tracked, options: { readonly format: 'count' }) => number };
  return v8.queryObjects(tracked, { format: 'count' });
}
