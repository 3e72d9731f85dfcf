// Where instances that are alive were created, of a sample of them. None is held: V8 tells when one is gone, and of which
// stack it was. Bounded in stacks and in instances that are watched.
import type { Clock } from '../clock.ts';
import { createFrameInterner } from '../frames.ts';
import { fixed } from '../labels/source.ts';
import type { Frame, Microseconds } from '../profile.ts';
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
const MAX_WATCHED = 50_000;
const MAX_DEPTH = 50;

interface Site {
  readonly name: string;
  readonly every: number;
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
    watched--;
  });
  let [watched, lastId, taken, unwatched, costUs, toldUs] = [0, 0, 0, 0, 0, 0];
  let running = false;
  let follows = false;
  let since = { us: 0, wallMs: 0 };

  function siteOf(name: string, every: number, calls: readonly NodeJS.CallSite[]): Site {
    const frames = calls.map((call) => interner.fromV8(v8FrameOf(call))).reverse();
    const key = frames.map((frame) => {
      if (!ids.has(frame)) ids.set(frame, ++lastId);
      return ids.get(frame);
    }).join();
    const site = `${name} ${key}`;
    return sites.size < MAX_SITES || sites.has(site) ? known(site, { name, every, frames, live: 0 }) : other(name, every);
  }

  function other(name: string, every: number): Site {
    return known(name, { name, every, frames: [{ name: TRUNCATED, url: '', line: 0, column: 0 }], live: 0 });
  }

  function known(key: string, fresh: Site): Site {
    const site = sites.get(key) ?? fresh;
    sites.set(key, site);
    return site;
  }

  function watch(instance: object, name: string, every: number, above: Trap): void {
    if (watched >= MAX_WATCHED) {
      unwatched++;
      return;
    }
    const startUs = clock.monotonicUs();
    let site: Site;
    try {
      site = siteOf(name, every, callsBelow(above));
    } catch {
      // Where code may not touch Error, nobody knows.
      site = other(name, every);
    }
    gone.register(instance, site);
    site.live++;
    watched++;
    taken++;
    costUs += clock.monotonicUs() - startUs;
  }

  return {
    follow<C extends Tracked>(tracked: C, name: string, every: number): C {
      follows = true;
      // Not every n-th: a program that makes its instances in turns would have its turns seen.
      const gap = (): number => 1 + Math.floor(random() * (2 * every - 1));
      let left = gap();
      const construct: Trap = (target, values, made) => {
        const instance = Reflect.construct(target, values, (made as unknown) === followed ? target : made) as object;
        if (running && --left <= 0) {
          left = gap();
          watch(instance, name, every, construct);
        }
        return instance;
      };
      const followed: C = new Proxy<C>(tracked, { construct });
      return followed;
    },
    start() {
      running = true;
      since = { us: clock.monotonicUs(), wallMs: clock.wallMs() };
    },
    stop() {
      running = false;
    },
    tell() {
      if (!follows) return;
      const builder = new WindowBuilder();
      for (const [key, { name, every, frames, live }] of sites) {
        if (live === 0) sites.delete(key);
        else builder.add(frames.reduce((below, frame) => builder.stack(below, frame), 0), live, live * every, fixed({ class: name }));
      }
      note('creationStacks', taken);
      note('creationStackUs', costUs - toldUs);
      if (unwatched > 0) note('creationsUnwatched', unwatched);
      [taken, unwatched, toldUs] = [0, 0, costUs];
      const endUs = clock.monotonicUs();
      told({ kind: 'instances', startUs: since.us, endUs, startWallMs: since.wallMs, processCpuUs: 0, body: builder.body() });
      since = { us: endUs, wallMs: clock.wallMs() };
    },
    costUs: () => costUs,
  };
}

type Trap = (target: Tracked, values: never[], made: (...args: never[]) => unknown) => object;

/** As V8 has them, whatever the service makes of stacks. The innermost first. */
function callsBelow(above: Trap): readonly NodeJS.CallSite[] {
  const holder: { stack?: readonly NodeJS.CallSite[] } = {};
  const before = { prepareStackTrace: Reflect.get(Error, 'prepareStackTrace') as unknown, stackTraceLimit: Error.stackTraceLimit };
  try {
    Error.prepareStackTrace = (_, calls) => calls;
    Error.stackTraceLimit = MAX_DEPTH;
    Error.captureStackTrace(holder, above);
    return holder.stack ?? [];
  } finally {
    Object.assign(Error, before);
  }
}

function v8FrameOf(call: NodeJS.CallSite): Parameters<ReturnType<typeof createFrameInterner>['fromV8']>[0] {
  const url = call.getScriptNameOrSourceURL() ?? '';
  return { functionName: call.getFunctionName() ?? '', scriptId: url, url, lineNumber: (call.getEnclosingLineNumber() ?? 0) - 1, columnNumber: (call.getEnclosingColumnNumber() ?? 0) - 1 };
}
