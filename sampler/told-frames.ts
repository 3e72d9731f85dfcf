// Windows on their way from a worker to the thread that keeps them: each frame crosses once, so that taking a window costs
// the keeping thread little, and its windows share their frames.
import type { Frame } from './profile.ts';
import type { ThreadWindow } from './window.ts';
import type { WindowBody } from './window-builder.ts';

export interface SentWindow extends Omit<ThreadWindow, 'body'> {
  readonly body: Omit<WindowBody, 'frames'>;
  /** Frames told before this window; 0 begins anew. */
  readonly known: number;
  /** Those that are told with it. */
  readonly frames: readonly Frame[];
  /** The window's own, by their places among all that were told. */
  readonly places: Uint32Array;
}

/** Above this a worker begins anew: what it does not run any more need not be kept. */
const MOST_FRAMES = 10_000;
/** Far beyond what any worker tells before it begins anew. */
const MOST_KEPT = 300_000;

/** At the worker. */
export function createTeller(mostFrames: number = MOST_FRAMES): (window: ThreadWindow) => SentWindow {
  const told = new Map<Frame, number>();
  return ({ body: { frames: own, ...body }, ...window }) => {
    if (told.size + own.length > mostFrames) told.clear();
    const known = told.size;
    const frames: Frame[] = [];
    const places = Uint32Array.from(own, (frame) => {
      const before = told.get(frame);
      if (before !== undefined) return before;
      frames.push(frame);
      told.set(frame, told.size);
      return told.size - 1;
    });
    return { ...window, body, known, frames, places };
  };
}

/** Where one worker's windows are kept; undefined when something that was told before is not here. */
export function createListener(): (sent: SentWindow) => ThreadWindow | undefined {
  let told: Frame[] = [];
  const urls = new Map<string, string>();
  // A text that crosses is a new one each time, and frames of one file share it.
  const shared = (url: string): string => {
    const known = urls.get(url);
    if (known === undefined) urls.set(url, url);
    return known ?? url;
  };
  return ({ known, frames, places, body, ...window }) => {
    if (known === 0) {
      told = [];
      urls.clear();
    }
    if (known !== told.length || known + frames.length > MOST_KEPT) return undefined;
    for (const frame of frames) told.push({ ...frame, url: shared(frame.url) });
    const own: Frame[] = [];
    for (const place of places) {
      const frame = told[place];
      if (frame === undefined) return undefined;
      own.push(frame);
    }
    return { ...window, body: { ...body, frames: own } };
  };
}
