// The one file that talks to V8's inspector. Profiles are opened and closed by title through the inspector's
// console, so that several can be open at once over one sampling thread.
import type { Runtime, Session, Profiler } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';
import { quietConsole } from './console.ts';
import type { Bytes, Microseconds, Milliseconds } from './profile.ts';

/** What V8 hands over; stamps in µs on the monotonic clock, lines and columns 0-based. */
export type V8Profile = Profiler.Profile;

/** Where V8 saw memory being allocated. */
export interface V8HeapProfile {
  readonly head: V8HeapNode;
  /** Each stands for all that was allocated alike: its `size` is of all of them. `ordinal` counts all samples ever taken. */
  readonly samples: readonly { readonly nodeId: number; readonly size: Bytes; readonly ordinal: number }[];
}

export interface V8HeapNode {
  readonly id: number;
  readonly callFrame: Runtime.CallFrame;
  readonly children: readonly V8HeapNode[];
}

export interface V8Profiler {
  open(title: string): void;
  /** Ends a profile; undefined when it is not open any more. */
  close(title: string): V8Profile | undefined;
  /** Frees the arguments of `console.*` calls that V8 keeps for a connected session, where they reach it at all. */
  discardConsole(): void;
  /** Throws V8's profiler away, open profiles included, and sets it up anew. */
  reset(): void;
  disconnect(): void;
}

export interface V8ProfilerEvents {
  /** A profile ended that `close` did not end. */
  ended(title: string, profile: V8Profile): void;
  /** A profile was opened that `open` did not open. */
  opened(title: string): void;
}

/** @throws where there is no inspector: `--permission`, special builds. */
export function connectV8(intervalUs: Microseconds, events: V8ProfilerEvents): V8Profiler {
  const inspector = process.getBuiltinModule('node:inspector');
  const session: Session = new inspector.Session();
  session.connect();
  // Typed by the caller of node:inspector as Console; without an inspector it would not have come this far.
  const console = inspector.console as unknown as { profile(title: string): void; profileEnd(title: string): void };
  let opening: string | undefined;
  let closing: { title: string; profile?: V8Profile } | undefined;

  session.on('Profiler.consoleProfileStarted', ({ params }) => {
    if (params.title !== opening) events.opened(params.title ?? '');
  });
  session.on('Profiler.consoleProfileFinished', ({ params }) => {
    if (closing !== undefined && params.title === closing.title) closing.profile = params.profile;
    else events.ended(params.title ?? '', params.profile);
  });
  const enable = () => {
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: intervalUs });
  };
  enable();
  // Debuggers of a worker come through the main thread and cannot be seen in it.
  const quiet = isMainThread ? quietConsole(globalThis.console, () => inspector.url() !== undefined) : undefined;
  quiet?.follow();
  return {
    open(title) {
      opening = title;
      console.profile(title);
      opening = undefined;
    },
    close(title) {
      const waiting: { title: string; profile?: V8Profile } = { title };
      closing = waiting;
      console.profileEnd(title);
      closing = undefined;
      return waiting.profile;
    },
    discardConsole() {
      quiet?.follow();
      session.post('Runtime.discardConsoleEntries');
    },
    reset() {
      session.post('Profiler.disable');
      enable();
    },
    disconnect() {
      quiet?.restore();
      session.post('Profiler.disable');
      session.disconnect();
    },
  };
}

export interface V8Workers {
  /** In the worker's own thread, at the next point at which V8 may interrupt it. Nothing comes of it when the worker is gone. */
  evaluate(thread: number, expression: string): void;
  /** Of a worker that is gone. */
  forget(thread: number): void;
  disconnect(): void;
}

/** Anybody may ask for threads that are none. */
const MOST_WAITING = 4096;
/** Of a worker that nobody asks for: one of ours, or of a thread that is not sampled. */
const UNASKED_MS: Milliseconds = 60_000;

/**
 * Reaches the workers that are started from now on, those of workers too. For the main thread: Node tells it of all of
 * them, and workers of none.
 * @throws where there is no inspector, or none that knows workers.
 */
export function connectWorkers(unaskedMs: Milliseconds = UNASKED_MS): V8Workers {
  const inspector = process.getBuiltinModule('node:inspector');
  const session: Session = new inspector.Session();
  session.connect();
  const attached = new Map<number, string>();
  const waiting = new Map<number, string>();
  const before: string[] = [];
  let enabled = false;

  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
    if (!enabled) {
      before.push(sessionId);
      return;
    }
    const thread = Number(/^\[worker (\d+)\]/.exec(workerInfo.title)?.[1]);
    const expression = waiting.get(thread);
    waiting.delete(thread);
    if (expression === undefined) hold(thread, sessionId);
    else send(sessionId, expression);
  });
  // One evaluation is all.
  session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId } }) => { detach(sessionId); });
  session.on('NodeWorker.detachedFromWorker', ({ params: { sessionId } }) => {
    for (const [thread, session] of attached) if (session === sessionId) attached.delete(thread);
  });
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  enabled = true;
  for (const sessionId of before) detach(sessionId);

  function hold(thread: number, sessionId: string): void {
    attached.set(thread, sessionId);
    // Where this thread stood still meanwhile, who asks does so in this turn of its loop.
    setTimeout(() => setImmediate(() => { if (attached.get(thread) === sessionId) release(thread, sessionId); }), unaskedMs).unref();
  }

  function release(thread: number, sessionId: string): void {
    attached.delete(thread);
    detach(sessionId);
  }

  /** A session that stays keeps what the worker logs. */
  function detach(sessionId: string): void {
    session.post('NodeWorker.detach', { sessionId }, ignore);
  }

  function send(sessionId: string, expression: string): void {
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
    session.post('NodeWorker.sendMessageToWorker', { sessionId, message }, ignore);
  }

  return {
    evaluate(thread, expression) {
      const sessionId = attached.get(thread);
      attached.delete(thread);
      if (sessionId !== undefined) send(sessionId, expression);
      else if (waiting.size < MOST_WAITING) waiting.set(thread, expression);
    },
    forget(thread) {
      attached.delete(thread);
      waiting.delete(thread);
    },
    disconnect() {
      for (const [thread, sessionId] of attached) release(thread, sessionId);
      session.post('NodeWorker.disable', ignore);
      session.disconnect();
    },
  };
}

export interface V8Heap {
  /** undefined when somebody else ended the sampling. Forces a full collection before Node 26. */
  read(): V8HeapProfile | undefined;
  /** Forgets what was allocated so far. @throws as `connectHeap` does. */
  restart(): void;
  disconnect(): void;
}

/** True for what `connectHeap` and `restart` throw where V8's one sampling of the heap is somebody else's: from Node 26 on. */
export function isHeapHeld(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_HEAP_PROFILE_HAVE_BEEN_STARTED';
}

/**
 * Samples one allocation per `everyBytes` or so. `collected`: those that are gone stay too.
 * @throws where there is no inspector.
 */
export function connectHeap(everyBytes: Bytes, collected: boolean): V8Heap {
  const inspector = process.getBuiltinModule('node:inspector');
  // Node 26 on; started there, reading forces no collection.
  const { startHeapProfile } = process.getBuiltinModule('node:v8') as { startHeapProfile?: (options: object) => { stop(): string } };
  const session: Session = new inspector.Session();
  session.connect();
  const flags = { includeObjectsCollectedByMajorGC: collected, includeObjectsCollectedByMinorGC: collected };
  let end: () => void = ignore;

  function start(): () => void {
    if (startHeapProfile === undefined) {
      session.post('HeapProfiler.startSampling', { samplingInterval: everyBytes, ...flags });
      return () => { session.post('HeapProfiler.stopSampling', ignore); };
    }
    const handle = startHeapProfile({ sampleInterval: everyBytes, ...flags });
    return () => {
      try {
        handle.stop();
      } catch {
        // Somebody else ended it.
      }
    };
  }

  function restart(): void {
    end();
    end = ignore;
    end = start();
  }

  try {
    restart();
  } catch (error) {
    session.disconnect();
    throw error;
  }

  return {
    read() {
      let profile: V8HeapProfile | undefined;
      // Answered before `post` returns: the session is of this very thread.
      session.post('HeapProfiler.getSamplingProfile', (error, result) => {
        // More is in it than the types tell.
        if (error === null) profile = (result as unknown as { readonly profile: V8HeapProfile }).profile;
      });
      return profile;
    },
    restart,
    disconnect() {
      end();
      session.disconnect();
    },
  };
}

/** A worker can be gone at any moment; whatever was asked of it then fails, and nothing is to be done. */
function ignore(): undefined {
  return undefined;
}
