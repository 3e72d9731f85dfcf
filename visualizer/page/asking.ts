// One question at a time: a newer one drops the older one's answer, a slow one shows, and it is asked again when live,
// or when nothing came back, as long as somebody can see the page.
import { NoAnswer } from './ask.ts';

export interface Asking {
  /** Runs the question now, and again later as long as `again` says so. `anew`: what was answered may have changed. */
  readonly refresh: (anew?: boolean) => Promise<void>;
  readonly stop: () => void;
}

export interface AskingOptions {
  /** Gets a signal that fires when the answer is not wanted any more. */
  readonly question: (signal: AbortSignal, anew: boolean) => Promise<void>;
  readonly failed: (error: unknown) => void;
  readonly again: () => boolean;
  readonly busy: (on: boolean) => void;
}

const REFRESH_MS = 5000;
const SLOW_MS = 200;
/** Of what an answer takes: a question that is heavy is asked less often. */
const REST = 4;

export function createAsking({ question, failed, again, busy }: AskingOptions): Asking {
  let asking: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function refresh(anew = false): Promise<void> {
    clearTimeout(timer);
    asking?.abort();
    const mine = (asking = new AbortController());
    const askedMs = performance.now();
    const slow = setTimeout(() => { busy(true); }, SLOW_MS);
    let unanswered = false;
    const more = (): boolean => again() || unanswered;
    try {
      await question(mine.signal, anew);
    } catch (error) {
      unanswered = error instanceof NoAnswer;
      if (!mine.signal.aborted) failed(error instanceof NoAnswer ? new Error(`${error.message} The page asks again by itself.`, { cause: error }) : error);
    } finally {
      clearTimeout(slow);
      if (asking === mine) {
        busy(false);
        if (more()) timer = setTimeout(() => { whenSeen(mine, more, () => void refresh(true)); }, Math.max(REFRESH_MS, REST * (performance.now() - askedMs)));
      }
    }
  }

  /** Unless something else was asked, or following ended, until then. */
  function whenSeen(mine: AbortController, more: () => boolean, ask: () => void): void {
    if (!document.hidden) ask();
    else document.addEventListener('visibilitychange', () => { if (asking === mine && more()) ask(); }, { once: true });
  }

  return { refresh, stop: () => { clearTimeout(timer); } };
}
