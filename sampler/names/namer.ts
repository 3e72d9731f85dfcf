// Has frames named off the main thread, each distinct one once, and remembers what they are called, within a bound.
import { Worker } from 'node:worker_threads';
import type { Frame, Milliseconds } from '../profile.ts';
import { ours } from '../worker-watch.ts';
import type { Batch } from './names-worker.ts';
import { shownUrl, slashed } from './place.ts';
import type { FaultyMap, Named } from './resolve.ts';

export interface Namer {
  /** Asks for names of frames that have none yet. */
  want(frames: readonly Frame[]): void;
  /** As it is known by now. */
  readonly shown: (frame: Frame) => Frame;
  /** Resolves when all that was wanted is named, or after this long; undefined when nothing is waited for. */
  settled(mostMs: Milliseconds): Promise<void> | undefined;
  /** Source maps that are missing or broken, so far. */
  faultyMaps(): number;
  stop(): void;
}

const MAX_NAMES = 50_000;
/** The thread goes when nothing was asked for this long: its memory is the service's. */
const IDLE_MS = 10_000;
const MAX_HEAP_MB = 256;

export function createNamer(): Namer {
  const root = workingDirectory();
  const names = new Map<string, Frame>();
  const faulty = new Set<string>();
  let waiting: Frame[] = [];
  let asked: readonly Frame[] | undefined;
  let worker: Worker | undefined;
  let cancelIdle: NodeJS.Timeout | undefined;
  let givenUp = false;
  let settle: (() => void)[] = [];

  function next(): void {
    clearTimeout(cancelIdle);
    if (waiting.length === 0 || givenUp) {
      asked = undefined;
      waiting = [];
      for (const one of settle) one();
      settle = [];
      if (worker !== undefined) cancelIdle = setTimeout(end, IDLE_MS).unref();
      return;
    }
    asked = waiting;
    waiting = [];
    worker ??= begin();
    worker?.postMessage({ frames: asked, root } satisfies Batch);
  }

  function begin(): Worker | undefined {
    try {
      // Nothing of what the service preloads belongs there.
      const begun = new Worker(new URL('./names-worker.js', import.meta.url), { execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
      ours.add(begun);
      begun.unref();
      begun.on('message', (named: Named) => {
        if (worker === begun) learn(named);
      });
      begun.on('error', () => undefined);
      begun.once('exit', (code) => {
        if (worker !== begun) return;
        worker = undefined;
        // It ends by itself after a large file. When it broke, what it was asked keeps the names that V8 gave.
        if (code === 0 && asked !== undefined) waiting.unshift(...asked);
        next();
      });
      return begun;
    } catch {
      givenUp = true;
      setImmediate(next);
      return undefined;
    }
  }

  function learn({ frames, faults }: Named): void {
    frames.forEach((frame, index) => {
      const before = asked?.[index];
      if (before !== undefined) names.set(keyOf(before), frame);
    });
    faults.forEach(report);
    next();
  }

  function report({ file, why }: FaultyMap): void {
    if (faulty.has(file)) return;
    faulty.add(file);
    // Packages often name maps that they do not ship.
    if (!file.includes('/node_modules/')) process.emitWarning(`The source map of ${file} cannot be used: ${why}. Its functions keep their generated names.`, 'LiveprofilerWarning');
  }

  function end(): void {
    clearTimeout(cancelIdle);
    const ending = worker;
    worker = undefined;
    void ending?.terminate();
  }

  return {
    want(frames) {
      for (const frame of frames) {
        const key = keyOf(frame);
        if (names.has(key)) continue;
        if (names.size >= MAX_NAMES) names.clear();
        const plain = { ...frame, url: shownUrl(frame, root) };
        names.set(key, plain);
        if (frame.url !== '' && !frame.url.startsWith('node:')) waiting.push(frame);
      }
      if (asked === undefined && waiting.length > 0) next();
    },
    shown: (frame) => names.get(keyOf(frame)) ?? { ...frame, url: shownUrl(frame, root) },
    settled(mostMs) {
      if (asked === undefined && waiting.length === 0) return undefined;
      return new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, mostMs);
        settle.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
    faultyMaps: () => faulty.size,
    stop() {
      givenUp = true;
      end();
      next();
    },
  };
}

function keyOf({ name, url, line, column }: Frame): string {
  return `${line}:${column}:${name}\n${url}`;
}

function workingDirectory(): string {
  try {
    return `${slashed(process.cwd()).replace(/\/$/, '')}/`;
  } catch {
    // It was deleted: then nothing is cut off.
    return '\0';
  }
}
