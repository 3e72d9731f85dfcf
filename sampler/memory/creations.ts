// Where instances that are alive were created, of a sample of them. None is held: V8 tells when one is gone, and of which
// stack it was. Bounded in stacks, in instances that are watched, and in what stacks take of a second.
import type { Clock } from '../clock.ts';
import { createFrameInterner } from '../frames.ts';
import { fixed } from '../labels/source.ts';
import type { Frame, Microseconds, Milliseconds } from '../profile.ts';
import { TRUNCATED } from '../profile.ts';
import type { ThreadWindow } from '../window.ts';
import { WindowBuilder } from '../window-builder.ts';
import type { Tracked } from './tracked.ts';

export interface CreationsOptions {
  readonly clock: Clock;
  readonly note: (name: string, value: number) => void;
  readonly told: (window: Pick<ThreadWindow, 'kind' | 'startUs' | 'endUs' | 'startWallMs' | 'processCpuUs' | 'body'>) => void;
  /** From 0 to 1. */
  readonly random?: () => number;
}

export interface Creations {
  /** Whose instances are watched, one in `every` on average: only those that the class given back makes. */
  follow<C extends Tracked>(tracked: C, name: string, every: number): C;
  start(): void;
  stop(): void;
  /** A window of what is alive, where anything is followed. */
  tell(): void;
  /** What stacks took so far. */
  costUs(): Microseconds;
}

/** Of all classes together; beyond them a class has one more, `(truncated)`. */
const MAX_SITES = 1000;
/** Of one class: none uses up what is there for others. */
const MAX_WATCHED = 2500;
const MAX_DEPTH = 50;
/** Of one second. */
const MOST_US: Microseconds = 10_000;

interface Followed {
  readonly name: string;
  readonly every: number;
  /** A constructor can return again what it returned before. */
  readonly met: WeakSet<object>;
  watched: number;
}

interface Site {
  readonly of: Followed;
  /** Root first. */
  readonly frames: readonly Frame[];
  live: number;
}

export function followCreations({ clock, note, told, random = Math.random }: CreationsOptions): Creations {
  const interner = createFrameInterner();
  const ids = new WeakMap<Frame, number>();
  const sites = new Map<string, Site>();
  const gone = new FinalizationRegistry<Site>((site) => {
    site.live--;
    site.of.watched--;
  });
  let [lastId, taken, missed, costUs, toldUs, secondUs, paidUs] = [0, 0, 0, 0, 0, 0, 0];
  let running = false;
  let follows = false;
  const now = (): { readonly us: Microseconds; readonly wallMs: Milliseconds } => ({ us: clock.monotonicUs(), wallMs: clock.wallMs() });
  let since = { us: 0, wallMs: 0 };

  function siteOf(of: Followed, calls: readonly NodeJS.CallSite[]): Site {
    const frames = calls.map((call) => interner.fromV8(v8FrameOf(call))).reverse();
    const key = frames.map((frame) => {
      if (!ids.has(frame)) ids.set(frame, ++lastId);
      return ids.get(frame);
    }).join();
    const site = `${of.name} ${key}`;
    return sites.size < MAX_SITES || sites.has(site) ? known(site, { of, frames, live: 0 }) : other(of);
  }

  function other(of: Followed): Site {
    return known(of.name, { of, frames: [{ name: TRUNCATED, url: '', line: 0, column: 0 }], live: 0 });
  }

  function known(key: string, fresh: Site): Site {
    const site = sites.get(key) ?? fresh;
    sites.set(key, site);
    return site;
  }

  function watch(instance: object, of: Followed, above: Trap): void {
    if (of.met.has(instance)) return;
    const startUs = clock.monotonicUs();
    if (startUs >= secondUs) [secondUs, paidUs] = [startUs + 1e6, costUs];
    if (of.watched >= MAX_WATCHED || costUs - paidUs > MOST_US) {
      missed++;
      return;
    }
    const site = siteOf(of, callsBelow(above));
    gone.register(instance, site);
    of.met.add(instance);
    of.watched++;
    site.live++;
    taken++;
    costUs += clock.monotonicUs() - startUs;
  }

  return {
    follow<C extends Tracked>(tracked: C, name: string, every: number): C {
      if (!follows) since = now();
      follows = true;
      const of: Followed = { name, every, met: new WeakSet(), watched: 0 };
      // Not every n-th: a program that makes its instances in turns would have its turns seen.
      const gap = (): number => 1 + Math.floor(random() * (2 * every - 1));
      let left = gap();
      const construct: Trap = (target, values, made) => {
        const instance = Reflect.construct(target, values, (made as unknown) === followed ? target : made) as object;
        if (running && --left <= 0) {
          left = gap();
          try {
            watch(instance, of, construct);
          } catch {
            // Such as where code may not touch Error.
            missed++;
          }
        }
        return instance;
      };
      const followed: C = new Proxy<C>(tracked, { construct });
      return followed;
    },
    start() {
      running = true;
      since = now();
    },
    stop() {
      running = false;
    },
    tell() {
      if (!follows) return;
      const builder = new WindowBuilder();
      for (const [key, { of: { name, every }, frames, live }] of sites) {
        if (live === 0) sites.delete(key);
        else builder.add(frames.reduce((below, frame) => builder.stack(below, frame), 0), live, live * every, fixed({ class: name }));
      }
      note('creationStacks', taken);
      note('creationStackUs', costUs - toldUs);
      if (missed > 0) note('creationsUnwatched', missed);
      [taken, missed, toldUs] = [0, 0, costUs];
      const { us: startUs, wallMs: startWallMs } = since;
      since = now();
      told({ kind: 'instances', startUs, endUs: since.us, startWallMs, processCpuUs: 0, body: builder.body() });
    },
    costUs: () => costUs,
  };
}

type Trap = (target: Tracked, values: never[], made: (...args: never[]) => unknown) => object;

/** As V8 has them, whatever the service makes of stacks. The innermost first. */
function callsBelow(above: Trap): readonly NodeJS.CallSite[] {
  const holder: { stack?: readonly NodeJS.CallSite[] } = {};
  const was = { prepareStackTrace: Reflect.get(Error, 'prepareStackTrace') as unknown, stackTraceLimit: Error.stackTraceLimit };
  try {
    // Who is cut short in here, by the timeout of a vm, undoes nothing: then the next error does.
    Error.prepareStackTrace = (error, calls) => {
      if ((error as unknown) === holder) return calls;
      Object.assign(Error, was);
      return typeof was.prepareStackTrace === 'function' ? (Reflect.apply(was.prepareStackTrace, Error, [error, calls]) as unknown) : [error, ...calls].map(String).join('\n    at ');
    };
    Error.stackTraceLimit = MAX_DEPTH;
    Error.captureStackTrace(holder, above);
    return holder.stack ?? [];
  } finally {
    Object.assign(Error, was);
  }
}

function v8FrameOf(call: NodeJS.CallSite): Parameters<ReturnType<typeof createFrameInterner>['fromV8']>[0] {
  const url = call.getScriptNameOrSourceURL() ?? '';
  return { functionName: call.getFunctionName() ?? '', scriptId: url, url, lineNumber: (call.getEnclosingLineNumber() ?? 0) - 1, columnNumber: (call.getEnclosingColumnNumber() ?? 0) - 1 };
}
