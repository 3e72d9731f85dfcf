// This process as an answer tells it, with some of its windows, their frames by the names that are known by now.
import { encodeWindows } from './encode.ts';
import type { ProcessState } from './process-state.ts';
import type { Frame } from './profile.ts';
import { KINDS } from './profile.ts';
import type { WireProcess } from './wire.ts';
import type { FinishedWindow } from './window.ts';

export function wireProcess(state: ProcessState, windows: readonly FinishedWindow[]): WireProcess {
  return {
    boot: state.boot,
    labels: state.labels,
    nodeVersion: process.version,
    ...state.state(),
    intervalUs: state.intervalUs,
    windowMs: state.windowMs,
    cost: state.cost(),
    kinds: KINDS,
    threads: threadsOf(state, windows),
    ...encodeWindows(withFrames(windows, state.names.shown)),
  };
}

export function withFrames(windows: readonly FinishedWindow[], named: (frame: Frame) => Frame): FinishedWindow[] {
  return windows.map((window) => ({ ...window, body: { ...window.body, frames: window.body.frames.map(named) } }));
}

function threadsOf({ thread }: ProcessState, windows: readonly FinishedWindow[]): WireProcess['threads'] {
  const names = new Map([[thread.id, thread.name], ...windows.map((window) => [window.thread, window.threadName] as const)]);
  return Array.from(names, ([id, name]) => ({ id, name }));
}
