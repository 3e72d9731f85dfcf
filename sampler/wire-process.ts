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
    ...encodeWindows(withNames(windows, state.names.shown, state.names.shownLine)),
  };
}

/** JSON of this process with one window, for whoever may read it long after. */
export function recordOf(state: ProcessState, window: FinishedWindow): string {
  return JSON.stringify({ ...wireProcess(state, [window]), state: 'running' });
}

export function withNames(windows: readonly FinishedWindow[], frameOf: (frame: Frame) => Frame, lineOf: (frame: Frame, line: number) => number): FinishedWindow[] {
  return windows.map((window) => {
    const { frames, lines } = window.body;
    const line = lines.line.map((one, index) => {
      const frame = frames[lines.frame[index] ?? 0];
      return frame === undefined ? 0 : lineOf(frame, one);
    });
    return { ...window, body: { ...window.body, frames: frames.map(frameOf), lines: { ...lines, line } } };
  });
}

function threadsOf({ thread }: ProcessState, windows: readonly FinishedWindow[]): WireProcess['threads'] {
  const names = new Map([[thread.id, thread.name], ...windows.map((window) => [window.thread, window.threadName] as const)]);
  return Array.from(names, ([id, name]) => ({ id, name }));
}
