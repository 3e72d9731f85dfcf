// Has frames named off the main thread, each distinct one once, and remembers what they are called, within a bound.
import { Worker } from 'node:worker_threads';
import type { Frame, Milliseconds } from '../profile.ts';
import type { WindowBody } from '../window-builder.ts';
import { ours } from '../worker-watch.ts';
import { createLineNames } from './line-names.ts';
import type { Batch } from './names-worker.ts';
import { shownUrl, slashed } from './place.ts';
import type { FaultyMap, LineBlock, Named } from './resolve.ts';

export interface Namer {
  /** Asks for names of frames and lines that have none yet. */
  want(body: Pick<WindowBody, 'frames' | 'lines'>): void;
  /** As it is known by now. */
  readonly shown: (frame: Frame) => Frame;
  /** The line of a frame in the place that is shown of it; 0 where it is not known. */
  readonly shownLine: (frame: Frame, line: number) => number;
  /** Resolves when all that was wanted is named, or after this long; undefined when nothing is waited for. */
  settled(mostMs: Milliseconds): Promise<void> | undefined;
  /** Source maps that are missing or broken, so far. */
  faultyMaps(): number;
  stop(): void;
}

const MAX_NAMES = 20_000;
/** The thread goes when nothing was asked for this long: its memory is the service's. */
const IDLE_MS = 10_000;
/** What takes longer will not end, and takes a core of the service's. */
const MOST_MS = 30_000;
/** It broke, or took too long, so often in a row: it will again. */
const MOST_BROKEN = 3;
/** Left alone, the young generation grows far beyond what naming needs, and the service's memory with it. */
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 2 };

/** What equal frames are called, once that is known or somebody asks. */
interface Name {
  shown: Frame | undefined;
  /** 0 where nobody can tell; undefined until it is told. */
  lastLine: number | undefined;
}

const NAMELESS: Name = { shown: undefined, lastLine: 0 };

export function createNamer(mostMs: Milliseconds = MOST_MS): Namer {
  const root = workingDirectory();
  const names = new Map<string, Name>();
  /** The same by the frame itself: windows that follow each other show the same ones. */
  const known = new WeakMap<Frame, Name>();
  const faulty = new Set<string>();
  const lineNames = createLineNames();
  let waiting: Frame[] = [];
  let blocksWaiting: LineBlock[] = [];
  let asked: Batch | undefined;
  let worker: Worker | undefined;
  let cancelIdle: NodeJS.Timeout | undefined;
  let givenUp = false;
  let cancelAsked: NodeJS.Timeout | undefined;
  let broken = 0;
  const settle = new Set<() => void>();

  function next(): void {
    clearTimeout(cancelIdle);
    clearTimeout(cancelAsked);
    if (isIdle() || givenUp) {
      asked = undefined;
      [waiting, blocksWaiting] = [[], []];
      for (const one of settle) one();
      if (worker !== undefined) cancelIdle = setTimeout(end, IDLE_MS).unref();
      return;
    }
    asked = { frames: waiting, blocks: blocksWaiting, root };
    [waiting, blocksWaiting] = [[], []];
    worker ??= begin();
    worker?.postMessage(asked);
    const batch = asked;
    // Where the process stood still meanwhile, its answer comes in this turn of the loop.
    cancelAsked = setTimeout(() => setImmediate(() => { if (asked === batch) abandon(); }), mostMs).unref();
  }

  /** It may hang where nothing ends it. */
  function abandon(): void {
    end();
    breaks();
    next();
  }

  function isIdle(): boolean {
    return waiting.length === 0 && blocksWaiting.length === 0;
  }

  function begin(): Worker | undefined {
    try {
      // Nothing of what the service preloads belongs there.
      const begun = new Worker(new URL('./names-worker.js', import.meta.url), { execArgv: [], env: {}, resourceLimits: MEMORY });
      ours.add(begun);
      begun.unref();
      // Starting makes Node wait for it once more: a program that is done would end seconds later.
      begun.once('online', () => { begun.unref(); });
      begun.on('message', (named: Named) => {
        if (worker === begun) learn(named);
      });
      begun.on('error', () => undefined);
      begun.once('exit', (code) => {
        if (worker !== begun) return;
        worker = undefined;
        // It ends by itself after a large file. When it broke, what it was asked keeps the names and lines that V8 gave.
        if (code === 0 && asked !== undefined) {
          waiting.unshift(...asked.frames);
          blocksWaiting.unshift(...asked.blocks);
        } else if (asked !== undefined) breaks();
        next();
      });
      return begun;
    } catch {
      givenUp = true;
      setImmediate(next);
      return undefined;
    }
  }

  function breaks(): void {
    for (const frame of asked?.frames ?? []) endsAnywhere(frame);
    if (++broken < MOST_BROKEN) return;
    givenUp = true;
    process.emitWarning('What names functions broke, or took longer than 30 s, three times in a row: new ones keep their generated names.', 'LiveprofilerWarning');
  }

  function learn({ frames, lastLines, lines, faults }: Named): void {
    broken = 0;
    frames.forEach((frame, index) => {
      const before = asked?.frames[index];
      const name = before === undefined ? undefined : known.get(before);
      if (name === undefined) return;
      name.shown = frame;
      name.lastLine = lastLines[index] ?? 0;
    });
    lineNames.learn(asked?.blocks ?? [], lines);
    faults.forEach(report);
    next();
  }

  function report({ file, why }: FaultyMap): void {
    if (faulty.has(file)) return;
    faulty.add(file);
    // Packages often name maps that they do not ship.
    if (!file.includes('/node_modules/')) process.emitWarning(`The source map of ${file} cannot be used: ${why}. Its functions keep their generated names.`, 'LiveprofilerWarning');
  }

  function endsAnywhere(frame: Frame): void {
    const name = known.get(frame);
    if (name !== undefined) name.lastLine = 0;
  }

  function nameOf(frame: Frame): Name | undefined {
    return known.get(frame) ?? names.get(keyOf(frame));
  }

  function plain(frame: Frame): Frame {
    return { ...frame, url: shownUrl(frame, root) };
  }

  function end(): void {
    clearTimeout(cancelIdle);
    const ending = worker;
    worker = undefined;
    void ending?.terminate();
  }

  return {
    want({ frames, lines }) {
      for (const frame of frames) {
        if (known.has(frame)) continue;
        const key = keyOf(frame);
        const same = names.get(key);
        const isNamed = frame.url !== '' && !frame.url.startsWith('node:');
        const name = same ?? { shown: undefined, lastLine: isNamed ? undefined : 0 };
        known.set(frame, name);
        if (same !== undefined) continue;
        if (names.size >= MAX_NAMES) names.clear();
        names.set(key, name);
        if (isNamed) waiting.push(frame);
      }
      blocksWaiting.push(...lineNames.unknown(frames, lines));
      if (asked === undefined && !isIdle()) next();
    },
    shown(frame) {
      const name = nameOf(frame);
      return name === undefined ? plain(frame) : (name.shown ??= plain(frame));
    },
    shownLine(frame, line) {
      const { shown, lastLine } = nameOf(frame) ?? NAMELESS;
      // V8 tells some hits of functions that it inlined at the line that they have in another place or file.
      if (line < frame.line || (lastLine === undefined ? !givenUp : lastLine > 0 && line > lastLine)) return 0;
      return shown?.original === undefined ? line : lineNames.original(frame.url, line);
    },
    settled(mostMs) {
      if (asked === undefined && isIdle()) return undefined;
      return new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          settle.delete(done);
          resolve();
        };
        const timer = setTimeout(done, mostMs);
        settle.add(done);
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
